// SPDX-License-Identifier: MIT
#include "report_internal.h"

#include "press/mem.h"
#include "press/msg.h"

#include <ctype.h>
#include <libetpan/libetpan.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NOTICE_BYTES (96u << 10)
#define STATUS_BYTES (1u << 20)
#define FIELDS_BYTES (64u << 10)
#define DEPTH_MAX    50

bool field_get(const char *block, const char *name, unsigned nth, char *out, size_t size)
{
        size_t len = strlen(name);

        out[0] = '\0';
        for (const char *p = block; *p;) {
                const char *lf = strchrnul(p, '\n'), *v = p + len;

                while (v < lf && (*v == ' ' || *v == '\t'))
                        v++;
                if (strncasecmp(p, name, len) == 0 && v < lf && *v == ':' && nth-- == 0) {
                        for (v++; v < lf && (*v == ' ' || *v == '\t'); v++)
                                ;
                        snprintf(out, size, "%.*s", (int) (lf - v), v);
                        return true;
                }
                p = *lf ? lf + 1 : lf;
        }
        return false;
}

bool field_has(const char *block, const char *name)
{
        char value[2];

        return field_get(block, name, 0, value, sizeof(value));
}

/* --- one part ---------------------------------------------------------------------- */

struct part {
        char type[64]; /* lower case; of the names report_scan() changed, as they were */
        char charset[40], name[128];
        const char *p; /* encoded */
        size_t n;
        int encoding;
};

static void lower(char *s)
{
        for (; *s; s++)
                *s = (char) tolower((unsigned char) *s);
}

static const char *type_word(const struct mailmime_type *t)
{
        static const char *const discrete[] = {
                [MAILMIME_DISCRETE_TYPE_TEXT] = "text",
                [MAILMIME_DISCRETE_TYPE_IMAGE] = "image",
                [MAILMIME_DISCRETE_TYPE_AUDIO] = "audio",
                [MAILMIME_DISCRETE_TYPE_VIDEO] = "video",
                [MAILMIME_DISCRETE_TYPE_APPLICATION] = "application",
        };

        if (t->tp_type == MAILMIME_TYPE_COMPOSITE_TYPE) {
                switch (t->tp_data.tp_composite_type->ct_type) {
                case MAILMIME_COMPOSITE_TYPE_MESSAGE: return "message";
                case MAILMIME_COMPOSITE_TYPE_MULTIPART: return "multipart";
                default: return "x";
                }
        }
        if (t->tp_data.tp_discrete_type->dt_type < MAILMIME_DISCRETE_TYPE_TEXT ||
            t->tp_data.tp_discrete_type->dt_type > MAILMIME_DISCRETE_TYPE_APPLICATION)
                return "x";
        return discrete[t->tp_data.tp_discrete_type->dt_type];
}

static void content_type(const struct mailmime_content *c, char *out, size_t size)
{
        char *x;

        snprintf(out, size, "%s/%s", c ? type_word(c->ct_type) : "text",
                 c ? c->ct_subtype : "plain");
        lower(out);
        x = strstr(out, "/rfc8x2");
        if (x)
                x[5] = '2';
}

static void parameter(struct mailmime_content *c, const char *name, char *out, size_t size)
{
        const char *value = c ? mailmime_content_param_get(c, (char *) name) : NULL;

        snprintf(out, size, "%s", value ? value : "");
}

static void part_of(struct mailmime *m, struct part *ret)
{
        const struct mailmime_data *d = m->mm_body ? m->mm_body : NULL;

        *ret = (struct part){.encoding = MAILMIME_MECHANISM_8BIT};
        content_type(m->mm_content_type, ret->type, sizeof(ret->type));
        parameter(m->mm_content_type, "charset", ret->charset, sizeof(ret->charset));
        parameter(m->mm_content_type, "name", ret->name, sizeof(ret->name));
        if (m->mm_mime_fields) {
                struct mailmime_single_fields f;

                mailmime_single_fields_init(&f, m->mm_mime_fields, m->mm_content_type);
                if (f.fld_encoding)
                        ret->encoding = f.fld_encoding->enc_type;
                if (!ret->name[0] && f.fld_disposition_filename)
                        snprintf(ret->name, sizeof(ret->name), "%s", f.fld_disposition_filename);
        }
        if (d && d->dt_type == MAILMIME_DATA_TEXT) {
                ret->p = d->dt_data.dt_text.dt_data;
                ret->n = d->dt_data.dt_text.dt_length;
        }
}

static void part_text(const struct part *part, struct buf *out)
{
        size_t at = 0, n = 0, most = out->max * 2;
        char *bytes = NULL;

        if (!part->n)
                return;
        if (mailmime_part_parse(part->p, part->n < most ? part->n : most, &at, part->encoding,
                                &bytes, &n) != MAILIMF_NO_ERROR)
                return;
        decode_text(bytes, n, part->charset, out);
        mailmime_decoded_part_free(bytes);
}

/* --- what it is ---------------------------------------------------------------------- */

static bool starts(const char *s, const char *prefix)
{
        return strncmp(s, prefix, strlen(prefix)) == 0;
}

static bool line_starts(const char *text, const char *name)
{
        const char *p = text;

        while ((p = strcasestr(p, name))) {
                if (p == text || p[-1] == '\n')
                        return true;
                p++;
        }
        return false;
}

static bool looks_like_status(const char *text)
{
        if (line_starts(text, "Disposition:"))
                return false;
        return line_starts(text, "Final-Recipient:") ||
               (line_starts(text, "Reporting-MTA:") && line_starts(text, "Action:"));
}

static bool looks_like_head(const char *text)
{
        size_t len = strcspn(text, "\n:");

        return text[len] == ':' && (line_starts(text, "Received:") || line_starts(text, "From:")) &&
               (line_starts(text, "Message-ID:") || line_starts(text, "Subject:"));
}

static void add_fields(struct buf *to, const char *text)
{
        size_t n = strlen(text), room = to->max - to->len;

        if (room < 3)
                return;
        if (to->len)
                buf_addc(to, '\n');
        buf_add(to, text, n < room - 2 ? n : room - 2);
        buf_addc(to, '\n');
}

static void add_original(struct returned *m, const char *text)
{
        CLEANUP(buf_done) struct buf block = BUF(FIELDS_BYTES);

        if (m->original.len)
                return; /* the first one is ours; others lie inside of it */
        text += strspn(text, "\r\n");
        if (starts(text, "From ") || starts(text, ">From ")) {
                text += strcspn(text, "\n");
                text += *text == '\n';
        }
        report_unfold(text, strlen(text), &block);
        decode_words(block.s, block.len, &m->original);
}

static void take_leaf(struct returned *m, const struct part *part)
{
        CLEANUP(buf_done) struct buf text = BUF(STATUS_BYTES);
        const char *t = part->type;
        bool plain = starts(t, "text/");

        if (!plain && !starts(t, "message/") && !starts(t, "application/") && !starts(t, "x/"))
                return;
        part_text(part, &text);
        if (strstr(t, "delivery-status"))
                add_fields(&m->status, text.s);
        else if (strstr(t, "/feedback-report"))
                add_fields(&m->feedback, text.s);
        else if (strstr(t, "disposition-notification"))
                add_fields(&m->receipt, text.s);
        else if (strstr(t, "rfc822") || starts(t, "message/"))
                add_original(m, text.s);
        else if (!m->status.len && m->notice.len && looks_like_status(text.s))
                add_fields(&m->status, text.s);
        else if (m->notice.len && looks_like_head(text.s))
                add_original(m, text.s);
        else if (plain && line_starts(text.s, "Feedback-Type:"))
                add_fields(&m->feedback, text.s);
        else if (strcmp(t, "text/html") == 0 && !m->original.len)
                decode_html(text.s, &m->html);
        else if (plain && (!m->original.len || !m->notice.len))
                add_fields(&m->notice, text.s);
}

static void walk(struct returned *m, struct mailmime *mime, int depth)
{
        if (!mime || depth > DEPTH_MAX)
                return;
        if (mime->mm_type == MAILMIME_SINGLE) {
                struct part part;

                part_of(mime, &part);
                take_leaf(m, &part);
        } else if (mime->mm_type == MAILMIME_MULTIPLE) {
                for (clistiter *i = clist_begin(mime->mm_data.mm_multipart.mm_mp_list); i;
                     i = clist_next(i))
                        walk(m, clist_content(i), depth + 1);
        } else if (mime->mm_type == MAILMIME_MESSAGE) {
                walk(m, mime->mm_data.mm_message.mm_msg_mime, depth + 1);
        }
}

/* --- the mail -------------------------------------------------------------------------- */

/* The type by our own eyes: libetpan's may be missing where the field is broken. */
static void top_type(struct returned *m)
{
        char value[1024], *p;

        field_get(m->head.s, "Content-Type", 0, value, sizeof(value));
        lower(value);
        snprintf(m->type, sizeof(m->type), "%.*s", (int) strcspn(value, "; \t"), value);
        p = strstr(value, "report-type");
        if (!p)
                return;
        p += strlen("report-type");
        p += strspn(p, " \t=\"");
        snprintf(m->report_type, sizeof(m->report_type), "%.*s", (int) strcspn(p, "\"; \t"), p);
}

static void read_tree(const struct report_scan *s, struct returned *m)
{
        struct mailmime *tree = NULL;
        size_t at = 0;

        if (mailmime_parse(s->mime.s, s->mime.len, &at, &tree) == MAILIMF_NO_ERROR) {
                walk(m, tree, 0);
                mailmime_free(tree);
        }
        if (m->status.len || m->feedback.len || m->receipt.len)
                return;
        /* No part was found, or not the one there must be: then it is read as one text. */
        if ((!m->notice.len && !m->html.len) ||
            (m->report_type[0] && (looks_like_status(s->mime.s + s->body) ||
                                   line_starts(s->mime.s + s->body, "Feedback-Type:")))) {
                buf_clear(&m->notice);
                decode_text(s->mime.s + s->body, s->mime.len - s->body, "", &m->notice);
        }
}

/* Base64 ends in a shorter line or in "=". */
static bool is_full_base64(const char *p, size_t n)
{
        size_t from = n, before, len;

        while (from && p[from - 1] != '\n')
                from--;
        len = n - from;
        before = from - (from > 0);
        before -= before && p[before - 1] == '\r';
        if (len < 60 || p[n - 1] == '=' || before <= len || p[before - len - 1] != '\n')
                return false;
        for (size_t i = from; i < n; i++)
                if (!isalnum((unsigned char) p[i]) && !strchr("+/", p[i]))
                        return false;
        return true;
}

/* Within a line, behind a soft line break, or within base64. */
static bool is_cut(const char *p, size_t n)
{
        size_t end = n;

        while (end && (p[end - 1] == '\n' || p[end - 1] == '\r'))
                end--;
        return end && (end == n || (p[end - 1] == '=' && n - end <= 2) || is_full_base64(p, end));
}

void report_load(const char *p, size_t n, struct returned *ret)
{
        CLEANUP(report_scan_done) struct report_scan s;

        *ret = (struct returned){.head = BUF(2 * 256u << 10),
                                 .notice = BUF(NOTICE_BYTES),
                                 .html = BUF(NOTICE_BYTES),
                                 .status = BUF(STATUS_BYTES),
                                 .feedback = BUF(FIELDS_BYTES),
                                 .receipt = BUF(FIELDS_BYTES),
                                 .original = BUF(FIELDS_BYTES),
                                 .cut = is_cut(p, n)};
        report_scan(p, n, &s);
        ret->trouble = s.trouble;
        decode_words(s.head.s, s.head.len, &ret->head);
        top_type(ret);
        if (s.trouble)
                return;
        read_tree(&s, ret);
        if (strspn(ret->notice.s, " \t\n") == ret->notice.len && ret->html.len) {
                buf_clear(&ret->notice);
                buf_add(&ret->notice, ret->html.s, ret->html.len); /* both have the same ceiling */
        }
}

void returned_done(struct returned *m)
{
        buf_done(&m->head);
        buf_done(&m->notice);
        buf_done(&m->html);
        buf_done(&m->status);
        buf_done(&m->feedback);
        buf_done(&m->receipt);
        buf_done(&m->original);
}
