/* event_internal.h - appending to the delivery log, inside the transaction that it explains */
#ifndef STORE_EVENT_INTERNAL_H
#define STORE_EVENT_INTERNAL_H

#include "press/event.h"

/* NULL texts count as "". The address and words are those of the delivery. */
int event_add(struct tx *tx, const struct event *ev, struct err *e);

#endif
