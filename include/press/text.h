/*
 * text.h - Vietnamese text: valid, in one form, comparable, safe to show
 *
 * Inside the program text is UTF-8 in Unicode NFC. Every door (file, command
 * line, CSV, mail) calls text_nfc() once. Half-composed text (Windows' own
 * keyboard: e-circumflex + combining acute) is neither NFC nor NFD: it is normalised,
 * never refused.
 * Source: Unicode 15, UAX 15; CLDR vi for the order.
 */
#ifndef PRESS_TEXT_H
#define PRESS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Offset of the first byte that is not valid UTF-8 (overlong forms, surrogates
 * and NUL are not), or n when all is valid.
 */
size_t text_utf8_check(const char *s, size_t n);

/* A new string in NFC; NULL when s is not valid UTF-8. free() it. */
char *text_nfc(const char *s);

/*
 * The form that search and matching use: NFD, marks that combine with a letter (Unicode's Mn)
 * dropped, đ to d, ø to o, ł to l, ß to ss, æ to ae, œ to oe, lower case, runs of blanks (NBSP
 * too) to one space, ends trimmed. "Báo Điện tử" -> "bao dien tu". free() it.
 * Invalid UTF-8 gives NULL.
 */
char *text_fold(const char *s);

/*
 * A key for sorting the Vietnamese way: strcmp() of two keys orders the texts
 * a < ă < â < b .. d < đ .., tones second: none huyền hỏi ngã sắc nặng. free() it.
 */
char *text_sort_key(const char *s);

/* What a character must not be: where and which one; for a message. */
struct text_bad {
        size_t offset;      /* bytes from the start */
        unsigned column;    /* characters from the start, 1-based */
        uint32_t codepoint; /* U+FFFD when it is not UTF-8 at all */
};

#define TEXT_LINES 1u /* CR, LF and TAB are allowed */

/*
 * true when s holds no control (C0, DEL, C1), line or paragraph separator,
 * bidirectional control or zero-width character; else false and *ret_bad.
 * Zero-width: U+200B..200F, 2060..2064, FEFF; bidi: U+202A..202E, 2066..2069, 061C.
 */
bool text_clean(const char *s, unsigned flags, struct text_bad *ret_bad);

/* A copy without those characters (names in the book); blanks folded to one. free() it. */
char *text_strip(const char *s);

/*
 * Makes foreign text safe for a log line or a terminal: control, bidi and
 * zero-width characters and invalid bytes become \xHH or \u{HHHH}, backslash
 * is doubled, and what does not fit is cut on a character with "…" at the end.
 * out is always terminated. Returns strlen(out).
 */
size_t text_escape(const char *s, char *out, size_t size);

/* Columns on a terminal (wide characters count 2, combining marks 0). */
size_t text_width(const char *s);

/*
 * The candidate nearest to `word` by edits on folded text (Damerau), or NULL
 * when none is near enough to be worth asking "did you mean".
 */
const char *text_nearest(const char *word, const char *const *candidates, size_t n);

/*
 * What text that is not UTF-8 looks like: "TCVN3", "VNI", "Windows-1258",
 * "Windows-1252", "UTF-16", "Excel XLSX", "Excel XLS" or "".
 */
const char *text_guess_encoding(const char *s, size_t n);

#endif
