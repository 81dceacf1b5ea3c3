/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The group of administrators: which it is, and whether the other end of a UNIX socket is in it.
 */
#ifndef ROOMD_IO_GROUP_H
#define ROOMD_IO_GROUP_H

#include <stdbool.h>
#include <sys/types.h>

/* No group; chown(2) takes it for "leave it as it is". */
#define GROUP_NONE ((gid_t)-1)

/* STATUS_NOT_FOUND: there is no such group, or it can't be looked up now. Asks the system's name
 * service, which may take its time: for the start only. */
int group_find(const char *name, gid_t *ret_gid);

/* Was the other end of this UNIX socket, when it connected, root, our own user, or in that group
 * (which may be GROUP_NONE)? `ret_uid`: who it was. */
bool group_has_peer(int fd, gid_t group, uid_t *ret_uid);

#endif
