/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Notifications to the service manager, and when none is sent. */
#include "io/sd_notify.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static char sent[1024];
static struct sockaddr_un to;
static socklen_t to_length;
static unsigned sends, sockets;
static int send_error;
static int carried = -1; /* the descriptor that was attached */

int __wrap_socket(int family, int type, int protocol);
ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags);
int __wrap_clock_gettime(clockid_t id, struct timespec *ret_time);

int __wrap_socket(int family, int type, int protocol)
{
    cr_assert_eq(family, AF_UNIX);
    cr_assert_eq(type, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC);
    cr_assert_eq(protocol, 0);
    sockets++;
    return open("/dev/null", O_WRONLY | O_CLOEXEC);
}

ssize_t __wrap_sendmsg(int fd, const struct msghdr *message, int flags)
{
    size_t length = message->msg_iov->iov_len;

    (void)fd;
    cr_assert_eq(flags, MSG_NOSIGNAL);
    cr_assert_eq(message->msg_iovlen, 1);
    cr_assert_lt(length, sizeof(sent));
    memcpy(sent, message->msg_iov->iov_base, length);
    sent[length] = '\0';
    memcpy(&to, message->msg_name, message->msg_namelen);
    to_length = message->msg_namelen;
    carried = -1;
    if (message->msg_controllen > 0) {
        const struct cmsghdr *control = CMSG_FIRSTHDR(message);

        cr_assert_eq(control->cmsg_level, SOL_SOCKET);
        cr_assert_eq(control->cmsg_type, SCM_RIGHTS);
        cr_assert_eq(control->cmsg_len, CMSG_LEN(sizeof(carried)));
        memcpy(&carried, CMSG_DATA(control), sizeof(carried));
    }
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

Test(sd_notify, without_a_socket_nothing_is_sent)
{
    unsetenv("NOTIFY_SOCKET");
    sd_notify_ready("open");
    sd_notify_reloading();
    sd_notify_stopping();
    cr_assert_eq(sockets, 0);
}

Test(sd_notify, ready_comes_with_a_status_of_one_line)
{
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    sd_notify_ready("open\nWATCHDOG=1");
    cr_assert_str_eq(sent, "READY=1\nSTATUS=open");
    cr_assert_str_eq(to.sun_path, "/run/systemd/notify");
    cr_assert_eq(to_length, offsetof(struct sockaddr_un, sun_path) + strlen("/run/systemd/notify"));
}

Test(sd_notify, an_at_sign_names_an_abstract_socket)
{
    setenv("NOTIFY_SOCKET", "@manager", 1);
    sd_notify_stopping();
    cr_assert_str_eq(sent, "STOPPING=1");
    cr_assert_eq(to_length, offsetof(struct sockaddr_un, sun_path) + 8);
    cr_assert_arr_eq(to.sun_path, "\0manager", 8);
}

Test(sd_notify, reloading_carries_the_monotonic_time)
{
    setenv("NOTIFY_SOCKET", "/n", 1);
    sd_notify_reloading();
    cr_assert_str_eq(sent, "RELOADING=1\nMONOTONIC_USEC=12345678");
}

Test(sd_notify, a_manager_that_does_not_listen_changes_nothing)
{
    setenv("NOTIFY_SOCKET", "/n", 1);
    send_error = ECONNREFUSED;
    sd_notify_ready("open");
    cr_assert_eq(sends, 1);
}

Test(sd_notify, a_path_that_is_no_socket_is_ignored)
{
    char path[200];

    memset(path, 'a', sizeof(path) - 1);
    path[0] = '/';
    path[sizeof(path) - 1] = '\0';
    setenv("NOTIFY_SOCKET", path, 1);
    sd_notify_stopping();
    setenv("NOTIFY_SOCKET", "", 1);
    sd_notify_stopping();
    setenv("NOTIFY_SOCKET", "/", 1);
    sd_notify_stopping();
    setenv("NOTIFY_SOCKET", "vsock:2:1234", 1);
    sd_notify_stopping();
    cr_assert_eq(sockets, 0);
    path[107] = '\0'; /* the longest possible */
    setenv("NOTIFY_SOCKET", path, 1);
    sd_notify_stopping();
    cr_assert_eq(sends, 1);
    cr_assert_eq(to_length, offsetof(struct sockaddr_un, sun_path) + 107);
}

Test(sd_notify, a_long_status_is_cut)
{
    char status[2000];

    memset(status, 'x', sizeof(status) - 1);
    status[sizeof(status) - 1] = '\0';
    setenv("NOTIFY_SOCKET", "/n", 1);
    sd_notify_ready(status);
    cr_assert_eq(strlen(sent), 511);
}

Test(sd_notify, a_status_is_one_line)
{
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    sd_notify_status("2 members\nREADY=1");
    cr_assert_str_eq(sent, "STATUS=2 members");
}

Test(sd_notify, a_descriptor_is_attached_under_its_name_and_is_not_polled)
{
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    sd_notify_store(17, "door-0.0.0.0_8888");
    cr_expect_str_eq(sent, "FDSTORE=1\nFDPOLL=0\nFDNAME=door-0.0.0.0_8888");
    cr_expect_eq(carried, 17);
    sd_notify_unstore("members-1");
    cr_expect_str_eq(sent, "FDSTOREREMOVE=1\nFDNAME=members-1");
    cr_expect_eq(carried, -1);
}

Test(sd_notify, a_barrier_ends_when_the_other_end_is_closed)
{
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    /*
     * The fake keeps no copy, so the call returns at once; without a manager there is nothing to
     * wait for.
     */
    sd_notify_barrier(60000);
    cr_expect_str_eq(sent, "BARRIER=1");
    cr_expect_geq(carried, 0);
    unsetenv("NOTIFY_SOCKET");
    sd_notify_barrier(60000);
    cr_expect_eq(sends, 1);
}

Test(sd_notify, the_watchdog_is_used_only_if_it_is_ours)
{
    char pid[32];

    unsetenv("WATCHDOG_PID");
    unsetenv("WATCHDOG_USEC");
    cr_expect_eq(sd_notify_watchdog_us(), 0);
    setenv("WATCHDOG_USEC", "30000000", 1);
    cr_expect_eq(sd_notify_watchdog_us(), 30000000);
    snprintf(pid, sizeof(pid), "%d", (int)getpid());
    setenv("WATCHDOG_PID", pid, 1);
    cr_expect_eq(sd_notify_watchdog_us(), 30000000);
    setenv("WATCHDOG_PID", "1", 1);
    cr_expect_eq(sd_notify_watchdog_us(), 0);
    setenv("WATCHDOG_PID", pid, 1);
    setenv("WATCHDOG_USEC", "30s", 1);
    cr_expect_eq(sd_notify_watchdog_us(), 0);
    setenv("NOTIFY_SOCKET", "/run/systemd/notify", 1);
    sd_notify_watchdog();
    cr_expect_str_eq(sent, "WATCHDOG=1");
}
