/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A listening UNIX socket in the file system: created so that its permissions are never too wide,
 * taken over from a roomd that has ended, and removed only if it is ours.
 */
#ifndef ROOMD_IO_CONTROL_CONTROL_LISTENER_H
#define ROOMD_IO_CONTROL_CONTROL_LISTENER_H

#include <sys/types.h>

struct control_listener;

/*
 * Listens at `path` (copied, at most 107 bytes), mode 0660, given to `group` unless that is
 * GROUP_NONE. A socket left by a roomd that no longer runs is replaced. File system errors are
 * logged. STATUS_TAKEN: another program listens there. STATUS_INVALID: `path` is too long, or holds
 * something that is no socket or not ours. STATUS_SYSTEM with errno; STATUS_NO_MEMORY.
 */
int control_listener_open(const char *path, gid_t group, struct control_listener **ret_listener);

int control_listener_fd(const struct control_listener *listener);

/*
 * Closes the socket and removes it from the file system if it is still the one that was made. NULL
 * is legal; errno survives.
 */
void control_listener_close(struct control_listener *listener);

#endif
