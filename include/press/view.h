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
#include "press/tally.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIEW_MAX 1024 /* bytes of one sentence with NUL */

/*
 * "Not through yet, next try Tue 24/11/2026 08:05 (+07)", "Refused, did not arrive: 550 5.1.1 …".
 * `r` is its release (in a cancelled one nothing is decided or tried any more), or NULL.
 */
void view_delivery(const struct release *r, const struct delivery *d, int64_t now, enum lang lang,
                   char out[VIEW_MAX]);

/* How far arrival is proved, in one sentence that also says what is not proved. */
const char *view_proof(const struct delivery *d, enum lang lang);

/*
 * "Waiting for approval", "Sending has ended: 6 not reached, 151 not confirmed", ... `held`: as
 * hold_all() says, so that no moment of leaving is promised.
 */
void view_release(const struct release *r, const struct tally *t, int64_t now, bool held,
                  enum lang lang, char out[VIEW_MAX]);

/*
 * Of people. Not reached: refused, bounced, expired, no usable address, as delivery_unreached()
 * names them. Phoned: of the same, who was reached by telephone. Not confirmed: relayed, unknown.
 */
int64_t view_people(const struct tally *t);
int64_t view_not_reached(const struct tally *t);
int64_t view_phoned(const struct tally *t);
int64_t view_not_confirmed(const struct tally *t);

/*
 * What --wait and --drain tell, by INTERFACE.md's exit codes: 0 done, 1 somebody
 * was not reached, 3 a person must act first, 75 something is still open.
 */
int view_exit_code(struct db *db, int64_t release, int *ret_code, struct err *e);

#endif
