/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Group look-up, SO_PEERCRED and SO_PEERGROUPS (unix(7), socket(7)). */
#include "io/group.h"

#include <errno.h>
#include <grp.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int group_find(const char *name, gid_t *ret_gid)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    const struct group *group = getgrnam(name);

    if (group == NULL)
        return STATUS_NOT_FOUND;
    *ret_gid = group->gr_gid;
    return STATUS_OK;
}

/*
 * Checks the peer's supplementary groups. There may be 65536 of them, so the kernel is asked for
 * the size first.
 */
static bool is_among_groups(int fd, gid_t group)
{
    socklen_t length = 0;
    gid_t *groups = NULL, none;
    bool found = false;

    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, &none, &length) == 0 || errno != ERANGE)
        return false; /* there are none, or the kernel is older than 4.13 */
    groups = malloc(length);
    if (groups == NULL)
        return false;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &length) == 0) {
        for (size_t i = 0; i < length / sizeof(*groups) && !found; i++)
            found = groups[i] == group;
    }
    free(groups);
    return found;
}

bool group_has_peer(int fd, gid_t group, uid_t *ret_uid)
{
    struct ucred peer;
    socklen_t length = sizeof(peer);

    *ret_uid = (uid_t)-1;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return false;
    *ret_uid = peer.uid;
    if (peer.uid == 0 || peer.uid == geteuid())
        return true;
    return group != GROUP_NONE && (peer.gid == group || is_among_groups(fd, group));
}
