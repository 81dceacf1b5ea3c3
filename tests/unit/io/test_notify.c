/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What the service manager is told, and when nothing is said. */
#include "io/notify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

static char said[1024];
static struct sockaddr_un to;
static socklen_t to_length;
static unsigned sends, sockets;
static int send_error;

int __wrap_socket(int family, int type, int protocol);
ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *address,
                      socklen_t address_length);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time);

int __wrap_socket(int family, int type, int protocol)
{
    cr_assert_eq(family, AF_UNIX);
    cr_assert_eq(type, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    cr_assert_eq(protocol, 0);
    sockets++;
    return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

ssize_t __wrap_sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *address,
                      socklen_t address_length)
{
    (void)fd;
    cr_assert_eq(flags, MSG_NOSIGNAL);
    cr_assert_lt(length, sizeof(said));
    memcpy(said, bytes, length);
    said[length] = '\0';
    memcpy(&to, address, address_length);
    to_length = address_length;
    sends++;
    errno = send_error;
    return send_error != 0 ? -1 : (ssize_t)length;
}

int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time)
{
    cr_assert_eq(id, CLOCK_MONOTONIC);
    *ret_time = (struct timespec){.tv_sec = 12, .tv_nsec = 345678901};
    return 0;
}

Test(notify, without_a_socket_nothing_is_said)
{
    unsetenv("NOTIFY_SOCKET");
    notify_ready("open");
    notify_reloading();
    notify_stopping();
    cr_assert_eq(sockets, 0);
}

Test(notify, ready_comes_with_a_status_of_one_line)
{
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    notify_ready("open\nWATCHDOG=1");
    cr_assert_str_eq(said, "READY=1\nSTATUS=open");
    cr_assert_str_eq(to.sun_path, "/run/systemd/notify");
    cr_assert_eq(to_length, offsetof(struct sockaddr_un, sun_path) + strlen("/run/systemd/notify"));
}

Test(notify, an_at_sign_names_an_abstract_socket)
{
    setenv("NOTIFY_SOCKET", "@manager", 1);
    notify_stopping();
    cr_assert_str_eq(said, "STOPPING=1");
    cr_assert_eq(to_length, offsetof(struct sockaddr_un, sun_path) + 8);
    cr_assert_arr_eq(to.sun_path, "\0manager", 8);
}

Test(notify, reloading_tells_the_monotonic_time)
{
    setenv("NOTIFY_SOCKET", "/n", 1);
    notify_reloading();
    cr_assert_str_eq(said, "RELOADING=1\nMONOTONIC_USEC=12345678");
}

Test(notify, a_manager_that_does_not_listen_changes_nothing)
{
    setenv("NOTIFY_SOCKET", "/n", 1);
    send_error = ECONNREFUSED;
    notify_ready("open");
    cr_assert_eq(sends, 1);
}

Test(notify, a_path_that_is_no_socket_is_ignored)
{
    char path[200];

    memset(path, 'a', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    setenv("NOTIFY_SOCKET", path, 1);
    notify_stopping();
    setenv("NOTIFY_SOCKET", "", 1);
    notify_stopping();
    setenv("NOTIFY_SOCKET", "/", 1);
    notify_stopping();
    setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
    notify_stopping();
    cr_assert_eq(sockets, 0);
    path[107] = '\0'; /* the longest there is */
    setenv("NOTIFY_SOCKET", path, 1);
    notify_stopping();
    cr_assert_eq(sends, 1);
    cr_assert_eq(to_length, offsetof(struct sockaddr_un, sun_path) + 107);
}

Test(notify, a_long_status_is_cut)
{
    char status[2000];

    memset(status, 'x', sizeof(status) - 1);
    status[sizeof(status) - 1] = '\0';
    setenv("NOTIFY_SOCKET", "/n", 1);
    notify_ready(status);
    cr_assert_eq(strlen(said), 511);
}
