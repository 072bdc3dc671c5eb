/*
 * json.h - JSON lines out: one object a line, always valid UTF-8
 *
 * A struct json is one line being written. Names are ours (plain ASCII); values
 * are anybody's: what is not UTF-8 becomes U+FFFD, control characters are escaped.
 * Where a name is asked for, NULL means an element of an array.
 * Source: RFC 8259.
 */
#ifndef PRESS_JSON_H
#define PRESS_JSON_H

#include "press/buf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_LINE_MAX (4u << 20) /* bytes; a longer line is a fault of ours */

struct json {
        struct buf line;
        bool comma; /* a value stands before the next one */
};

/* Opens the outermost object. */
void json_begin(struct json *j);
/* Closes it and writes the line; j is empty then. */
void json_end(struct json *j, FILE *out);

void json_string(struct json *j, const char *name, const char *value); /* NULL: null */
void json_number(struct json *j, const char *name, int64_t value);
void json_bool(struct json *j, const char *name, bool value);
/* RFC 3339 UTC; 0: null. */
void json_moment(struct json *j, const char *name, int64_t ms);

void json_array(struct json *j, const char *name);
void json_object(struct json *j, const char *name);
void json_close(struct json *j, char bracket); /* ']' or '}' */

#endif
