/*
 * entry.h - one row of the address book as people write it: headings and cells
 *
 * INTERFACE.md "The address book as CSV" names the columns. A heading is found in
 * any letter case, with or without marks, in English or Vietnamese:
 *
 *      id          mã số, mã liên hệ
 *      org         organisation, organization, cơ quan, đơn vị, tổ chức, tên cơ quan, tên đơn vị
 *      org_kind    kind, loại, loại cơ quan, loại đơn vị
 *      org_short   short name, tên tắt, tên viết tắt, viết tắt
 *      org_code    code, mã cơ quan, mã đơn vị
 *      province    tỉnh, tỉnh thành, tỉnh/thành phố
 *      region      vùng, khu vực
 *      name        full name, tên, họ tên, họ và tên, người liên hệ
 *      role        vai trò
 *      title       position, chức vụ, chức danh
 *      email       e-mail, mail, thư điện tử, địa chỉ thư, địa chỉ email, hộp thư
 *      phone       telephone, mobile, tel, điện thoại, số điện thoại, đt, sđt, di động
 *      language    lang, ngôn ngữ, tiếng
 *      tags        tag, nhãn, thẻ
 *      priority    ưu tiên, mức ưu tiên, thứ tự ưu tiên
 *      source      nguồn
 *
 * "STT", "TT" and "No." number the rows and are ignored. entry_clean() makes of a
 * cell the one form that stands in the book: invisible characters are dropped from
 * names, words are read in both languages, an address becomes canonical.
 * Errors: -EINVAL with the reason, without the column: the caller knows it.
 */
#ifndef PRESS_ENTRY_H
#define PRESS_ENTRY_H

#include "press/err.h"

enum entry_field {
        ENTRY_ID,
        ENTRY_ORG,
        ENTRY_ORG_KIND,
        ENTRY_ORG_SHORT,
        ENTRY_ORG_CODE,
        ENTRY_PROVINCE,
        ENTRY_REGION,
        ENTRY_NAME,
        ENTRY_ROLE,
        ENTRY_TITLE,
        ENTRY_EMAIL,
        ENTRY_PHONE,
        ENTRY_LANGUAGE,
        ENTRY_TAGS,
        ENTRY_PRIORITY,
        ENTRY_SOURCE,
        ENTRY_FIELDS
};

#define ENTRY_TEXT_MAX 300  /* characters of a name, a title, a source */
#define ENTRY_TAG_MAX  64   /* characters of one tag or list name */
#define ENTRY_TAGS_MAX 2000 /* bytes of all tags of a contact */

const char *entry_field_name(enum entry_field f); /* the English heading, as exported */

#define ENTRY_UNKNOWN (-1)
#define ENTRY_IGNORED (-2)
/* The field under a heading, ENTRY_IGNORED, or ENTRY_UNKNOWN. */
int entry_field_find(const char *heading);
/* The heading that an unknown one may have meant, or NULL. */
const char *entry_field_nearest(const char *heading);

/*
 * `cell` in the form of the book into *ret (free() it), "" when there is nothing in
 * it. Taken but doubtful: 0, and the reason in *warning (code 0 = none).
 */
int entry_clean(enum entry_field f, const char *cell, char **ret, struct err *warning,
                struct err *e);

/* "b; a;;b" -> "a;b": what stands in a cell of tags, or of list names. */
int entry_clean_tags(const char *cell, char **ret, struct err *e);

#endif
