/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One datagram to the UNIX socket in $NOTIFY_SOCKET; without libsystemd, which is a large dependency for that. */
#include "io/notify.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NOTIFY_TEXT_MAX_BYTES 512

static void notify_send(const char *text)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path == NULL ? 0 : strlen(path);
    int fd;

    if (length < 2 || length >= sizeof(address.sun_path) || (path[0] != '/' && path[0] != '@'))
        return;
    memcpy(address.sun_path, path, length);
    if (path[0] == '@')
        address.sun_path[0] = '\0'; /* the abstract namespace, unix(7): the name is exactly `length` bytes */
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    if (sendto(fd, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length)) < 0) {
        /* A service manager that does not listen is no reason for a room not to open. */
    }
    close(fd);
}

void notify_ready(const char *status)
{
    char text[NOTIFY_TEXT_MAX_BYTES];

    /* A newline would begin another assignment. */
    snprintf(text, sizeof(text), "READY=1\nSTATUS=%.*s", (int)strcspn(status, "\n"), status);
    notify_send(text);
}

void notify_reloading(void)
{
    char text[NOTIFY_TEXT_MAX_BYTES];
    struct timespec now = {0, 0};

    /* systemd compares with CLOCK_MONOTONIC, which is not the clock of struct moment: that one counts suspend. */
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    notify_send(text);
}

void notify_stopping(void)
{
    notify_send("STOPPING=1");
}
