/*
 * said.h - what press itself wrote into the log, in the reader's language
 *
 * A try that got no answer keeps in `reply` what happened, in English ("the relay closed the
 * connection", "cannot connect to 192.0.2.1:25: Connection refused"): the log is the same for
 * everybody. Here it is put into the language of whoever reads it. A server's own words, and
 * what is not known, stay as they are. What pressd raised an alarm over likewise.
 */
#ifndef PRESS_SAID_H
#define PRESS_SAID_H

#include "press/msg.h"

#include <stddef.h>

struct fault;

/* NUL-terminated into out[size], cut where it does not fit. */
void said_text(const char *text, enum lang lang, char *out, size_t size);

/* "nhận thư (dot)" of a stage's name; one that is not known stays as it is. */
const char *said_stage(const char *name, enum lang lang);
/* "báo cáo" of an event's kind, "chậm, bên đó vẫn đang thử" of its action; the same. */
const char *said_kind(const char *name, enum lang lang);
const char *said_action(const char *name, enum lang lang);

/* What is wrong, with the stage and the reply that it names in `lang` too. */
void said_fault(const struct fault *f, enum lang lang, char *out, size_t size);

#endif
