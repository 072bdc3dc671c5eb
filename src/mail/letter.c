// SPDX-License-Identifier: MIT
#include "press/letter.h"

#include "body.h"
#include "cuts.h"
#include "draft.h"
#include "header.h"
#include "press/addr.h"
#include "press/buf.h"
#include "press/mem.h"
#include "press/template.h"
#include "press/text.h"
#include "press/token.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define BOUNDARY_MAX 40

/* A letter on its way: bytes so far, and where they are to be cut. */
struct draft {
        const struct letter_content *c;
        struct buf b;
        struct cuts cuts;
        char outer[BOUNDARY_MAX], inner[BOUNDARY_MAX];
};

/* --- what may not go in ------------------------------------------------------ */

static int check_domain(const char *s, struct err *e)
{
        if (*s && strlen(s) < CUTS_DOMAIN &&
            s[strspn(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-")] ==
                    '\0')
                return 0;
        return err_set(e, -EINVAL,
                       "domain “%s”: a letter needs a host name of letters, digits, dots and "
                       "hyphens; correct the setting “domain”",
                       s);
}

static int check_from(const char *s, struct err *e)
{
        for (const char *p = s; *p; p++)
                if (*p <= ' ' || *p > '~' || *p == '<' || *p == '>')
                        return err_set(e, -EINVAL,
                                       "from: “%s” is not a plain e-mail address; correct the "
                                       "setting “from”",
                                       s);
        return *s ? 0 : err_set(e, -EINVAL, "from: no address; set “from”");
}

static int check_attachments(const struct letter_content *c, struct err *e)
{
        for (size_t i = 0; i < c->natt; i++) {
                const char *name = draft_file_name(c->att[i].name);
                int r = header_check("Attach", name, e);

                if (r < 0)
                        return r;
                if (!*name || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
                        return err_set(e, -EINVAL, "Attach: “%s” names no file; rename it",
                                       c->att[i].name);
        }
        return 0;
}

/* Line values: everything a header or a template line is made of. */
static int check(const struct letter_content *c, struct err *e)
{
        const struct {
                const char *what, *value;
        } lines[] = {
                {"Title", c->title},
                {"Number", c->number},
                {"Signer", c->signer},
                {"Contact", c->contact},
                {"Embargo", c->embargo},
                {"Wrong", draft_given(c->wrong)},
                {"Right", draft_given(c->right)},
                {"correct", draft_given(c->replaces)},
                {"letterhead.ministry", c->ministry},
                {"letterhead.unit", c->unit},
                {"letterhead.place", c->place},
                {"from", c->from_name},
                {"list_id", c->list_id},
        };
        int r;

        for (size_t i = 0; i < COUNT_OF(lines); i++) {
                r = header_check(lines[i].what, lines[i].value, e);
                if (r < 0)
                        return r;
        }
        if (!c->title[0])
                return err_set(e, -EINVAL, "Title: it is empty; a letter needs a title");
        r = check_domain(c->domain, e);
        if (r == 0)
                r = check_from(c->from_address, e);
        return r < 0 ? r : check_attachments(c, e);
}

/* --- pieces ------------------------------------------------------------------ */

static void cut(struct draft *d, enum cut_field field)
{
        assert(d->cuts.n < CUTS_MAX);
        d->cuts.v[d->cuts.n++] = (struct cut){.at = d->b.len, .field = field};
}

/* The marks that templates leave (press/template.h), and what belongs there. */
static enum cut_field mark_field(const char *name, size_t n, bool html)
{
        static const struct {
                const char *name;
                enum cut_field text, html;
        } marks[] = {
                {"greeting", CUT_GREETING, CUT_GREETING_HTML},
                {"date", CUT_DATELINE, CUT_DATELINE},
                {"early", CUT_EARLY, CUT_EARLY},
                {"everybody", CUT_EVERYBODY, CUT_EVERYBODY},
        };

        for (size_t i = 0; i < COUNT_OF(marks); i++)
                if (strlen(marks[i].name) == n && memcmp(marks[i].name, name, n) == 0)
                        return html ? marks[i].html : marks[i].text;
        assert(false);
        return CUT_FIELDS;
}

/* The rendered text, encoded piece by piece with a cut at each mark. */
static void add_marked(struct draft *d, const struct buf *text, bool html)
{
        const char *s = text->s, *end = text->s + text->len, *open;

        while ((open = memchr(s, TEMPLATE_LATE_OPEN, (size_t) (end - s)))) {
                const char *close = memchr(open, TEMPLATE_LATE_CLOSE, (size_t) (end - open));
                enum cut_field field;

                assert(close);
                body_quoted(&d->b, s, (size_t) (open - s));
                field = mark_field(open + 1, (size_t) (close - open - 1), html);
                cut(d, field);
                s = close + 1;
                /* A mark that only changes the readers takes its own line with it. */
                if ((field == CUT_EARLY || field == CUT_EVERYBODY) && s < end && *s == '\n')
                        s++;
        }
        body_quoted(&d->b, s, (size_t) (end - s));
}

static void add_text_part(struct draft *d, const struct buf *text, bool html)
{
        buf_addf(&d->b,
                 "--%s\r\n"
                 "Content-Type: text/%s; charset=utf-8\r\n"
                 "Content-Transfer-Encoding: quoted-printable\r\n"
                 "\r\n",
                 d->inner, html ? "html" : "plain");
        add_marked(d, text, html);
        buf_adds(&d->b, "\r\n");
}

/* A type/subtype of tokens. A message or multipart must not be base64 (RFC 2046 section 5). */
static const char *safe_type(const char *type)
{
        const char *slash = strchr(type, '/');
        bool good =
                slash && slash > type && slash[1] && strlen(type) <= 127 && !strchr(slash + 1, '/');

        for (const char *p = type; *p && good; p++)
                good = *p > ' ' && *p <= '~' && !strchr("()<>@,;:\\\"[]?=", *p);
        if (!good || strncasecmp(type, "message/", 8) == 0 ||
            strncasecmp(type, "multipart/", 10) == 0)
                return "application/octet-stream";
        return type;
}

static int add_attachment(struct draft *d, const struct letter_attachment *a, struct err *e)
{
        int r;

        buf_addf(&d->b,
                 "--%s\r\n"
                 "Content-Type: %s\r\n"
                 "Content-Transfer-Encoding: base64\r\n",
                 d->outer, safe_type(a->type));
        r = header_param(&d->b, "Content-Disposition", "attachment", "filename",
                         draft_file_name(a->name), e);
        if (r < 0)
                return r;
        buf_adds(&d->b, "\r\n");
        body_base64(&d->b, a->data, a->n);
        buf_adds(&d->b, "\r\n");
        return 0;
}

/* --- the header -------------------------------------------------------------- */

static int add_subject(struct draft *d, struct err *e)
{
        CLEANUP(mem_free) char *subject = draft_subject(d->c, false);
        CLEANUP(mem_free) char *early = draft_subject(d->c, true);
        int r;

        if (strcmp(subject, early) == 0)
                return header_text(&d->b, "Subject", subject, e);
        cut(d, CUT_EARLY);
        r = header_text(&d->b, "Subject", early, e);
        if (r < 0)
                return r;
        cut(d, CUT_OTHERS);
        r = header_text(&d->b, "Subject", subject, e);
        cut(d, CUT_EVERYBODY);
        return r;
}

static int add_reply_to(struct draft *d, struct err *e)
{
        CLEANUP(mem_free) char *name = NULL;
        struct addr a;
        int r;

        if (!d->c->reply_to[0])
                return 0;
        r = addr_parse_named(d->c->reply_to, &name, &a, e);
        if (r < 0)
                return r;
        if (!a.ascii)
                return err_set(e, -EINVAL,
                               "Reply-To: “%s” has letters that not every mail server takes; "
                               "use an address of plain letters",
                               d->c->reply_to);
        return header_mailbox(&d->b, "Reply-To", name, a.mailbox, e);
}

static int add_list_id(struct draft *d, struct err *e)
{
        CLEANUP(mem_free) char *standard = mem_printf("press.%s", d->c->domain);
        const char *id = d->c->list_id[0] ? d->c->list_id : standard;

        return header_mailbox(&d->b, "List-Id", d->c->from_name, id, e);
}

static int add_header(struct draft *d, struct err *e)
{
        int r;

        cut(d, CUT_DATE);
        r = header_mailbox(&d->b, "From", d->c->from_name, d->c->from_address, e);
        if (r < 0)
                return r;
        cut(d, CUT_TO);
        r = add_reply_to(d, e);
        if (r == 0)
                r = add_subject(d, e);
        if (r < 0)
                return r;
        cut(d, CUT_MESSAGE_ID);
        r = add_list_id(d, e);
        if (r < 0)
                return r;
        if (d->c->automatic)
                buf_adds(&d->b, "Auto-Submitted: auto-generated\r\n");
        buf_adds(&d->b, "MIME-Version: 1.0\r\n");
        return 0;
}

/* --- the whole --------------------------------------------------------------- */

/*
 * "=_" is in no quoted-printable or base64 line, so no part can hold a
 * boundary; from the content, so that the same letter is the same bytes.
 */
static void make_boundaries(struct draft *d, const struct buf *text, const struct buf *html)
{
        unsigned char sum[HASH_BYTES];
        char hex[HASH_HEX_MAX];
        struct hash h;

        hash_init(&h);
        hash_piece(&h, text->s, text->len);
        hash_piece(&h, html->s, html->len);
        for (size_t i = 0; i < d->c->natt; i++)
                hash_piece(&h, d->c->att[i].data, d->c->att[i].n);
        hash_final(&h, sum);
        hash_hex(sum, hex);
        snprintf(d->outer, sizeof(d->outer), "=_%.32s", hex);
        snprintf(d->inner, sizeof(d->inner), "=_%.32s", hex + 32);
}

static int add_parts(struct draft *d, const struct buf *text, const struct buf *html, struct err *e)
{
        bool mixed = d->c->natt > 0;
        int r;

        if (mixed) {
                r = header_param(&d->b, "Content-Type", "multipart/mixed", "boundary", d->outer, e);
                if (r < 0)
                        return r;
                buf_addf(&d->b, "\r\n--%s\r\n", d->outer);
        }
        r = header_param(&d->b, "Content-Type", "multipart/alternative", "boundary", d->inner, e);
        if (r < 0)
                return r;
        buf_adds(&d->b, "\r\n");
        add_text_part(d, text, false);
        add_text_part(d, html, true);
        buf_addf(&d->b, "--%s--\r\n", d->inner);
        if (!mixed)
                return 0;
        buf_adds(&d->b, "\r\n");
        for (size_t i = 0; i < d->c->natt; i++) {
                r = add_attachment(d, &d->c->att[i], e);
                if (r < 0)
                        return r;
        }
        buf_addf(&d->b, "--%s--\r\n", d->outer);
        return 0;
}

static int too_large(size_t n, size_t max, struct err *e)
{
        return err_set(e, -E2BIG,
                       "the letter would be %zu bytes as encoded, and max_message allows %zu; make "
                       "the attachments smaller or put them on the portal and link to them",
                       n, max);
}

static size_t attachments_size(const struct letter_content *c)
{
        size_t n = 0;

        for (size_t i = 0; i < c->natt; i++)
                n += body_base64_size(c->att[i].n);
        return n;
}

static void draft_done(struct draft *d)
{
        buf_done(&d->b);
}

int letter_compose(const struct letter_content *c, size_t max_bytes, char **ret_bytes,
                   size_t *ret_n, char **ret_cuts, struct err *e)
{
        CLEANUP(buf_done) struct buf text = BUF(max_bytes), html = BUF(max_bytes), cuts = BUF(4096);
        size_t attached = attachments_size(c);
        CLEANUP(draft_done)
        struct draft d = {
                .c = c,
                /* Quoted-printable is at most 4 times its text, soft line ends counted. */
                .b = BUF(attached + 8 * max_bytes + 65536),
                .cuts = {.language = c->language, .hour = c->class == CLASS_URGENT},
        };
        int r;

        r = check(c, e);
        if (r < 0)
                return r;
        if (attached > max_bytes)
                return too_large(attached, max_bytes, e);
        r = draft_texts(c, &text, &html, e);
        if (r == -E2BIG)
                return err_set(e, r,
                               "the text alone makes the letter larger than the %zu bytes that "
                               "max_message allows; shorten it",
                               max_bytes);
        if (r < 0)
                return r;
        make_boundaries(&d, &text, &html);
        r = add_header(&d, e);
        if (r == 0)
                r = add_parts(&d, &text, &html, e);
        if (r < 0)
                return r;
        assert(!d.b.over);
        if (d.b.len > max_bytes)
                return too_large(d.b.len, max_bytes, e);
        d.cuts.octets = d.b.len;
        wire_stuff(&d.b, &d.cuts);
        snprintf(d.cuts.zone, sizeof(d.cuts.zone), "%s", zone_name());
        snprintf(d.cuts.domain, sizeof(d.cuts.domain), "%s", c->domain);
        cuts_format(&d.cuts, &cuts);
        *ret_n = d.b.len;
        *ret_bytes = buf_take(&d.b);
        *ret_cuts = buf_take(&cuts);
        return 0;
}
