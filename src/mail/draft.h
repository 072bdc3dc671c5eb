/*
 * draft.h - the words of a letter, before they become MIME
 *
 * Subject, and the two texts rendered from the templates of the release's kind
 * and language, with marks (press/template.h) where a recipient's words go.
 */
#ifndef PRESS_MAIL_DRAFT_H
#define PRESS_MAIL_DRAFT_H

#include <stdbool.h>

struct buf;
struct err;
struct letter_content;

/* s, or "" for NULL. */
const char *draft_given(const char *s);

/* What stands behind the last slash, of either kind, so that no path leaves. */
const char *draft_file_name(const char *name);

/* "Thông cáo báo chí số 12/TC-TTTT: TITLE"; early copies have the embargo before it. free() it. */
char *draft_subject(const struct letter_content *c, bool early);

/*
 * Renders both. -EINVAL when the text is not UTF-8 or holds a control
 * character, with its line; -E2BIG when they do not fit.
 */
int draft_texts(const struct letter_content *c, struct buf *text, struct buf *html, struct err *e);

#endif
