// SPDX-License-Identifier: MIT
/* Tags in return paths: only what we made is taken, in one spelling, for its own delivery. */
#include "fuzz.h"

#include "press/mem.h"
#include "press/token.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const unsigned char KEY[TOKEN_KEY_BYTES] = "fuzz fuzz fuzz fuzz fuzz fuzz .";
static const unsigned char OTHER_KEY[TOKEN_KEY_BYTES] = "fuzz fuzz fuzz fuzz fuzz fuzz ,";

static void check_foreign(const char *tag)
{
        char ours[TOKEN_TAG_MAX];
        int64_t delivery = -1;

        if (!token_tag_check(KEY, tag, &delivery)) {
                must(delivery == -1);
                return;
        }
        token_tag(KEY, delivery, ours);
        must(strcasecmp(ours, tag) == 0);
}

/* `change` says where one letter is put in the place of another. */
static void check_ours(int64_t delivery, const char *change)
{
        char tag[TOKEN_TAG_MAX];
        int64_t again = -1;
        size_t at = (unsigned char) change[0];
        char other = change[0] ? change[1] : '\0';

        token_tag(KEY, delivery, tag);
        must(tag[strspn(tag, "abcdefghijklmnopqrstuvwxyz234567")] == '\0');
        must(token_tag_check(KEY, tag, &again) && again == delivery);
        must(!token_tag_check(OTHER_KEY, tag, &again));
        if (at < strlen(tag) && other && tolower((unsigned char) other) != tag[at]) {
                tag[at] = other;
                must(!token_tag_check(KEY, tag, &again));
        }
}

static void check_path(const char *pattern, int64_t delivery)
{
        char tag[TOKEN_TAG_MAX], out[320] = "untouched";
        const char *at;

        token_tag(KEY, delivery, tag);
        if (!token_return_path(pattern, tag, out))
                return;
        at = strrchr(out, '@');
        must(at && at - out <= 64);
        must(strstr(out, tag));
        if (!strstr(strrchr(pattern, '@'), "{tag}"))
                must(strcmp(at, strrchr(pattern, '@')) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        uint64_t bits = 0;
        CLEANUP(mem_free) char *first = NULL;
        CLEANUP(mem_free) char *second = NULL;

        token_init();
        for (unsigned i = fuzz_byte(&in) % 9; i; i--)
                bits = bits << 8 | fuzz_byte(&in);
        bits &= INT64_MAX;
        first = fuzz_text(&in);
        second = fuzz_text(&in);
        check_foreign(first);
        check_path(first, (int64_t) bits);
        check_ours((int64_t) bits, second);
        return 0;
}
