/*
 * import_internal.h - the plan of an import: what the rows say, and what it comes to
 *
 * import.c reads the rows, import_org.c and import_contact.c decide what each
 * means, import_apply.c writes. Until then nothing is written.
 */
#ifndef APP_IMPORT_INTERNAL_H
#define APP_IMPORT_INTERNAL_H

#include "press/book.h"
#include "press/entry.h"
#include "press/import.h"

enum row_action { ROW_NOTHING, ROW_ADD, ROW_CHANGE };

struct import_row {
        unsigned line;
        char *field[ENTRY_FIELDS]; /* cleaned, in `block`; NULL = the column is absent */
        char *block;
        size_t org;      /* index into plan.org */
        int64_t contact; /* 0 = new */
        int64_t holder;  /* another contact that has this address there now, 0 = none */
        enum row_action action;
        bool refused;
};

/* What a file may say of an organisation. */
enum org_word { WORD_KIND, WORD_NAME, WORD_SHORT, WORD_CODE, WORD_PROVINCE, WORD_REGION };
#define ORG_WORDS (WORD_REGION + 1)

struct import_org {
        struct org org;           /* as it will be; id 0 = new until applied */
        unsigned said[ORG_WORDS]; /* line of the row that says so, 0 = the book */
        bool changed;             /* differs from the book */
        bool namesake;            /* another one has its kind and name */
};

/* Texts, each with a number: a binary tree of tsearch(3). */
struct index {
        void *root;
};
/* The number of `key`, which becomes `number` when it is new; *ret_new tells. */
size_t index_put(struct index *x, const char *key, size_t number, bool *ret_new);
/* true and *ret_number when key is there. */
bool index_get(const struct index *x, const char *key, size_t *ret_number);
void index_done(struct index *x);

struct import_plan {
        struct db *db;
        int64_t now, version;
        int column[ENTRY_FIELDS]; /* of the file, 0-based; -1 = absent */
        char **heading;           /* as they stand in the file */
        int *meaning;             /* of each: enum entry_field, ENTRY_IGNORED, or ENTRY_UNKNOWN */
        size_t nheading;
        struct import_row *row;
        size_t nrow;
        struct import_org *org;
        size_t norg;
        struct index by_code, by_name, by_fold; /* of organisations */
        struct index file_codes;                /* every code that the file mentions */
        struct index by_place;                  /* organisation and address of a row -> line */
        struct index by_contact;                /* contact id of a row -> line */
        struct index by_address;                /* address -> index of its row */
        struct import_report *report;
};

/* What is wrong or doubtful in a row; f ENTRY_FIELDS = the whole row. */
void plan_refuse(struct import_plan *p, struct import_row *row, enum entry_field f,
                 const struct err *why);
void plan_warn(struct import_plan *p, const struct import_row *row, enum entry_field f,
               const struct err *why);

/* "" for an absent column. */
const char *row_text(const struct import_row *row, enum entry_field f);

/* Every row gets its organisation. Errors are the database's only. */
int plan_orgs(struct import_plan *p, struct err *e);
/* Every row gets its contact and action. */
int plan_contacts(struct import_plan *p, struct err *e);

/* Warns of addresses that differ in letter case only, in the file and beside the book. */
int plan_alike(struct import_plan *p, struct err *e);

/*
 * When the first row with text is no row of headings but one of the next lines looks like it (the
 * merged title above a table): the line, else 0.
 */
unsigned headings_below(const char *data, size_t n);

/* The contact as the row wants it, from `old` (NULL = new). Its org_id is not set. */
struct contact row_contact(const struct import_row *row, const struct contact *old);

/* Writes what was planned. */
int plan_apply(struct import_plan *p, const char *file, const struct actor *actor, struct err *e);

#endif
