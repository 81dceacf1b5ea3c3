/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* $LISTEN_FDS descriptors from number 3 on, with their names in $LISTEN_FDNAMES. */
#include "io/fdstore.h"

#include "io/sd_notify.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FDSTORE_FIRST_FD 3

/* Copies the name up to the next colon. Returns the rest of `names`. */
static const char *read_name(const char *names, char ret_name[FDSTORE_NAME_BYTES])
{
    size_t length = strcspn(names, ":");

    snprintf(ret_name, FDSTORE_NAME_BYTES, "%.*s", (int)length, names);
    return names[length] == ':' ? names + length + 1 : names + length;
}

void fdstore_find(struct fdstore *fdstore)
{
    const char *names = getenv("LISTEN_FDNAMES");
    uint64_t count =
        sd_notify_number("LISTEN_PID") == (uint64_t)getpid() ? sd_notify_number("LISTEN_FDS") : 0;

    *fdstore = (struct fdstore){.count = 0};
    for (int fd = FDSTORE_FIRST_FD; (uint64_t)fd < FDSTORE_FIRST_FD + count && fd < INT_MAX; fd++) {
        struct fdstore_fd *found = &fdstore->fds[fdstore->count];
        char name[FDSTORE_NAME_BYTES] = "";

        if (names != NULL)
            names = read_name(names, name);
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            continue;
        if (fdstore->count == FDSTORE_MAX) {
            close(fd);
            continue;
        }
        found->fd = fd;
        snprintf(found->name, sizeof(found->name), "%s", name);
        fdstore->count++;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
}

int fdstore_take(struct fdstore *fdstore, size_t index)
{
    int fd = fdstore->fds[index].fd;

    fdstore->fds[index].taken = true;
    fdstore->fds[index].fd = -1;
    return fd;
}

/* The service manager drops all descriptors of one name together. */
static bool is_name_in_use(const struct fdstore *fdstore, const char *name)
{
    for (size_t i = 0; i < fdstore->count; i++) {
        if (fdstore->fds[i].taken && strcmp(fdstore->fds[i].name, name) == 0)
            return true;
    }
    return false;
}

size_t fdstore_drop(struct fdstore *fdstore)
{
    size_t dropped = 0;

    for (size_t i = 0; i < fdstore->count; i++) {
        struct fdstore_fd *fd = &fdstore->fds[i];

        if (fd->fd < 0)
            continue;
        close(fd->fd);
        fd->fd = -1;
        dropped++;
        if (fd->name[0] != '\0' && !is_name_in_use(fdstore, fd->name))
            sd_notify_unstore(fd->name);
    }
    return dropped;
}
