/* act_internal.h - an act is one transaction, behind which pressd is woken */
#ifndef PRESS_ACT_INTERNAL_H
#define PRESS_ACT_INTERNAL_H

#include "press/act.h"
#include "press/db.h"

int act_begin(const struct act *a, struct tx *tx, struct err *e);
int act_commit(const struct act *a, struct tx *tx, struct err *e);
/* Whether the text may go to `address` (canonical): not our own, not on the stop list. */
int act_check_address(const struct act *a, const char *address, struct err *e);

#endif
