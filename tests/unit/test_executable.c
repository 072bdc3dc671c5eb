// SPDX-License-Identifier: MIT
#include "press/executable.h"

#include "press/mem.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

struct file {
        const char *name, *data;
        size_t n;
        const char *kind; /* NULL = may go */
};
#define FILE_(name, bytes, kind)                           \
        {                                                  \
                (name), (bytes), sizeof(bytes) - 1, (kind) \
        }

static void check(const struct file *v, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                /* a block of its own, so that reading behind it is seen */
                CLEANUP(mem_free) char *copy = mem_alloc(v[i].n + !v[i].n);
                const char *got;

                memcpy(copy, v[i].data, v[i].n);
                got = executable_kind(v[i].name, copy, v[i].n);
                if (!v[i].kind != !got || (got && strcmp(got, v[i].kind) != 0))
                        fail_msg("%zu, %s: %s", i, v[i].name, got ? got : "nothing");
        }
}

/* R63: a renamed program stays one. */
static void test_programs_are_known_by_their_first_bytes(void **state)
{
        static const struct file v[] = {
                FILE_("a.pdf", "MZ\x90\0", "a program"),
                FILE_("a.pdf",
                      "\x7f"
                      "ELF\2\1",
                      "a program"),
                FILE_("a.pdf", "\xcf\xfa\xed\xfe\7", "a program"),
                FILE_("a.pdf", "\xca\xfe\xba\xbe\0", "a program"),
                FILE_("a.txt", "#!/bin/sh\n", "a script"),
                FILE_("a.txt", "\xef\xbb\xbf#!/bin/sh\n", "a script"),
                FILE_("a", "L\0\0\0\1\x14\2\0\0\0", "a shortcut to a program"),
                FILE_("a.pdf", "%PDF-1.7 MZ", NULL),
                FILE_("a.txt", "M", NULL),
                FILE_("a.txt", "# chính\n", NULL),
                FILE_("a.txt", "", NULL),
        };

        (void) state;
        check(v, COUNT_OF(v));
}

static void test_programs_are_known_by_their_name(void **state)
{
        static const struct file v[] = {
                FILE_("Thông cáo.pdf.EXE", "x", "a program"),
                FILE_("a.exe. .", "x", "a program"),
                FILE_("a.js", "x", "a script"),
                FILE_("a.vbs", "x", "a script"),
                FILE_("a.Ps1", "x", "a script"),
                FILE_("a.lnk", "x", "a shortcut to a program"),
                FILE_("a.docm", "x", "a document with macros"),
                FILE_("exe.pdf", "x", NULL),
                FILE_("a.json", "x", NULL),
                FILE_("bảncom", "x", NULL),
                FILE_("a.docx", "x", NULL),
        };

        (void) state;
        check(v, COUNT_OF(v));
}

/* One entry of a ZIP's directory, its name of `len` (a byte) characters, and the last record. */
#define ENTRY(len, name)                    \
        "PK\1\2"                            \
        "012345678901234567890123" len "\0" \
        "\0\0"                              \
        "\0\0"                              \
        "012345678901" name
#define END(size)                \
        "PK\5\6"                 \
        "01234567" size "\0\0\0" \
        "0123"                   \
        "\0\0"

static void test_macros_and_programs_inside_of_an_archive_are_found(void **state)
{
        static const struct file v[] = {
                FILE_("a.docx", "PK\3\4data" ENTRY("\x13", "word/vbaProject.bin") END("\x41"),
                      "a document with macros"),
                FILE_("a.zip", "PK\3\4" ENTRY("\5", "a.pdf") ENTRY("\5", "b/a.exe") END("\x68"),
                      NULL), /* the second entry's name is cut short: b/a.e */
                FILE_("a.zip", "PK\3\4" ENTRY("\5", "a.pdf") ENTRY("\7", "b/a.exe") END("\x68"),
                      "an archive with a program in it"),
                FILE_("a.docx", "PK\3\4" ENTRY("\x11", "word/document.xml") END("\x3f"), NULL),
                FILE_("a.zip", "PK\3\4 no directory", NULL),
                FILE_("a.zip", "PK\3\4" END("\xff"), NULL),
                FILE_("a.zip", "PK\3\4" ENTRY("\xff", "a.exe") END("\x33"), NULL),
                FILE_("a.txt", "vbaProject.bin", NULL),
        };

        (void) state;
        check(v, COUNT_OF(v));
}

#define OLE "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

static void test_macros_of_older_office_documents_are_found(void **state)
{
        static const struct file v[] = {
                FILE_("a.doc", OLE "..._\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0\0\0",
                      "a document with macros"),
                FILE_("a.xls", OLE "_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0_\0C\0U\0R\0",
                      "a document with macros"),
                FILE_("a.doc", OLE "W\0o\0r\0d\0D\0o\0c\0u\0m\0e\0n\0t\0", NULL),
                FILE_("a.doc", OLE, NULL),
        };

        (void) state;
        check(v, COUNT_OF(v));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(test_programs_are_known_by_their_first_bytes),
                cmocka_unit_test(test_programs_are_known_by_their_name),
                cmocka_unit_test(test_macros_and_programs_inside_of_an_archive_are_found),
                cmocka_unit_test(test_macros_of_older_office_documents_are_found),
        };

        return cmocka_run_group_tests(tests, NULL, NULL);
}
