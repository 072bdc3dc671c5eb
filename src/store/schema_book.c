// SPDX-License-Identifier: MIT
#include "schema.h"

/* Organisations, contacts and lists. */
const char schema_book[] = "";
