/*
 * relay_test.h - `relay test`: one connection to a relay, told step by step
 *
 * Opens a line as pressd would, says what the relay offers and how the line is
 * secured, and on request sends one short mail. A failure names the setting to
 * change. Touches no release and writes nothing to the database.
 */
#ifndef PRESS_RELAY_TEST_H
#define PRESS_RELAY_TEST_H

#include "press/err.h"
#include "press/relay.h"

#include <stdbool.h>

struct config;
struct config_relay;

struct relay_test {
        bool up; /* the line was ready for mail */
        struct conn_info info;
        struct smtp_caps caps;
        bool sent;              /* a mail was asked for and this is its outcome */
        struct outcome outcome; /* of the mail, or why the line failed */
        struct err advice;      /* code 0: nothing to change */
};

/* `to`: a canonical mailbox, or NULL for no mail. 0 even when the relay fails: *ret tells. */
int relay_test(const struct config *cfg, const struct config_relay *relay, const char *to,
               struct relay_test *ret, struct err *e);

#endif
