// SPDX-License-Identifier: MIT
#include "press/executable.h"

#include "press/mem.h"
#include "press/msg.h"

#include <stdint.h>
#include <string.h>

#define END_RECORD  22u    /* bytes of ZIP's last record without its comment */
#define END_COMMENT 65535u /* which is at most so long */
#define ENTRY       46u    /* bytes of an entry of its directory without the name */

static const char MACROS[] = N_("a document with macros");
static const char PROGRAM[] = N_("a program");
static const char SCRIPT[] = N_("a script");
static const char SHORTCUT[] = N_("a shortcut to a program");
static const char ARCHIVE[] = N_("an archive with a program in it");

struct magic {
        const char *bytes;
        size_t n;
        const char *kind;
};

static const struct magic magics[] = {
        {"MZ", 2, PROGRAM},
        {"\x7f"
         "ELF",
         4, PROGRAM},
        {"\xfe\xed\xfa\xce", 4, PROGRAM}, /* Mach-O, 32 and 64 bits, either byte order */
        {"\xfe\xed\xfa\xcf", 4, PROGRAM},
        {"\xce\xfa\xed\xfe", 4, PROGRAM},
        {"\xcf\xfa\xed\xfe", 4, PROGRAM},
        {"\xca\xfe\xba\xbe", 4, PROGRAM}, /* several of them in one, or a Java class */
        {"#!", 2, SCRIPT},
        {"\xef\xbb\xbf#!", 5, SCRIPT},
        {"L\0\0\0\x01\x14\x02\0", 8, SHORTCUT},
};

static const struct {
        const char *end, *kind;
} ends[] = {
        {"exe", PROGRAM}, {"com", PROGRAM},  {"scr", PROGRAM},
        {"pif", PROGRAM}, {"cpl", PROGRAM},  {"dll", PROGRAM},
        {"msi", PROGRAM}, {"msp", PROGRAM},  {"jar", PROGRAM},
        {"apk", PROGRAM}, {"bat", SCRIPT},   {"cmd", SCRIPT},
        {"js", SCRIPT},   {"jse", SCRIPT},   {"vbs", SCRIPT},
        {"vbe", SCRIPT},  {"wsf", SCRIPT},   {"wsh", SCRIPT},
        {"ps1", SCRIPT},  {"psm1", SCRIPT},  {"hta", SCRIPT},
        {"reg", SCRIPT},  {"lnk", SHORTCUT}, {"docm", MACROS},
        {"dotm", MACROS}, {"xlsm", MACROS},  {"xltm", MACROS},
        {"xlam", MACROS}, {"pptm", MACROS},  {"potm", MACROS},
        {"ppsm", MACROS}, {"ppam", MACROS},  {"vbaproject.bin", MACROS},
};

/* Windows leaves out dots and blanks at the end of a name. */
static const char *by_name(const char *name, size_t n)
{
        while (n > 0 && (name[n - 1] == '.' || name[n - 1] == ' '))
                n--;
        for (size_t i = 0; i < COUNT_OF(ends); i++) {
                size_t len = strlen(ends[i].end);

                if (n >= len && strncasecmp(name + n - len, ends[i].end, len) == 0 &&
                    (n == len || strchr("./\\", name[n - len - 1])))
                        return ends[i].kind;
        }
        return NULL;
}

static uint32_t little(const char *p, size_t bytes)
{
        uint32_t v = 0;

        while (bytes-- > 0)
                v = v << 8 | (unsigned char) p[bytes];
        return v;
}

/* Where ZIP's directory begins and ends: it stands right before the last record. */
static int find_directory(const char *data, size_t n, size_t *ret_from, size_t *ret_to)
{
        size_t least = n > END_RECORD + END_COMMENT ? n - END_RECORD - END_COMMENT : 0;

        for (size_t at = n < END_RECORD ? 0 : n - END_RECORD + 1; at-- > least;) {
                uint32_t size;

                if (memcmp(data + at, "PK\5\6", 4) != 0)
                        continue;
                size = little(data + at + 12, 4);
                if (size > at)
                        continue;
                *ret_from = at - size;
                *ret_to = at;
                return 1;
        }
        return 0;
}

static const char *in_archive(const char *data, size_t n)
{
        size_t at = 0, to = 0;

        if (n < 4 || memcmp(data, "PK", 2) != 0 || !find_directory(data, n, &at, &to))
                return NULL;
        while (to - at >= ENTRY && memcmp(data + at, "PK\1\2", 4) == 0) {
                size_t name = little(data + at + 28, 2), more = little(data + at + 30, 2);
                const char *kind;

                more += little(data + at + 32, 2);
                if (name + more > to - at - ENTRY)
                        return NULL;
                kind = by_name(data + at + ENTRY, name);
                if (kind)
                        return kind == MACROS ? kind : ARCHIVE;
                at += ENTRY + name + more;
        }
        return NULL;
}

/* A storage's name stands in the directory of an OLE2 file in UTF-16. */
static const char *in_ole(const char *data, size_t n)
{
        static const char project[] = "_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T";

        if (n < 8 || memcmp(data, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 8) != 0)
                return NULL;
        return memmem(data, n, project, sizeof(project)) ? MACROS : NULL;
}

const char *executable_kind(const char *name, const char *data, size_t n)
{
        const char *kind;

        for (size_t i = 0; i < COUNT_OF(magics); i++)
                if (n >= magics[i].n && memcmp(data, magics[i].bytes, magics[i].n) == 0)
                        return magics[i].kind;
        kind = by_name(name, strlen(name));
        if (!kind)
                kind = in_archive(data, n);
        return kind ? kind : in_ole(data, n);
}
