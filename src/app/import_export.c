// SPDX-License-Identifier: MIT
#include "press/import.h"

#include "press/book.h"
#include "press/buf.h"
#include "press/csv.h"
#include "press/entry.h"
#include "press/mem.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define PAGE       500
#define PAGE_BYTES (8u << 20) /* 500 rows with every field at its limit are less */

static void add_row(struct buf *b, const struct contact *c)
{
        char id[24], priority[12];
        const char *const cell[ENTRY_FIELDS] = {
                [ENTRY_ID] = id,
                [ENTRY_ORG] = c->org,
                [ENTRY_ORG_KIND] = words_name(&org_kinds, (int) c->org_kind),
                [ENTRY_ORG_SHORT] = c->org_short,
                [ENTRY_ORG_CODE] = c->org_code,
                [ENTRY_PROVINCE] = c->province,
                [ENTRY_REGION] = c->region,
                [ENTRY_NAME] = c->name,
                [ENTRY_ROLE] = words_name(&contact_roles, (int) c->role),
                [ENTRY_TITLE] = c->title,
                [ENTRY_EMAIL] = c->email,
                [ENTRY_PHONE] = c->phone,
                [ENTRY_LANGUAGE] = msg_lang_name(c->language),
                [ENTRY_TAGS] = c->tags,
                [ENTRY_PRIORITY] = priority,
                [ENTRY_SOURCE] = c->source,
        };

        snprintf(id, sizeof(id), "%" PRId64, c->id);
        snprintf(priority, sizeof(priority), "%d", c->priority);
        for (int f = 0; f < ENTRY_FIELDS; f++) {
                buf_adds(b, f ? "," : "");
                csv_write_field(b, cell[f]);
        }
        buf_adds(b, CSV_EOL);
}

int book_export(struct db *db, int64_t now,
                int (*write)(void *ctx, const char *s, size_t n, struct err *e), void *ctx,
                struct err *e)
{
        CLEANUP(buf_done) struct buf b = BUF(PAGE_BYTES);
        int64_t after = 0;
        int r;

        buf_adds(&b, CSV_BOM);
        for (int f = 0; f < ENTRY_FIELDS; f++)
                buf_addf(&b, "%s%s", f ? "," : "", entry_field_name((enum entry_field) f));
        buf_adds(&b, CSV_EOL);
        for (;;) {
                CLEANUP(contact_list_done) struct contact_list page = {0};

                r = write(ctx, b.s, b.len, e);
                if (r < 0)
                        return r;
                r = contact_page(db, now, after, PAGE, &page, e);
                if (r < 0 || page.n == 0)
                        return r;
                buf_clear(&b);
                for (size_t i = 0; i < page.n; i++)
                        add_row(&b, &page.v[i]);
                if (b.over)
                        return err_set(e, -E2BIG,
                                       N_("the address book has rows too large to "
                                          "export"));
                after = page.v[page.n - 1].id;
        }
}
