/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Descriptors 0–2. Each test is a process of its own and may change them. */
#include "io/std.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_null(int fd)
{
    struct stat status, null;

    return fstat(fd, &status) == 0 && stat("/dev/null", &null) == 0 && S_ISCHR(status.st_mode) &&
           status.st_rdev == null.st_rdev;
}

/* Saves a descriptor, so that the test's own output still arrives. */
static int save(int fd)
{
    int saved = fcntl(fd, F_DUPFD_CLOEXEC, 100);

    cr_assert_geq(saved, 0);
    return saved;
}

static void restore(int saved, int fd)
{
    dup2(saved, fd);
    close(saved);
}

Test(std, closed_descriptors_are_opened_on_dev_null)
{
    int saved[3], status;
    bool null[3];

    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = save(fd);
        close(fd);
    }
    status = std_prepare();
    for (int fd = 0; fd < 3; fd++)
        null[fd] = is_null(fd);
    for (int fd = 0; fd < 3; fd++)
        restore(saved[fd], fd);
    cr_assert_eq(status, STATUS_OK);
    cr_assert(null[0] && null[1] && null[2]);
}

Test(std, an_open_descriptor_stays_what_it_is)
{
    int saved[3], status, flags;
    bool null, file;
    struct stat before, after;

    for (int fd = 0; fd < 3; fd++)
        saved[fd] = save(fd);
    close(0);
    open("/proc/self/status", O_RDONLY);
    fstat(0, &before);
    close(1);
    status = std_prepare();
    null = is_null(1);
    file = fstat(0, &after) == 0 && before.st_ino == after.st_ino;
    flags = fcntl(0, F_GETFL);
    for (int fd = 0; fd < 3; fd++)
        restore(saved[fd], fd);
    cr_assert_eq(status, STATUS_OK);
    cr_assert(null);
    cr_assert(file);
    cr_assert_eq(flags & O_NONBLOCK, 0);
}

Test(std, a_full_pipe_on_stdout_no_longer_blocks_and_its_other_holders_still_do)
{
    int saved[3], ends[2], own, others, error = 0, given;
    char block[4096] = {0};

    cr_assert_eq(pipe(ends), 0);
    for (int fd = 0; fd < 3; fd++)
        saved[fd] = save(fd);
    dup2(ends[1], 1);
    std_prepare();
    own = fcntl(1, F_GETFL);
    others = fcntl(ends[1], F_GETFL);
    given = fcntl(1, F_GETFD);
    while (own >= 0 && (own & O_NONBLOCK) != 0 && error == 0) {
        if (write(1, block, sizeof(block)) < 0)
            error = errno;
    }
    for (int fd = 0; fd < 3; fd++)
        restore(saved[fd], fd);
    cr_assert_eq(error, EAGAIN);
    cr_assert_eq(own & O_ACCMODE, O_WRONLY);
    cr_assert_eq(others & O_NONBLOCK, 0);
    cr_assert_eq(given & FD_CLOEXEC, 0);
}

Test(std, a_terminal_on_stderr_becomes_non_blocking_for_us_alone)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY), terminal, saved[3], own, others, in;

    cr_assert(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    cr_assert_geq(terminal, 0);
    for (int fd = 0; fd < 3; fd++)
        saved[fd] = save(fd);
    dup2(terminal, 0);
    dup2(terminal, 2);
    std_prepare();
    own = fcntl(2, F_GETFL);
    in = fcntl(0, F_GETFL);
    others = fcntl(terminal, F_GETFL);
    for (int fd = 0; fd < 3; fd++)
        restore(saved[fd], fd);
    cr_assert_neq(own & O_NONBLOCK, 0);
    cr_assert_eq(in & O_NONBLOCK, 0);
    cr_assert_eq(others & O_NONBLOCK, 0);
}

Test(std, a_pipe_without_a_reader_is_kept_as_it_is)
{
    int ends[2], saved[3], status, error;

    cr_assert_eq(pipe(ends), 0);
    for (int fd = 0; fd < 3; fd++)
        saved[fd] = save(fd);
    dup2(ends[1], 1);
    close(ends[0]);
    status = std_prepare();
    error = write(1, "x", 1) < 0 ? errno : 0;
    for (int fd = 0; fd < 3; fd++)
        restore(saved[fd], fd);
    cr_assert_eq(status, STATUS_OK);
    cr_assert_eq(error, EPIPE); /* and no SIGPIPE */
}

Test(std, signals_of_pipes_and_terminals_are_ignored)
{
    static const int ignored[] = {SIGPIPE, SIGTTIN, SIGTTOU};
    struct sigaction action;

    cr_assert_eq(std_prepare(), STATUS_OK);
    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(sigaction(ignored[i], NULL, &action), 0);
        cr_expect_eq(action.sa_handler, SIG_IGN);
    }
}
