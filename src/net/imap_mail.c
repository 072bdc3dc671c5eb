// SPDX-License-Identifier: MIT
/* Mails of the selected folder: which there are, their bytes, where they go. */
#include "imap_internal.h"

#include "press/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void set_free(struct mailimap_set **s)
{
        if (*s)
                mailimap_set_free(*s);
}

/* Neighbours as a range: a command stays short. */
static struct mailimap_set *set_of(const uint32_t *uid, size_t n)
{
        struct mailimap_set *set = mailimap_set_new_empty();

        for (size_t i = 0, k; set && i < n; i = k) {
                for (k = i + 1; k < n && uid[k] == uid[k - 1] + 1; k++)
                        ;
                if (mailimap_set_add_interval(set, uid[i], uid[k - 1]) != MAILIMAP_NO_ERROR)
                        mem_exhausted();
        }
        if (!set)
                mem_exhausted();
        return set;
}

/* --- which ------------------------------------------------------------------------ */

static int search(struct imap *im, clist **ret, struct err *e)
{
        /* Of its many fields this one needs none. */
        struct mailimap_search_key *key = mem_zalloc(sizeof(*key));
        int r;

        key->sk_type = MAILIMAP_SEARCH_KEY_UNDELETED;
        line_begin(&im->line);
        r = mailimap_uid_search(im->session, NULL, key, ret);
        mailimap_search_key_free(key);
        return imap_result(im, r, "SEARCH", e);
}

/* Mails that come while the server is searching are told once, and IDLE is silent about them. */
#define SEARCHES 3

int imap_uids(struct imap *im, uint32_t **ret, size_t *ret_n, struct err *e)
{
        const struct mailimap_selection_info *folder = im->session->imap_selection_info;
        clist *found = NULL;
        uint32_t *uid, before;
        size_t n = 0;

        for (int i = 0; i < SEARCHES; i++) {
                int r;

                if (found)
                        mailimap_search_result_free(found);
                found = NULL;
                before = folder ? folder->sel_exists : 0;
                r = search(im, &found, e);
                if (r < 0)
                        return r;
                if (!folder || folder->sel_exists <= before)
                        break;
        }
        uid = mem_alloc(((found ? (size_t) clist_count(found) : 0) + 1) * sizeof(*uid));
        for (clistiter *i = found ? clist_begin(found) : NULL; i && n < IMAP_UIDS_MAX;
             i = clist_next(i))
                uid[n++] = *(uint32_t *) clist_content(i);
        if (found)
                mailimap_search_result_free(found);
        *ret = uid;
        *ret_n = n;
        return 0;
}

/* --- what is in them ------------------------------------------------------------------ */

struct seen { /* of one mail in an answer */
        uint32_t uid, bytes;
        bool sized, whole;
        const char *text;
        size_t length;
};

static struct seen look(const struct mailimap_msg_att *att)
{
        struct seen s = {0};

        for (clistiter *i = clist_begin(att->att_list); i; i = clist_next(i)) {
                const struct mailimap_msg_att_item *item = clist_content(i);
                const struct mailimap_msg_att_static *a = item->att_data.att_static;

                if (item->att_type != MAILIMAP_MSG_ATT_ITEM_STATIC)
                        continue;
                if (a->att_type == MAILIMAP_MSG_ATT_UID) {
                        s.uid = a->att_data.att_uid;
                } else if (a->att_type == MAILIMAP_MSG_ATT_RFC822_SIZE) {
                        s.bytes = a->att_data.att_rfc822_size;
                        s.sized = true;
                } else if (a->att_type == MAILIMAP_MSG_ATT_BODY_SECTION) {
                        s.whole = true;
                        s.text = a->att_data.att_body_section->sec_body_part;
                        s.length = s.text ? a->att_data.att_body_section->sec_length : 0;
                }
        }
        return s;
}

/* UID and `what` of some mails. Takes `what` over. */
static int fetch(struct imap *im, const uint32_t *uid, size_t n, struct mailimap_fetch_att *what,
                 clist **ret, struct err *e)
{
        CLEANUP(set_free) struct mailimap_set *set = set_of(uid, n);
        struct mailimap_fetch_type *type = mailimap_fetch_type_new_fetch_att_list_empty();
        struct mailimap_fetch_att *number = mailimap_fetch_att_new_uid();
        int r;

        assert(n > 0 && n <= IMAP_BATCH);
        if (!type || !number || !what ||
            mailimap_fetch_type_new_fetch_att_list_add(type, number) != MAILIMAP_NO_ERROR ||
            mailimap_fetch_type_new_fetch_att_list_add(type, what) != MAILIMAP_NO_ERROR)
                mem_exhausted();
        line_begin(&im->line);
        *ret = NULL;
        r = mailimap_uid_fetch(im->session, set, type, ret);
        mailimap_fetch_type_free(type);
        return imap_result(im, r, "FETCH", e);
}

static bool asked_for(const uint32_t *uid, size_t n, uint32_t one)
{
        for (size_t i = 0; i < n; i++)
                if (uid[i] == one)
                        return true;
        return false;
}

int imap_sizes(struct imap *im, const uint32_t *uid, size_t n, struct imap_mail *ret, size_t *ret_n,
               struct err *e)
{
        clist *list;
        size_t k = 0;
        int r = fetch(im, uid, n, mailimap_fetch_att_new_rfc822_size(), &list, e);

        if (r < 0)
                return r;
        for (clistiter *i = list ? clist_begin(list) : NULL; i && k < n; i = clist_next(i)) {
                const struct seen s = look(clist_content(i));

                if (s.sized && asked_for(uid, n, s.uid))
                        ret[k++] = (struct imap_mail){s.uid, s.bytes};
        }
        if (list)
                mailimap_fetch_list_free(list);
        *ret_n = k;
        return 0;
}

int imap_fetch(struct imap *im, const uint32_t *uid, size_t n, size_t limit,
               void (*fn)(void *ctx, uint32_t uid, const char *p, size_t bytes), void *ctx,
               struct err *e)
{
        struct mailimap_section *all = mailimap_section_new(NULL);
        clist *list;
        int r;

        if (!all)
                mem_exhausted();
        r = fetch(im, uid, n,
                  mailimap_fetch_att_new_body_peek_section_partial(all, 0, (uint32_t) limit), &list,
                  e);
        if (r < 0)
                return r;
        for (clistiter *i = list ? clist_begin(list) : NULL; i; i = clist_next(i)) {
                const struct seen s = look(clist_content(i));

                if (s.whole && asked_for(uid, n, s.uid))
                        fn(ctx, s.uid, s.text ? s.text : "", s.length < limit ? s.length : limit);
        }
        if (list)
                mailimap_fetch_list_free(list);
        return 0;
}

/* --- where they go -------------------------------------------------------------------- */

static int mark_deleted(struct imap *im, struct mailimap_set *set, struct err *e)
{
        struct mailimap_flag_list *flags = mailimap_flag_list_new_empty();
        struct mailimap_flag *deleted = mailimap_flag_new_deleted();
        struct mailimap_store_att_flags *store;
        int r;

        if (!flags || !deleted || mailimap_flag_list_add(flags, deleted) != MAILIMAP_NO_ERROR)
                mem_exhausted();
        store = mailimap_store_att_flags_new_add_flags_silent(flags);
        if (!store)
                mem_exhausted();
        line_begin(&im->line);
        r = mailimap_uid_store(im->session, set, store);
        mailimap_store_att_flags_free(store);
        return imap_result(im, r, "STORE", e);
}

int imap_move(struct imap *im, const uint32_t *uid, size_t n, const char *to, struct err *e)
{
        CLEANUP(set_free) struct mailimap_set *set = set_of(uid, n);
        int r;

        line_begin(&im->line);
        if (mailimap_has_extension(im->session, "MOVE"))
                return imap_result(im, mailimap_uid_move(im->session, set, to), "MOVE", e);
        r = imap_result(im, mailimap_uid_copy(im->session, set, to), "COPY", e);
        if (r == 0)
                r = mark_deleted(im, set, e);
        if (r < 0 || !mailimap_has_uidplus(im->session))
                return r;
        line_begin(&im->line);
        return imap_result(im, mailimap_uid_expunge(im->session, set), "EXPUNGE", e);
}
