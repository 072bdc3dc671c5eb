/*
 * template.h - logic-light templates for letters and pages
 *
 *      {{name}}            the value, escaped for the kind of output
 *      {{{name}}}          the value as it is: something already rendered
 *      {{#name}}..{{/name}} shown when the value is not empty
 *      {{^name}}..{{/name}} shown when it is
 *
 * A section tag alone on its line takes the whole line with it. Sections nest.
 * A tag naming a variable that was not given, a section left open or closed
 * under another name, and a tag without its end are errors (-EINVAL) with the
 * line of the template: a slip in a template must never reach a reader.
 *
 * A variable marked late differs from one recipient to the next. It is written
 * as TEMPLATE_LATE_OPEN NAME TEMPLATE_LATE_CLOSE, where the composer of letters
 * cuts; its value only says whether sections on it are shown. Those two bytes
 * are controls, which checked text never holds.
 */
#ifndef PRESS_TEMPLATE_H
#define PRESS_TEMPLATE_H

#include <stdbool.h>

struct buf;
struct err;

#define TEMPLATE_LATE_OPEN  '\x01'
#define TEMPLATE_LATE_CLOSE '\x02'
#define TEMPLATE_DEPTH_MAX  16 /* sections inside each other */

enum template_kind { TEMPLATE_TEXT, TEMPLATE_HTML };

struct template_var {
        const char *name;  /* NULL ends the list */
        const char *value; /* never NULL; "" is empty */
        bool late;
};

/*
 * Appends the rendered template to out. 0, or -EINVAL with the template's line in
 * *e, or -E2BIG when it does not fit. On error out holds a part.
 */
int template_render(const char *text, enum template_kind kind, const struct template_var *vars,
                    struct buf *out, struct err *e);

/* The files of templates/mail, built in by templates/embed.awk; {NULL, NULL} ends them. */
struct template_file {
        const char *name; /* without its folder: "statement.vi.html" */
        const char *text;
};
extern const struct template_file template_files[];

/* The text of the template of that name, or NULL. */
const char *template_find(const char *name);

#endif
