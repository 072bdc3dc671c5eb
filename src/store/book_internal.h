/*
 * book_internal.h - what the files of the address book share
 */
#ifndef STORE_BOOK_INTERNAL_H
#define STORE_BOOK_INTERNAL_H

#include "press/book.h"
#include "sql.h"

/* Raises the version. -EBUSY while an import other than `import` is open. */
int book_write(struct tx *tx, int64_t import, struct err *e);

/* One step of `import` that can be taken back; *ret_id = the row that old values belong to. */
int undo_note(struct tx *tx, int64_t import, const char *what, int64_t row_id, int64_t *ret_id,
              struct err *e);

/* The columns that contact_read() takes, from contact c and org o. */
#define CONTACT_COLUMNS                                                                      \
        "c.id, c.org_id, c.name, c.role, c.title, c.email, c.phone, c.language, c.priority," \
        " c.tags, c.source, c.from_at, c.to_at, c.created_at, c.changed_at,"                 \
        " o.name, o.short, o.code, o.kind, o.province, o.region"
#define CONTACT_COLUMN_COUNT 21

/* True of a contact c at an organisation o at a moment that is bound three times. */
#define CONTACT_CURRENT                                       \
        "c.from_at <= ? AND (c.to_at IS NULL OR c.to_at > ?)" \
        " AND (o.closed_at IS NULL OR o.closed_at > ?)"
#define CONTACT_CURRENT_VALUES(now) SQL_INT(now), SQL_INT(now), SQL_INT(now)

/* The domain of an address, as contact_domain has it; a quoted local part with @ is passed over. */
#define DOMAIN_OF(address) "lower(substr(" address ", instr(" address ", '@') + 1))"
#define CONTACT_DOMAIN     DOMAIN_OF("email")   /* as the index has it */
#define CONTACT_C_DOMAIN   DOMAIN_OF("c.email") /* the same of a contact c */
#define ADDRESS_DOMAIN     DOMAIN_OF("?1")

/* Facts f under which people look for an organisation. */
#define ORG_NAME_TYPES "f.type IN ('name', 'short', 'code', 'alias')"

void contact_read(struct sql *q, struct contact *ret);
void contact_list_add(struct contact_list *l, struct contact *c); /* takes over *c */
/* The contacts of all rows of q, appended. */
int contact_rows(struct sql *q, struct contact_list *l, struct err *e);

/* contact_tag becomes what `tags` says. */
int contact_tags_write(struct tx *tx, int64_t contact, const char *tags, int64_t import,
                       struct err *e);

/* text_fold() of text that is known to be UTF-8. */
char *folded(const char *s);

/* A pattern for LIKE .. ESCAPE '\': word[n] as it stands between the two. free() it. */
char *like_pattern(const char *before, const char *word, size_t n, const char *after);

#endif
