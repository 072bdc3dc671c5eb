/*
 * act.h - what people do to a release that is stored, and to a relay
 *
 * One function for each verb, for the command line and the console alike. Each
 * leaves its audit row in the transaction of the act itself and wakes pressd
 * where there is something for it to do. Release 0 means all of them where
 * that is said.
 *
 * Errors: those of press/release.h and press/delivery.h; nothing is changed then.
 * -EINVAL has the reason in words: the state forbids it, or the address is
 * our own, or its owner asked not to be written to.
 */
#ifndef PRESS_ACT_H
#define PRESS_ACT_H

#include "press/delivery.h"
#include "press/release.h"

#include <stdbool.h>
#include <stdint.h>

struct config;

struct act { /* who does it, and where; borrowed */
        struct db *db;
        const struct config *cfg;
        struct actor who;
};

/* Release 0: everything, `pause --all`. */
int act_pause(const struct act *a, int64_t release, const char *why, struct err *e);
int act_resume(const struct act *a, int64_t release, struct err *e);

/*
 * Nothing leaves from the first commit on; then what waits becomes `cancelled`, in short
 * transactions. When a later one fails the error is returned all the same and
 * pressd, or a repeated act_cancel_rest(), goes on.
 */
int act_cancel(const struct act *a, int64_t release, const char *why, struct err *e);
int act_cancel_rest(const struct act *a, int64_t release, struct err *e);

/*
 * Waiting and held ones now, in short transactions: of one address or domain (canonical), or all
 * when both are "". What was done before an error stays done.
 */
int act_retry(const struct act *a, int64_t release, const char *address, const char *domain,
              int64_t *ret_n, struct err *e);

/*
 * The decision after a restore (fence.h), in short transactions; the fence goes down with the
 * last of them. *ret_n: letters that it was about.
 */
int act_fence(const struct act *a, bool again, int64_t *ret_n, struct err *e);

/*
 * The same text again to one address given by hand. `old` (canonical, "" = none) names the
 * recipient it stands in for, whose words it takes over. `note` must not be "".
 */
int act_resend_to(const struct act *a, int64_t release, const char *address, const char *old,
                  const char *note, int64_t *ret_delivery, struct err *e);

#define ACT_RESEND_STATES (1u << DELIVERY_REFUSED | 1u << DELIVERY_BOUNCED | 1u << DELIVERY_EXPIRED)

/*
 * The same text again to those whom it did not reach (R89): bit s of `states` takes in state
 * s, of ACT_RESEND_STATES only. Those on the stop list are left out: *ret_stopped.
 */
int act_resend_states(const struct act *a, int64_t release, unsigned states, const char *note,
                      int64_t *ret_n, int64_t *ret_stopped, struct err *e);

/* A question that came back was answered (returned.h); its release in *ret, 0 = of none. */
int act_answered(const struct act *a, int64_t question, int64_t *ret_release, struct err *e);

/*
 * Of a relay, by its name in the configuration, which the caller has looked up: nothing more is
 * given to it, letters on the wire finish; the end of that; forget its back-off and ask it now.
 */
int act_relay_pause(const struct act *a, const char *relay, const char *why, struct err *e);
int act_relay_resume(const struct act *a, const char *relay, struct err *e);
int act_relay_retry(const struct act *a, const char *relay, struct err *e);

/*
 * The stop list by hand, for good (canonical address); -EEXIST when it is there already. Lifting
 * ends what is in force and makes all that was said of the address until now count no more;
 * -ENOENT when there is neither. `note` may be "". *ret: what was in force, REASON_NONE = only
 * evidence.
 */
int act_stop(const struct act *a, const char *address, const char *note, struct err *e);
int act_unstop(const struct act *a, const char *address, const char *note,
               enum delivery_reason *ret, struct err *e);

#endif
