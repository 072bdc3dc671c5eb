// SPDX-License-Identifier: MIT
#include "press/msg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *msg_text(enum lang lang, const char *msgid)
{
        size_t low = 0, high = msg_vi_n;

        if (lang != LANG_VI)
                return msgid;
        while (low < high) {
                size_t mid = low + (high - low) / 2;
                int order = strcmp(msgid, msg_vi[mid].msgid);

                if (order == 0)
                        return msg_vi[mid].msgstr;
                if (order < 0)
                        high = mid;
                else
                        low = mid + 1;
        }
        return msgid;
}

const char *msg_fmt(enum lang lang, const char *msgid)
{
        return msg_text(lang, msgid);
}

const char *msg_reason(enum lang lang, const char *text)
{
        static const char *const known[] = {
                N_("Permission denied"),
                N_("Operation not permitted"),
                N_("No such file or directory"),
                N_("Not a directory"),
                N_("Is a directory"),
                N_("File exists"),
                N_("File too large"),
                N_("File name too long"),
                N_("Too many levels of symbolic links"),
                N_("Too many open files"),
                N_("Too many open files in system"),
                N_("No space left on device"),
                N_("Disk quota exceeded"),
                N_("Read-only file system"),
                N_("Input/output error"),
                N_("Broken pipe"),
                N_("Device or resource busy"),
                N_("Resource temporarily unavailable"),
                N_("Cannot allocate memory"),
                N_("Address already in use"),
                N_("Cannot assign requested address"),
                N_("Connection refused"),
                N_("Connection reset by peer"),
                N_("Connection timed out"),
                N_("No route to host"),
                N_("Network is unreachable"),
        };

        for (size_t i = 0; lang == LANG_VI && i < sizeof(known) / sizeof(known[0]); i++)
                if (strcmp(known[i], text) == 0)
                        return msg_text(lang, text);
        return text;
}

int msg_lang_parse(const char *s, enum lang *ret_lang)
{
        static const struct {
                const char *name;
                enum lang lang;
        } known[] = {{"vi", LANG_VI}, {"en", LANG_EN}};

        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
                if (strncmp(s, known[i].name, 2) != 0)
                        continue;
                if (s[2] == '\0' || s[2] == '_' || s[2] == '-' || s[2] == '.') {
                        *ret_lang = known[i].lang;
                        return 0;
                }
        }
        return -EINVAL;
}

const char *msg_lang_name(enum lang lang)
{
        return lang == LANG_VI ? "vi" : "en";
}

bool msg_lang_reader(const char *option, enum lang *ret)
{
        const char *const from[] = {option, getenv("LC_ALL"), getenv("LC_MESSAGES")};

        *ret = LANG_VI;
        for (size_t i = 0; i < sizeof(from) / sizeof(from[0]); i++)
                if (from[i] && msg_lang_parse(from[i], ret) == 0)
                        return true;
        return false;
}
