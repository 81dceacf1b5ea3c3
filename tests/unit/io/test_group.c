/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "io/group.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <roomd/status.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OWN_UID 900
#define GROUP   77

/* The simulated peer. */
static struct ucred peer;
static gid_t groups[300];
static size_t group_count;
static int peer_error; /* of SO_PEERCRED; 0 = none */

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length);
uid_t __wrap_geteuid(void);

int __wrap_getsockopt(int fd, int level, int name, void *value, socklen_t *length)
{
    socklen_t needed = (socklen_t)(group_count * sizeof(groups[0]));

    (void)fd;
    cr_assert_eq(level, SOL_SOCKET);
    if (name == SO_PEERCRED) {
        errno = peer_error;
        memcpy(value, &peer, sizeof(peer));
        return peer_error == 0 ? 0 : -1;
    }
    cr_assert_eq(name, SO_PEERGROUPS);
    if (*length < needed) {
        *length = needed;
        errno = ERANGE;
        return -1;
    }
    *length = needed;
    if (needed > 0)
        memcpy(value, groups, needed);
    return 0;
}

uid_t __wrap_geteuid(void)
{
    return OWN_UID;
}

static bool is_allowed(uid_t uid, gid_t gid, gid_t group)
{
    uid_t found = 0;
    bool allowed;

    peer = (struct ucred){.pid = 1, .uid = uid, .gid = gid};
    allowed = group_has_peer(3, group, &found);
    cr_expect_eq(found, uid);
    return allowed;
}

Test(group, root_and_our_own_user_are_allowed_without_a_group)
{
    cr_expect(is_allowed(0, 0, GROUP_NONE));
    cr_expect(is_allowed(OWN_UID, 1, GROUP_NONE));
    cr_expect_not(is_allowed(1000, 1, GROUP_NONE));
}

Test(group, without_a_group_nobody_is_in_it)
{
    groups[0] = GROUP_NONE;
    group_count = 1;
    cr_expect_not(is_allowed(1000, GROUP_NONE, GROUP_NONE));
}

Test(group, a_user_is_in_it_by_the_first_group_or_any_other)
{
    cr_expect(is_allowed(1000, GROUP, GROUP));
    cr_expect_not(is_allowed(1000, GROUP + 1, GROUP));
    for (group_count = 1; group_count <= sizeof(groups) / sizeof(groups[0]); group_count += 13) {
        memset(groups, 0, sizeof(groups));
        cr_expect_not(is_allowed(1000, GROUP + 1, GROUP), "%zu", group_count);
        groups[group_count - 1] = GROUP;
        cr_expect(is_allowed(1000, GROUP + 1, GROUP), "%zu", group_count);
    }
}

Test(group, a_peer_that_can_not_be_looked_up_is_not_allowed)
{
    uid_t uid;

    peer = (struct ucred){.uid = 0};
    peer_error = ENOPROTOOPT;
    cr_expect_not(group_has_peer(3, GROUP, &uid));
    cr_expect_eq(uid, (uid_t)-1);
}

Test(group, a_group_is_found_by_its_name)
{
    gid_t gid = 12345;

    cr_assert_eq(group_find("root", &gid), 0);
    cr_expect_eq(gid, 0);
    gid = 12345;
    cr_expect_eq(group_find("no-such-group-here", &gid), STATUS_NOT_FOUND);
    cr_expect_eq(gid, 12345);
}
