/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Descriptors that are passed to the process at its start. */
#include "io/fdstore.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * The descriptors are simulated (options.cmake), because the test's own process needs its real
 * ones.
 */
static bool is_open[32], is_cloexec[32];

/* The runtime of ./dev coverage writes files when the process ends. Those descriptors are real. */
static bool is_in_test;

int __wrap_fcntl(int fd, int command, ...);
int __wrap_close(int fd);
int __real_close(int fd);

int __wrap_fcntl(int fd, int command, ...)
{
    if (!is_in_test)
        return 0;
    cr_assert_eq(command, F_SETFD);
    if (!is_open[fd])
        return -1;
    is_cloexec[fd] = true;
    return 0;
}

int __wrap_close(int fd)
{
    if (!is_in_test)
        return __real_close(fd);
    cr_assert(is_open[fd], "descriptor %d is closed already", fd);
    is_open[fd] = false;
    return 0;
}

static void begin(void)
{
    is_in_test = true;
}

static void end(void)
{
    is_in_test = false;
}

TestSuite(fdstore, .init = begin, .fini = end);

static void pass_descriptors(int count, const char *names)
{
    char text[32];

    for (int i = 0; i < count; i++)
        is_open[3 + i] = true;
    snprintf(text, sizeof(text), "%d", count);
    setenv("LISTEN_FDS", text, 1);
    snprintf(text, sizeof(text), "%d", (int)getpid());
    setenv("LISTEN_PID", text, 1);
    if (names != NULL)
        setenv("LISTEN_FDNAMES", names, 1);
    else
        unsetenv("LISTEN_FDNAMES");
}

Test(fdstore, descriptors_come_with_their_names)
{
    struct fdstore fdstore;

    pass_descriptors(3, "door-a:members-1:");
    fdstore_find(&fdstore);
    cr_assert_eq(fdstore.count, 3);
    cr_expect_str_eq(fdstore.fds[0].name, "door-a");
    cr_expect_str_eq(fdstore.fds[1].name, "members-1");
    cr_expect_str_eq(fdstore.fds[2].name, "");
    cr_expect_eq(fdstore.fds[1].fd, 4);
    cr_expect(is_cloexec[4]);
    cr_expect_null(getenv("LISTEN_FDS"));
    cr_expect_null(getenv("LISTEN_PID"));
    cr_expect_null(getenv("LISTEN_FDNAMES"));
}

Test(fdstore, descriptors_that_are_not_taken_are_closed)
{
    struct fdstore fdstore;

    unsetenv("NOTIFY_SOCKET");
    pass_descriptors(3, "a:b:a");
    fdstore_find(&fdstore);
    cr_expect_eq(fdstore_take(&fdstore, 0), 3);
    cr_expect_eq(fdstore_drop(&fdstore), 2);
    cr_expect(is_open[3]);
    cr_expect_not(is_open[4]);
    cr_expect_not(is_open[5]);
    cr_expect_eq(fdstore_drop(&fdstore), 0);
}

Test(fdstore, descriptors_for_another_process_are_left_alone)
{
    struct fdstore fdstore;

    pass_descriptors(1, "a");
    setenv("LISTEN_PID", "1", 1);
    fdstore_find(&fdstore);
    cr_expect_eq(fdstore.count, 0);
    cr_expect(is_open[3]);
}

Test(fdstore, invalid_counts_are_ignored)
{
    static const char *const counts[] = {"", "x", "-1", "1x", " 1", "0"};
    struct fdstore fdstore;

    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        pass_descriptors(1, NULL);
        setenv("LISTEN_FDS", counts[i], 1);
        fdstore_find(&fdstore);
        cr_expect_eq(fdstore.count, 0, "'%s'", counts[i]);
    }
}

Test(fdstore, descriptors_without_names_are_found_and_closed_ones_are_not)
{
    struct fdstore fdstore;

    pass_descriptors(2, NULL);
    is_open[3] = false;
    fdstore_find(&fdstore);
    cr_assert_eq(fdstore.count, 1);
    cr_expect_eq(fdstore.fds[0].fd, 4);
    cr_expect_str_eq(fdstore.fds[0].name, "");
}
