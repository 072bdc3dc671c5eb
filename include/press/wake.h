/*
 * wake.h - the datagram that says "there is work", and systemd's notices
 *
 * The socket is DATABASE.sock. A program that committed work for pressd sends
 * one empty datagram; losing it costs at most a second (pressd looks anyway).
 * Whether somebody listens also tells `send` that pressd is running.
 */
#ifndef PRESS_WAKE_H
#define PRESS_WAKE_H

#include "press/err.h"

#include <stdbool.h>

/* Binds the socket (an old one is replaced), mode 0660. *ret_fd is non-blocking. */
int wake_listen(const char *path, int *ret_fd, struct err *e);
/* Takes all waiting datagrams. */
void wake_drain(int fd);
/* true when a listener took it. */
bool wake_send(const char *path);

/* Tells systemd (NOTIFY_SOCKET) "READY=1", "STATUS=…"; nothing without one. sd_notify(3). */
void wake_notify_systemd(const char *state);

#endif
