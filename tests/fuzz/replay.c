// SPDX-License-Identifier: MIT
/*
 * Gives the files named on the command line, and those in the folders named
 * there, to a fuzzer without libFuzzer: what was found once must stay mended.
 */
#include "fuzz.h"

#include "press/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES (4u << 20)

static unsigned files;

static _Noreturn void unreadable(const char *path)
{
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        exit(1);
}

static void replay_file(const char *path)
{
        CLEANUP(mem_free) uint8_t *data = NULL;
        CLEANUP(mem_free) uint8_t *exact = NULL;
        FILE *f = fopen(path, "r");
        size_t n;

        if (!f)
                unreadable(path);
        data = mem_alloc(FILE_BYTES);
        n = fread(data, 1, FILE_BYTES, f);
        if (ferror(f))
                unreadable(path);
        fclose(f);
        printf("%s\n", path);
        fflush(stdout); /* if this one ends us, the last line says which */
        exact = mem_dup(data, n);
        LLVMFuzzerTestOneInput(exact, n);
        files++;
}

static void replay(const char *path)
{
        DIR *d = opendir(path);
        struct dirent *entry;

        if (!d && errno != ENOTDIR)
                unreadable(path);
        if (!d) {
                replay_file(path);
                return;
        }
        while ((entry = readdir(d))) {
                CLEANUP(mem_free) char *inner = mem_printf("%s/%s", path, entry->d_name);

                if (entry->d_name[0] != '.')
                        replay_file(inner);
        }
        closedir(d);
}

int main(int argc, char **argv)
{
        for (int i = 1; i < argc; i++)
                replay(argv[i]);
        if (!files) {
                fprintf(stderr, "usage: %s FILE|FOLDER ...\n", argv[0]);
                return 64;
        }
        printf("%u files\n", files);
        return 0;
}
