/*
 * entry_internal.h - the words of the address book in two languages
 */
#ifndef PRESS_ENTRY_INTERNAL_H
#define PRESS_ENTRY_INTERNAL_H

#include "press/entry.h"

/* The index of a kind, role or language word (any of its names, folded), or -1. */
int entry_kind_find(const char *s);
int entry_role_find(const char *s);
int entry_language_find(const char *s);

/* The nearest of all names of that field, or NULL. */
const char *entry_word_nearest(enum entry_field f, const char *s);

#endif
