/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* $LISTEN_FDS descriptors from number 3 on, with their names in $LISTEN_FDNAMES. */
#include "io/fdstore.h"

#include "io/sd_notify.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INHERITED_FIRST_FD 3

static long read_number(const char *variable)
{
    const char *text = getenv(variable);
    char *end;
    long number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return -1;
    number = strtol(text, &end, 10);
    return *end == '\0' ? number : -1;
}

/* Copies the name up to the next colon. Returns what follows it. */
static const char *read_name(const char *names, char ret_name[INHERITED_NAME_BYTES])
{
    size_t length = strcspn(names, ":");

    snprintf(ret_name, INHERITED_NAME_BYTES, "%.*s", (int)length, names);
    return names[length] == ':' ? names + length + 1 : names + length;
}

void inherited_find(struct inherited *inherited)
{
    const char *names = getenv("LISTEN_FDNAMES");
    long count = read_number("LISTEN_PID") == (long)getpid() ? read_number("LISTEN_FDS") : 0;

    *inherited = (struct inherited){.count = 0};
    for (int fd = INHERITED_FIRST_FD; fd < INHERITED_FIRST_FD + count; fd++) {
        struct inherited_fd *found = &inherited->fds[inherited->count];
        char name[INHERITED_NAME_BYTES] = "";

        if (names != NULL)
            names = read_name(names, name);
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
            continue;
        if (inherited->count == INHERITED_MAX) {
            close(fd);
            continue;
        }
        found->fd = fd;
        snprintf(found->name, sizeof(found->name), "%s", name);
        inherited->count++;
    }
    unsetenv("LISTEN_PID");
    unsetenv("LISTEN_FDS");
    unsetenv("LISTEN_FDNAMES");
}

int inherited_take(struct inherited *inherited, size_t index)
{
    int fd = inherited->fds[index].fd;

    inherited->fds[index].taken = true;
    inherited->fds[index].fd = -1;
    return fd;
}

/* All that is held under one name is let go together. */
static bool is_name_in_use(const struct inherited *inherited, const char *name)
{
    for (size_t i = 0; i < inherited->count; i++) {
        if (inherited->fds[i].taken && strcmp(inherited->fds[i].name, name) == 0)
            return true;
    }
    return false;
}

size_t inherited_drop(struct inherited *inherited)
{
    size_t dropped = 0;

    for (size_t i = 0; i < inherited->count; i++) {
        struct inherited_fd *fd = &inherited->fds[i];

        if (fd->fd < 0)
            continue;
        close(fd->fd);
        fd->fd = -1;
        dropped++;
        if (fd->name[0] != '\0' && !is_name_in_use(inherited, fd->name))
            notify_unstore(fd->name);
    }
    return dropped;
}
