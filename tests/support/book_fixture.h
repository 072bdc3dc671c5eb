/*
 * book_fixture.h - a scratch database with an address book, for unit tests
 *
 * book_setup and book_teardown are cmocka fixtures: *state becomes the open
 * struct db. Everything lies in one folder of its own under /tmp.
 */
#ifndef TEST_BOOK_FIXTURE_H
#define TEST_BOOK_FIXTURE_H

#include "press/book.h"
#include "press/mem.h"
#include "press/token.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOON INT64_C(1767268800000) /* 2026-01-01 12:00:00 UTC, ms */

static char book_folder[64], book_path[96];

__attribute__((unused)) static int book_setup(void **state)
{
        struct db *db = NULL;

        token_init();
        snprintf(book_folder, sizeof(book_folder), "/tmp/press-book-XXXXXX");
        if (!mkdtemp(book_folder))
                return -1;
        snprintf(book_path, sizeof(book_path), "%s/press.db", book_folder);
        if (db_init(book_path, NULL) < 0 || db_open(book_path, &db, NULL) < 0)
                return -1;
        *state = db;
        return 0;
}

__attribute__((unused)) static int book_teardown(void **state)
{
        static const char *const tail[] = {"", "-wal", "-shm", ".lock", ".pressd"};
        struct db *db = *state;

        db_close(&db);
        for (size_t i = 0; i < COUNT_OF(tail); i++) {
                char name[128];

                snprintf(name, sizeof(name), "%s%s", book_path, tail[i]);
                (void) unlink(name);
        }
        return rmdir(book_folder);
}

/* An organisation; the id. kind as its word. */
__attribute__((unused)) static int64_t make_org(struct db *db, const char *kind, const char *name,
                                                const char *short_name, const char *code,
                                                const char *province, const char *region)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(org_done)
        struct org o = {
                .kind = (enum org_kind) words_find(&org_kinds, kind),
                .name = mem_strdup(name),
                .short_name = mem_strdup(short_name),
                .code = mem_strdup(code),
                .province = mem_strdup(province),
                .region = mem_strdup(region),
        };

        if (tx_begin(&tx, db, 0, NULL) < 0 || org_add(&tx, &o, 0, NOON, NULL) < 0 ||
            tx_commit(&tx, NULL) < 0)
                abort();
        return o.id;
}

/* A contact with a tag list ("a;b"); the id. */
__attribute__((unused)) static int64_t make_contact(struct db *db, int64_t org, const char *role,
                                                    const char *name, const char *email,
                                                    const char *tags)
{
        CLEANUP(tx_done) struct tx tx = {0};
        CLEANUP(contact_done)
        struct contact c = {
                .org_id = org,
                .name = mem_strdup(name),
                .role = (enum contact_role) words_find(&contact_roles, role),
                .title = mem_strdup(""),
                .email = mem_strdup(email),
                .phone = mem_strdup("024 0000 0001"),
                .language = LANG_VI,
                .priority = 5,
                .tags = mem_strdup(tags),
                .source = mem_strdup(""),
        };

        if (tx_begin(&tx, db, 0, NULL) < 0 || contact_add(&tx, &c, 0, NOON, NULL) < 0 ||
            tx_commit(&tx, NULL) < 0)
                abort();
        return c.id;
}

#endif
