// SPDX-License-Identifier: MIT
/* Returned mails: any bytes give a report that can be shown, and the same one twice. */
#include "fuzz.h"

#include "press/mem.h"
#include "press/report.h"

#include <string.h>

static void check_row(const struct report_row *row)
{
        must((unsigned) row->action < REPORT_ACTIONS && (unsigned) row->class < REPORT_CLASSES);
        must(row->code == 0 || (row->code >= 200 && row->code < 600));
        must(row->enhanced[0] || row->action == REPORT_COMPLAINED || row->action == REPORT_REPLIED);
        must(!row->enhanced[0] || strspn(row->enhanced, "0123456789.") == strlen(row->enhanced));
        fuzz_clean(row->address, 0);
        fuzz_clean(row->original, 0);
        fuzz_clean(row->diagnostic, 0);
}

static void check(const struct report *r)
{
        bool told = r->kind == REPORT_STATUS || r->kind == REPORT_COMPLAINT;

        must(r->rows <= REPORT_ROWS);
        must(told ? r->rows > 0 : true);
        must((r->kind == REPORT_UNREADABLE) == (r->trouble[0] != '\0'));
        must(r->kind != REPORT_MAIL || r->rows == 0);
        for (size_t i = 0; i < r->rows; i++)
                check_row(&r->row[i]);
        for (size_t i = 0; i < r->rows; i++)
                must(r->row[i].address[0] || (r->kind == REPORT_UNREADABLE && r->rows == 1));
        for (size_t i = 0; i < REPORT_PATHS; i++)
                fuzz_clean(r->path[i], 0);
        fuzz_clean(r->from, 0);
        fuzz_clean(r->subject, 0);
        fuzz_clean(r->envid, 0);
        fuzz_clean(r->message_id, 0);
        fuzz_clean(r->list_id, 0);
        fuzz_clean(r->own_id, 0);
        fuzz_clean(r->own_list, 0);
        must(r->away.day >= 0 && r->away.day <= 31 && r->away.month >= 0 && r->away.month <= 12);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
        CLEANUP(report_done) struct report once = {0};
        CLEANUP(report_done) struct report twice = {0};

        report_read((const char *) data, n, &once);
        check(&once);
        report_read((const char *) data, n, &twice);
        must(once.kind == twice.kind && once.rows == twice.rows);
        return 0;
}
