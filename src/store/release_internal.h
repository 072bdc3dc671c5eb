/* release_internal.h - conditions that several statements about releases share */
#ifndef STORE_RELEASE_INTERNAL_H
#define STORE_RELEASE_INTERNAL_H

/* A release `r` that people can see. */
#define RELEASE_VISIBLE "r.state <> 'staged'"

/* At its end with nobody who may hold it: kept by the trial list, out of time, never tried. */
#define RELEASE_IN_VAIN                                                         \
        "(r.state IN ('approved', 'sending') AND r.out_at = 0 AND NOT EXISTS"   \
        " (SELECT 1 FROM release_count h WHERE h.release_id = r.id AND h.n > 0" \
        "   AND h.state NOT IN ('suppressed', 'expired', 'cancelled')))"

/*
 * One that still holds its key and Number: neither rejected nor cancelled before anyone got it,
 * nor ended in vain. One that was refused by all of them holds: `resend` is for that.
 */
#define RELEASE_HOLDS                                                                     \
        RELEASE_VISIBLE " AND r.state <> 'rejected' AND NOT " RELEASE_IN_VAIN             \
                        " AND NOT (r.state = 'cancelled'"                                 \
                        " AND r.out_at = 0 AND NOT EXISTS (SELECT 1 FROM release_count h" \
                        " WHERE h.release_id = r.id AND h.state = 'sending' AND h.n > 0))"

/* Counts `c` of deliveries that are not at their end; as the index release_count_open says it. */
#define COUNT_OPEN                                                                       \
        "c.n > 0 AND (c.state = 'queued' OR c.state = 'sending' OR c.state = 'deferred'" \
        " OR c.state = 'unknown')"

#define PAUSED_ALL "EXISTS (SELECT 1 FROM setting WHERE name = 'pause_all')"

#define FENCED "EXISTS (SELECT 1 FROM meta WHERE fence_at > 0)"

/* One that pressd may claim from, whatever the time. */
#define RELEASE_ACTIVE \
        "r.state IN ('approved', 'sending') AND r.paused = 0 AND NOT " PAUSED_ALL " AND NOT " FENCED

#endif
