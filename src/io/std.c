/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Descriptors 0–2 and the signals that come with a terminal. */
#include "io/std.h"

#include <fcntl.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A closed descriptor 0 would be given to the next file that is opened: libev then takes its own
 * epoll descriptor for stdin and aborts, and what is written to 2 goes into a socket. open()
 * returns the lowest free number, so going upwards each gap is filled by its own.
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
 * A terminal that was stopped with Ctrl-S, or a pipe whose reader sleeps, blocks whoever writes to
 * it. O_NONBLOCK belongs to the open file description, which we share with the shell and would
 * break there; opening the file anew through /proc gives us one of our own. Where that is not
 * allowed (a terminal of somebody else after su, no /proc) the old one stays.
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
