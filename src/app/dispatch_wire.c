// SPDX-License-Identifier: MIT
/* What a commit let go: letters to their lines, and what is over is forgotten. */
#include "dispatch_internal.h"

#include "press/crash.h"

#include <string.h>

/* The line writes at once: its relay reads while the next line's letter is made. */
static void send_letter(struct dispatch *d, struct job *j)
{
        crash_at(j->d.id);
        j->go = false;
        j->line->since = loop_now(d->loop);
        conn_letter(j->line->conn, j->letter.v, j->letter.n);
        conn_flush(j->line->conn);
        crash_at(0);
}

/* About the letter itself; one whose answer never came has gone nowhere that we know of. */
static bool answered(enum verdict v)
{
        return v == VERDICT_RELAYED || v == VERDICT_REFUSED || v == VERDICT_DEFERRED;
}

/* The first `n`. */
static void results_forget(struct dispatch *d, size_t n)
{
        bool settled = false;

        for (size_t i = 0; i < n; i++) {
                struct result *r = &d->result[i];

                if (!r->job->work)
                        alarm_result(d, r);
                else if (answered(r->outcome.verdict))
                        settled = true;
                job_free(r->job);
        }
        d->nresult -= n;
        if (d->nresult)
                memmove(d->result, d->result + n, d->nresult * sizeof(*d->result));
        if (settled)
                progress_made(d);
}

void wire_release(struct dispatch *d, const struct room *room, const struct claim *claim)
{
        size_t over = d->nresult; /* an address unfit for the wire adds to them */

        for (size_t i = 0; i < claim->n; i++) {
                struct job *j = claim->job[i];
                struct line *line = room_place(room, claim->urgent, i);

                j->work->r.stored = RELEASE_SENDING; /* not before it is on disk */
                crash_at(j->d.id);
                job_splice(j);
                line_hand(d, line, j);
                crash_at(0);
                if (j->behind && line->job[0]->go) /* the envelope rides behind its dot */
                        send_letter(d, line->job[0]);
        }
        for (size_t i = 0; i < d->ngo; i++)
                if (d->go[i]->go)
                        send_letter(d, d->go[i]);
        d->ngo = 0;
        results_forget(d, over);
}
