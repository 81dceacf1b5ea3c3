/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Descriptors 0–2 and the signals of a terminal. */
#include "io/std.h"

#include <fcntl.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * The next file to be opened would get the number of a closed standard descriptor. If libev's epoll
 * descriptor is 0, libev aborts; if a socket is 2, the log goes into it. open() returns the lowest
 * free number, so going upwards fills each gap.
 */
static int open_closed(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        if (fcntl(fd, F_GETFD) >= 0)
            continue;
        if (open("/dev/null", O_RDWR | O_NOCTTY) < 0)
            return STATUS_SYSTEM;
    }
    return STATUS_OK;
}

/*
 * Writing to a terminal stopped with Ctrl-S, or to a pipe whose reader sleeps, blocks. O_NONBLOCK
 * belongs to the open file description, which is shared with the shell; opening the file again
 * through /proc makes one of our own. If that is not allowed (another user's terminal after su, no
 * /proc) the old one stays.
 */
static void make_nonblocking(int fd)
{
    struct stat status;
    char path[32];
    int flags = fcntl(fd, F_GETFL);
    int own;

    if (flags < 0 || fstat(fd, &status) != 0 || !(S_ISFIFO(status.st_mode) || isatty(fd)))
        return;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    own = open(path, (flags & O_ACCMODE) | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (own < 0)
        return;
    dup3(own, fd, 0);
    close(own);
}

int std_prepare(void)
{
    static const int ignored[] = {SIGPIPE, SIGTTIN, SIGTTOU};
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    sigemptyset(&ignore.sa_mask);
    for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
        sigaction(ignored[i], &ignore, NULL);
    if (open_closed() != STATUS_OK)
        return STATUS_SYSTEM;
    make_nonblocking(STDOUT_FILENO);
    make_nonblocking(STDERR_FILENO);
    return STATUS_OK;
}
