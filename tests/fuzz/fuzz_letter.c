// SPDX-License-Identifier: MIT
/* Letters: how, then fields with a NUL behind each. What is composed loads, splices and shows. */
#include "fuzz.h"
#include "letter_checks.h"

#include "press/letter.h"
#include "press/mem.h"
#include "press/zone.h"

#include <errno.h>
#include <string.h>

static void compose(struct input *in, uint8_t how)
{
        CLEANUP(mem_free) char *title = fuzz_text(in);
        CLEANUP(mem_free) char *text = fuzz_text(in);
        CLEANUP(mem_free) char *number = fuzz_text(in);
        CLEANUP(mem_free) char *name = fuzz_text(in);
        CLEANUP(mem_free) char *embargo = fuzz_text(in);
        CLEANUP(mem_free) char *reply_to = fuzz_text(in);
        CLEANUP(mem_free) char *file = fuzz_text(in);
        struct letter_attachment att = {file, name, (const char *) in->p, in->n};
        struct letter_content c = {.domain = "press.example",
                                   .from_name = name,
                                   .from_address = "a@press.example",
                                   .reply_to = reply_to,
                                   .list_id = "",
                                   .rehearsal = how & 1,
                                   .title = title,
                                   .number = number,
                                   .kind = (enum release_kind)(how / 8 % 3),
                                   .class = how & 2 ? CLASS_URGENT : CLASS_NORMAL,
                                   .language = how & 4 ? LANG_EN : LANG_VI,
                                   .text = text,
                                   .ministry = number,
                                   .unit = name,
                                   .place = "",
                                   .contact = embargo,
                                   .signer = name,
                                   .embargo = embargo,
                                   .att = &att,
                                   .natt = file[0] ? 1 : 0};
        char *bytes = NULL;
        CLEANUP(mem_free) char *cuts = NULL;
        struct err e = {0};
        size_t n = 0;
        size_t max =
                how & 64 ? 2000 + 16u * fuzz_byte(in) : LETTER_MAX; /* small: it is at its limit */
        int code = letter_compose(&c, max, &bytes, &n, &cuts, &e);

        if (code < 0) {
                must(!bytes && !cuts && (code == -EINVAL || code == -E2BIG));
                fuzz_reason(&e, code);
                return;
        }
        must(n <= 2 * LETTER_MAX);
        must(letter_check(bytes, n, cuts, name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        uint8_t how = fuzz_byte(&in);

        must(zone_open(LETTER_ZONE, NULL) == 0);
        compose(&in, how);
        return 0;
}
