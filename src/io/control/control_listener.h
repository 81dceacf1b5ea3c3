/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A listening UNIX socket in the file system: made so that it never has wrong rights, taken over
 * from a roomd that is gone, and removed when it is ours.
 */
#ifndef ROOMD_IO_CONTROL_CONTROL_LISTENER_H
#define ROOMD_IO_CONTROL_CONTROL_LISTENER_H

#include <sys/types.h>

struct control_listener;

/*
 * Listens at `path` (copied, at most 107 bytes), mode 0660, given to `group` unless that is
 * GROUP_NONE. What a roomd that no longer runs has left there is replaced. What is wrong is logged.
 * STATUS_TAKEN: somebody listens there. STATUS_INVALID: something is there that is no socket, or
 * not ours. STATUS_SYSTEM with errno; STATUS_NO_MEMORY.
 */
int control_listener_open(const char *path, gid_t group, struct control_listener **ret_listener);

int control_listener_fd(const struct control_listener *listener);

/* Closes it, and removes it from the file system if it is still the one that was made. NULL is
 * legal; errno stays. */
void control_listener_close(struct control_listener *listener);

#endif
