/*
 * reason.h - why a letter did not get through, in plain words
 *
 * The clerk at the telephone reads "the mailbox is full", not "552 5.2.2"; the server's own
 * words stand beside it. Judged as press/report.h judges returned mail, then by what people
 * can do about it.
 */
#ifndef PRESS_REASON_H
#define PRESS_REASON_H

#include "press/msg.h"

/* A server's answer; code 0: none came, `reply` says what happened. Never NULL. */
const char *reason_plain(int code, const char *enhanced, const char *reply, enum lang lang);

#endif
