/*
 * msg.h - the words shown to people, in Vietnamese and English
 *
 * The English text in the source is the key (gettext's way); Vietnamese is
 * templates/messages/vi.po, built into the program by templates/po.awk.
 * A text without a translation is shown in English; `make lint` finds those.
 * In a translation the arguments may change places by %1$s, %2$s, ...
 */
#ifndef PRESS_MSG_H
#define PRESS_MSG_H

#include <stdbool.h>
#include <stddef.h>

enum lang { LANG_VI, LANG_EN };

/* Marks a text for translation where no call shows it (tables). */
#define N_(s) s

/* The text in `lang`; msgid itself when there is no translation. Never NULL. */
const char *msg_text(enum lang lang, const char *msgid);

/* Same as msg_text, declared so that gcc still checks printf arguments. */
const char *msg_fmt(enum lang lang, const char *msgid) __attribute__((format_arg(2)));

/*
 * What the system gives as a reason, strerror()'s English, in `lang`; any other text stays
 * what it is.
 */
const char *msg_reason(enum lang lang, const char *text);

/* 0 and *ret_lang for "vi", "en" and locale names such as "vi_VN.UTF-8"; else -EINVAL. */
int msg_lang_parse(const char *s, enum lang *ret_lang);
const char *msg_lang_name(enum lang lang); /* "vi" or "en" */

/*
 * The reader's: `option` (NULL = none), else LC_ALL, else LC_MESSAGES, where it names one that we
 * have. false and Vietnamese when none does: then the configuration decides, once it is read.
 */
bool msg_lang_reader(const char *option, enum lang *ret);

/*
 * The table built from vi.po, sorted by msgid as strcmp() does.
 */
struct msg_entry {
        const char *msgid, *msgstr;
};
extern const struct msg_entry msg_vi[];
extern const size_t msg_vi_n;

#endif
