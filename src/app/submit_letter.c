// SPDX-License-Identifier: MIT
/* From statement and configuration to the one letter, composed and frozen. */
#include "press/addr.h"
#include "press/letter.h"
#include "press/mem.h"
#include "press/moment.h"
#include "submit_internal.h"

#include <stdio.h>
#include <stdlib.h>

static const char *first(const char *a, const char *b)
{
        return a[0] ? a : b;
}

int submit_reply_to(const struct submission *s, struct err *e)
{
        const struct statement_header *h = &s->st->reply_to;
        const struct submit_text t = {h->value, s->name, h->line};
        CLEANUP(mem_free) char *name = NULL;
        struct addr a;

        return h->line ? submit_at(addr_parse_named(h->value, &name, &a, e), &t, e) : 0;
}

/* What the Early audience reads first, in the language of the letter. */
static void embargo_notice(const struct submission *s, char *out, size_t size)
{
        char when[MOMENT_MAX];

        out[0] = '\0';
        if (s->t_embargo)
                snprintf(out, size, msg_fmt(s->language, "Embargo: not to be published before %s"),
                         moment_show(s->t_embargo, s->language, when));
}

int submission_compose(struct submission *s, bool rehearsal, struct err *e)
{
        const struct config *cfg = s->cfg;
        const struct statement *st = s->st;
        CLEANUP(mem_free)
        struct letter_attachment *att =
                mem_zalloc((s->natt + 1) * sizeof(struct letter_attachment));
        char embargo[200];
        struct letter_content c = {
                .domain = cfg->domain,
                .from_name = cfg->from_name,
                .from_address = cfg->from_address,
                .reply_to = first(st->reply_to.value, cfg->reply_to),
                .list_id = cfg->list_id,
                .automatic = s->key[0] != '\0',
                .rehearsal = rehearsal,
                .title = st->title,
                .number = st->number,
                .kind = st->kind,
                .class = s->class,
                .language = s->language,
                .text = st->text,
                .ministry = cfg->letterhead.ministry,
                .unit = cfg->letterhead.unit,
                .place = cfg->letterhead.place,
                .contact = first(st->contact.value, cfg->letterhead.contact),
                .signer = st->signer.value,
                .embargo = embargo,
                .wrong = st->wrong.value,
                .right = st->right.value,
                .att = att,
                .natt = s->natt,
        };
        int r = submit_reply_to(s, e);

        if (r < 0)
                return r;
        embargo_notice(s, embargo, sizeof(embargo));
        for (size_t i = 0; i < s->natt; i++)
                att[i] = (struct letter_attachment){s->att[i].name, s->att[i].type, s->att[i].data,
                                                    s->att[i].n};
        frozen_done(&s->letter);
        r = letter_compose(&c, cfg->max_message, &s->letter.bytes, &s->letter.n, &s->letter.cuts,
                           e);
        if (r < 0)
                err_at(e, s->name, 0);
        return r;
}
