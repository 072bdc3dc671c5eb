/*
 * markdown.h - the text of a statement, as a mail shows it
 *
 * One source, two forms: HTML for mail clients (inline styles, tables, nothing
 * fetched from anywhere) and plain text for everybody else. CommonMark with
 * tables, ~~strikethrough~~ and bare web addresses; single line ends are kept
 * as line ends. Raw HTML is shown as text. An image becomes its description
 * and a link. Links go to http, https, mailto and tel only; any other is shown
 * as plain text with its address, so that nothing a writer typed is lost.
 *
 * md is valid UTF-8 in NFC without control characters other than line ends and
 * TAB (press/text.h, text_clean()); links in HTML are safe to put into a page.
 * Paragraphs set in by blanks stay paragraphs (no indented code).
 * Errors: -EINVAL when md is longer than MARKDOWN_MAX, nested deeper than
 * MARKDOWN_DEPTH_MAX, has tables or web addresses beyond all reason, or does
 * not fit into out, which then holds a part.
 * Source: CommonMark 0.30; md4c's extensions.
 */
#ifndef PRESS_MARKDOWN_H
#define PRESS_MARKDOWN_H

struct buf;
struct err;

#define MARKDOWN_MAX       (16u << 20) /* bytes of source */
#define MARKDOWN_DEPTH_MAX 32          /* lists and quotes inside each other */
#define MARKDOWN_COLUMNS   72          /* of plain text */

/* Appends a run of block elements, without <html> or <body>. Lines end in \n. */
int markdown_html(const char *md, struct buf *out, struct err *e);

/*
 * Appends plain text wrapped at MARKDOWN_COLUMNS by display width, never inside
 * an address; a table keeps its columns. Lines end in \n, none in a blank.
 */
int markdown_text(const char *md, struct buf *out, struct err *e);

#endif
