// SPDX-License-Identifier: MIT
#include "smtp_internal.h"

#include "press/text.h"

#include <assert.h>
#include <stdlib.h>

enum stage smtp_stage_of(enum asked what)
{
        switch (what) {
        case ASKED_RCPT: return STAGE_RCPT;
        case ASKED_DATA: return STAGE_DATA;
        case ASKED_DOT:
        case ASKED_LONE_DOT: return STAGE_DOT;
        default: return STAGE_MAIL;
        }
}

enum stage smtp_stage(const struct smtp *s)
{
        const struct txn *t = s->slot[0];

        if (!t || t->step == STEP_HELD)
                return STAGE_MAIL;
        if (t->step == STEP_BODY)
                return STAGE_DOT;
        if (t->step == STEP_GO || !s->nawaited)
                return STAGE_DATA;
        return smtp_stage_of(s->awaited[0].what);
}

static struct outcome not_tried(const struct reply *reply)
{
        return (struct outcome){.verdict = VERDICT_NOT_TRIED,
                                .blame = BLAME_NOBODY,
                                .stage = STAGE_MAIL,
                                .reply = *reply,
                                .close = true};
}

/*
 * A relay that closes without a word behind a letter it took has had enough of
 * this connection: the next envelope was not tried, and nobody is to blame.
 */
static bool merely_used(const struct smtp *s, enum smtp_why why)
{
        const struct txn *t = s->slot[0];

        return why == WHY_CLOSED && s->accepted && !(t && t->answered);
}

/* What the end means for the open envelope. */
static struct outcome fate(const struct smtp *s, enum smtp_why why, const struct reply *reply)
{
        const struct txn *t = s->slot[0];
        bool dot_out = t->step == STEP_BODY && smtp_awaits_sent(s);

        if (t->step == STEP_HELD || why == WHY_JUDGED || merely_used(s, why) ||
            (why == WHY_ABORT && !dot_out))
                return not_tried(reply);
        return outcome_judge(smtp_stage(s), reply, dot_out, s->accepted > 0);
}

/* What the end says of the line itself. */
static struct outcome verdict_on_line(const struct smtp *s, enum smtp_why why,
                                      const struct reply *reply, const struct outcome *judged)
{
        static const struct reply none = {0};
        struct outcome o;

        if (judged && (judged->verdict == VERDICT_RELAY || judged->used_up))
                return *judged;
        if (why == WHY_ABORT || merely_used(s, why) ||
            (judged && judged->verdict != VERDICT_UNKNOWN))
                return not_tried(reply);
        o = outcome_judge(judged ? judged->stage : smtp_stage(s), &none, false, false);
        o.reply = *reply;
        return o;
}

void smtp_end(struct smtp *s, enum smtp_why why, const struct reply *reply,
              const struct outcome *judged, int64_t now)
{
        struct smtp_event end = {.type = SMTP_END};

        assert(!s->ended);
        assert((why == WHY_JUDGED) == (judged != NULL));
        assert(reply->code == 0 || why == WHY_JUDGED || why == WHY_ABORT);
        end.outcome = verdict_on_line(s, why, reply, judged);
        if (s->slot[0] && s->slot[0]->step != STEP_REFUSED) {
                struct outcome o = fate(s, why, reply);

                smtp_report(s, s->slot[0], &o, now);
        }
        if (s->slot[1]) {
                struct outcome o = not_tried(reply);

                smtp_report(s, s->slot[1], &o, now);
        }
        smtp_drop(s);
        smtp_drop(s);
        smtp_wire_clear(s);
        smtp_push_event(s, &end);
        s->ended = true;
}

void smtp_end_text(struct smtp *s, enum smtp_why why, const char *text, int64_t now)
{
        struct reply r = {0};

        text_escape(text, r.text, sizeof(r.text));
        smtp_end(s, why, &r, NULL, now);
}
