/*
 * view.h - what people are told about a release and a delivery
 *
 * PRODUCT.md "How it speaks", filled in: one place, so that the command line,
 * the console and the mails to duty never say it in two ways, and `relayed`
 * never sounds like arrival. Texts are UTF-8, safe for a terminal.
 */
#ifndef PRESS_VIEW_H
#define PRESS_VIEW_H

#include "press/db.h"
#include "press/delivery.h"
#include "press/release.h"

#include <stddef.h>
#include <stdint.h>

#define VIEW_MAX 1024 /* bytes of one sentence with NUL */

/* "Not through yet, next try Tue 24/11/2026 08:05 (+07)", "Refused, did not arrive: 550 5.1.1 …" */
void view_delivery(const struct delivery *d, int64_t now, enum lang lang, char out[VIEW_MAX]);

/* How far arrival is proved, in one sentence that also says what is not proved. */
const char *view_proof(const struct delivery *d, enum lang lang);

/* "Waiting for approval", "Sending has ended: 6 not reached, 151 not confirmed", ... */
void view_release(const struct release *r, const int64_t counts[DELIVERY_STATES], enum lang lang,
                  char out[VIEW_MAX]);

/* Not reached: refused, bounced, expired. Not confirmed: relayed, unknown. */
int64_t view_not_reached(const int64_t counts[DELIVERY_STATES]);
int64_t view_not_confirmed(const int64_t counts[DELIVERY_STATES]);

/*
 * What --wait and --drain tell, by INTERFACE.md's exit codes: 0 done, 1 somebody
 * was not reached, 3 a person must act first, 75 something is still open.
 */
int view_exit_code(struct db *db, int64_t release, int *ret_code, struct err *e);

#endif
