// SPDX-License-Identifier: MIT
/* Stored letters: a name, NUL, the marks, NUL, the bytes. The database may be damaged. */
#include "fuzz.h"
#include "letter_checks.h"

#include "../../src/mail/cuts.h"

#include "press/buf.h"
#include "press/mem.h"

#include <string.h>

static void check_marks(const char *marks)
{
        CLEANUP(buf_done) struct buf b = BUF(8192);
        struct cuts c, again;

        if (cuts_parse(marks, &c, NULL) < 0)
                return;
        cuts_format(&c, &b);
        must(!b.over && cuts_parse(b.s, &again, NULL) == 0);
        must(again.n == c.n && again.octets == c.octets && strcmp(again.zone, c.zone) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        CLEANUP(mem_free) char *name = fuzz_text(&in);
        CLEANUP(mem_free) char *marks = fuzz_text(&in);
        size_t left;
        char *bytes = fuzz_bytes(&in, in.n, &left);

        must(zone_open(LETTER_ZONE, NULL) == 0);
        check_marks(marks);
        letter_check(bytes, left, marks, name);
        return 0;
}
