// SPDX-License-Identifier: MIT
/*
 * Whose a mail is. First the tag in a path it was sent to, or in the path of the letter that it
 * gives back; without any, the ENVID, which is the tag again, and the Message-ID, whose salt
 * only the recipient and the servers on the way have seen. Never an address.
 */
#include "returns_internal.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define DELIMITERS   "+-=._#" /* a gateway may have put another one in */
#define TAG_SHORTEST 18       /* letters: an id of one byte and the HMAC */

/* `local` begins with p[n], its last delimiter perhaps another one. */
static bool begins(const char *local, const char *p, size_t n)
{
        if (n && strchr(DELIMITERS, p[n - 1])) {
                if (!local[0] || strncasecmp(local, p, n - 1) != 0)
                        return false;
                return local[n - 1] && strchr(DELIMITERS, local[n - 1]);
        }
        return strncasecmp(local, p, n) == 0;
}

/* What stands in `local` where return_path has its tag; false when it has another form. */
static bool tag_of(const char *pattern, const char *local, size_t n, char *out, size_t size)
{
        const char *hole = strstr(pattern, "{tag}"), *end = strrchr(pattern, '@');
        size_t head = (size_t) (hole - pattern), tail = (size_t) (end - hole) - strlen("{tag}");

        if (n <= head + tail || !begins(local, pattern, head) ||
            strncasecmp(local + n - tail, end - tail, tail) != 0 || n - head - tail >= size)
                return false;
        snprintf(out, size, "%.*s", (int) (n - head - tail), local + head);
        return true;
}

static bool looks_like_tag(const char *s)
{
        size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ234567");

        return !s[n] && n >= TAG_SHORTEST;
}

enum found { NO_TAG, FORGED, OURS };

/* A path may be wrapped by a forwarder: SRS0=x=yy=ministry.example=bounce+TAG@forwarder. */
static enum found tag_in_path(const struct config *c, const unsigned char *key, const char *path,
                              int64_t *ret_id)
{
        const char *at = strrchr(path, '@'), *home = strrchr(c->return_path, '@');
        bool bare = strncmp(c->return_path, "{tag}", 5) == 0, forged = false;
        char tag[ADDR_MAX];

        for (const char *p = path; at && p; p = memchr(p, '=', (size_t) (at - p))) {
                p += *p == '=' && p > path;
                if (!tag_of(c->return_path, p, (size_t) (at - p), tag, sizeof(tag)))
                        continue;
                if (token_tag_check(key, tag, ret_id))
                        return OURS;
                forged = forged ||
                         (p == path && strcasecmp(at, home) == 0 && (!bare || looks_like_tag(tag)));
        }
        return forged ? FORGED : NO_TAG;
}

/* By an authenticated id: a delivery that is no longer there is as good as forged. */
static int take_id(struct db *db, struct item *it, int64_t id, enum returned_match how,
                   struct err *e)
{
        int r = delivery_get(db, id, &it->d, e);

        if (r >= 0)
                it->row.matched = r > 0 ? how : MATCH_FORGED;
        return r < 0 ? r : 0;
}

static int by_message_id(struct db *db, struct item *it, const char *id, struct err *e)
{
        int r = delivery_by_message_id(db, id, &it->d, e);

        if (r > 0)
                it->row.matched = MATCH_MESSAGE_ID;
        return r < 0 ? r : 0;
}

/* Our letter itself: it bears our own Message-ID or List-Id, and gives nothing back. */
static int own_letter(const struct config *c, struct db *db, struct item *it, struct err *e)
{
        const struct report *r = &it->report;
        size_t n = strlen(c->list_id);
        const char *list = strcasestr(r->own_list, c->list_id);
        int rc;

        if (r->kind == REPORT_STATUS || r->kind == REPORT_COMPLAINT ||
            r->kind == REPORT_UNREADABLE || r->kind == REPORT_FEEDBACK)
                return 0;
        rc = by_message_id(db, it, r->own_id, e);
        if (rc < 0)
                return rc;
        if (it->d.id || (list && list > r->own_list && list[-1] == '<' && list[n] == '>'))
                it->row.kind = RETURNED_LOOP;
        return 0;
}

static int find(const struct config *c, struct db *db, struct item *it, struct err *e)
{
        const unsigned char *key = db_identity(db)->tag_key;
        const struct report *r = &it->report;
        int64_t id = 0;
        int rc = own_letter(c, db, it, e);

        if (rc < 0 || it->row.kind == RETURNED_LOOP)
                return rc;
        for (size_t i = 0; i < REPORT_PATHS && r->path[i][0]; i++)
                switch (tag_in_path(c, key, r->path[i], &id)) {
                case OURS: return take_id(db, it, id, MATCH_TAG, e);
                case FORGED: it->row.matched = MATCH_FORGED; return 0;
                case NO_TAG: break;
                }
        if (token_tag_check(key, r->envid, &id))
                return take_id(db, it, id, MATCH_ENVID, e);
        return by_message_id(db, it, r->message_id, e);
}

int match_find(const struct config *c, struct db *db, struct item *it, int64_t now, struct err *e)
{
        int r;

        it->row.matched = MATCH_NONE;
        r = find(c, db, it, e);
        if (r < 0)
                return r;
        if (it->d.id && it->report.kind == REPORT_UNREADABLE && it->report.rows) {
                it->row.kind = RETURNED_STATUS; /* it names nobody, and need not */
                it->row.trouble = "";
        }
        if (it->d.id) {
                int64_t sent = it->d.out_at ? it->d.out_at : it->d.created_at;

                it->row.delivery = it->d.id;
                it->row.release = it->d.release_id;
                it->stale = now - sent > c->tag_life_ms;
        }
        return 0;
}
