/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The group of administrators: its number, and whether the peer of a UNIX socket is in it. */
#ifndef ROOMD_IO_GROUP_H
#define ROOMD_IO_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

/* No group; chown(2) reads it as "no change". */
#define GROUP_NONE ((gid_t) - 1)

/*
 * STATUS_NOT_FOUND: no such group, or the look-up failed. Asks the system's name service, which may
 * block: for use at start only.
 */
int group_find(const char *name, gid_t *ret_gid);

/*
 * True if the peer of this UNIX socket was, when it connected, root, our own user, or in `group`
 * (which may be GROUP_NONE). `ret_uid` is the peer's user, (uid_t)-1 if unknown.
 */
bool group_has_peer(int fd, gid_t group, uid_t *ret_uid);

#endif
