/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sends one datagram to the UNIX socket in $NOTIFY_SOCKET. It does not use libsystemd, a large
 * dependency for so little.
 */
#include "io/sd_notify.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdalign.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define SD_NOTIFY_TEXT_MAX_BYTES 512

/* False if no service manager asked for notifications. */
static bool find_manager(struct sockaddr_un *ret_address, socklen_t *ret_length)
{
    const char *path = getenv("NOTIFY_SOCKET");
    size_t length = path == NULL ? 0 : strlen(path);

    *ret_address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length < 2 || length >= sizeof(ret_address->sun_path) || (path[0] != '/' && path[0] != '@'))
        return false;
    memcpy(ret_address->sun_path, path, length);
    if (path[0] == '@')
        ret_address->sun_path[0] = '\0'; /* abstract namespace, unix(7): exactly `length` bytes */
    *ret_length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
    return true;
}

/*
 * Attaches the descriptor `carried` unless it is -1. Errors are ignored: the room must open even if
 * the service manager does not listen.
 */
static void send_message(const char *text, int carried)
{
    alignas(struct cmsghdr) char bytes[CMSG_SPACE(sizeof(carried))] = {0};
    /* sendmsg only reads it. */
    struct iovec piece = {.iov_base = (void *)text, .iov_len = strlen(text)};
    struct msghdr message = {.msg_iov = &piece, .msg_iovlen = 1};
    struct sockaddr_un address;
    int fd;

    if (!find_manager(&address, &message.msg_namelen))
        return;
    message.msg_name = &address;
    if (carried >= 0) {
        struct cmsghdr *control = (struct cmsghdr *)(void *)bytes;

        message.msg_control = bytes;
        message.msg_controllen = sizeof(bytes);
        *control = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                    .cmsg_type = SCM_RIGHTS,
                                    .cmsg_len = CMSG_LEN(sizeof(carried))};
        memcpy(CMSG_DATA(control), &carried, sizeof(carried));
    }
    fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return;
    (void)!sendmsg(fd, &message, MSG_NOSIGNAL);
    close(fd);
}

bool sd_notify_is_wanted(void)
{
    struct sockaddr_un address;
    socklen_t length;

    return find_manager(&address, &length);
}

static void send_with_status(const char *assignment, const char *status)
{
    char text[SD_NOTIFY_TEXT_MAX_BYTES];

    /* A newline would begin another assignment. */
    snprintf(text, sizeof(text), "%sSTATUS=%.*s", assignment, (int)strcspn(status, "\n"), status);
    send_message(text, -1);
}

void sd_notify_ready(const char *status)
{
    send_with_status("READY=1\n", status);
}

void sd_notify_status(const char *status)
{
    send_with_status("", status);
}

void sd_notify_reloading(void)
{
    char text[SD_NOTIFY_TEXT_MAX_BYTES];
    struct timespec now = {0, 0};

    /*
     * systemd compares with CLOCK_MONOTONIC. The clock of struct moment differs: it counts suspend.
     */
    clock_gettime(CLOCK_MONOTONIC, &now);
    snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
             (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000);
    send_message(text, -1);
}

void sd_notify_stopping(void)
{
    send_message("STOPPING=1", -1);
}

uint64_t sd_notify_number(const char *variable)
{
    const char *text = getenv(variable);
    char *end;
    uint64_t number;

    if (text == NULL || text[0] < '0' || text[0] > '9')
        return 0;
    errno = 0;
    number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 ? number : 0;
}

uint64_t sd_notify_watchdog_us(void)
{
    /* It may be meant for the process that started us. */
    if (getenv("WATCHDOG_PID") != NULL && sd_notify_number("WATCHDOG_PID") != (uint64_t)getpid())
        return 0;
    return sd_notify_number("WATCHDOG_USEC");
}

void sd_notify_watchdog(void)
{
    send_message("WATCHDOG=1", -1);
}

void sd_notify_store(int fd, const char *name)
{
    char text[SD_NOTIFY_TEXT_MAX_BYTES];

    snprintf(text, sizeof(text), "FDSTORE=1\nFDPOLL=0\nFDNAME=%s", name);
    send_message(text, fd);
}

void sd_notify_unstore(const char *name)
{
    char text[SD_NOTIFY_TEXT_MAX_BYTES];

    snprintf(text, sizeof(text), "FDSTOREREMOVE=1\nFDNAME=%s", name);
    send_message(text, -1);
}

void sd_notify_barrier(int timeout_ms)
{
    struct pollfd end = {.events = 0};
    int ends[2];

    if (!sd_notify_is_wanted() || pipe2(ends, O_CLOEXEC) != 0)
        return;
    /*
     * The manager closes its copy when it reaches this message; then the pipe has no writer left.
     */
    send_message("BARRIER=1", ends[1]);
    close(ends[1]);
    end.fd = ends[0];
    while (poll(&end, 1, timeout_ms) < 0 && errno == EINTR)
        ;
    close(ends[0]);
}
