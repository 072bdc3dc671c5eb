/* verdict_internal.h - what verdict.c and verdict_domain.c share */
#ifndef STORE_VERDICT_INTERNAL_H
#define STORE_VERDICT_INTERNAL_H

#include "press/verdict.h"
#include "sql.h"

/* The first column of every row. */
int verdict_keys_read(struct sql *q, struct verdict_keys *k, struct err *e);

#endif
