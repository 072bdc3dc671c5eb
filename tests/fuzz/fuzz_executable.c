// SPDX-License-Identifier: MIT
/* Attachments: any name and any bytes are judged, the same each time, and never read beyond. */
#include "fuzz.h"

#include "press/executable.h"
#include "press/mem.h"
#include "press/msg.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        struct input in = {data, n};
        CLEANUP(mem_free) char *name = fuzz_text(&in);
        size_t bytes;
        CLEANUP(mem_free) char *file = fuzz_bytes(&in, in.n, &bytes);
        const char *kind = executable_kind(name, file, bytes);

        must(kind == executable_kind(name, file, bytes));
        must(!kind || strcmp(msg_text(LANG_VI, kind), kind) != 0);
        /* a name cannot make a program harmless */
        must(!executable_kind("", file, bytes) || kind);
        return 0;
}
