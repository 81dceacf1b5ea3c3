/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The control socket without descriptors, on a clock that only the loop moves. */
#include "../fake_loop.h"
#include "io/control/control_server.h"
#include "io/group.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct ev_loop *loop;
static struct control_server *server;
static char folder[] = "/tmp/roomd-test-XXXXXX", path[64];
static unsigned accepts, requests, gone;
static enum control_hold hold; /* of all answers; CONTROL_SEND at first */
static int accept_error;       /* accepting fails with it; 0 = it works */

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);
int __real_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags);

int __wrap_accept4(int fd, struct sockaddr *address, socklen_t *length, int flags)
{
    accepts++;
    if (accept_error == 0)
        return __real_accept4(fd, address, length, flags);
    errno = accept_error;
    return -1;
}

static void on_request(void *ctx, struct control_client *client,
                       const struct control_request *request)
{
    (void)ctx;
    (void)request;
    requests++;
    control_client_say(client, CONTROL_FRAME_LINE, "done");
    control_client_end(client, CONTROL_DONE);
}

static bool on_more(void *ctx, struct control_client *client)
{
    (void)ctx;
    (void)client;
    return false;
}

static enum control_hold on_held(void *ctx, struct control_client *client)
{
    (void)ctx;
    (void)client;
    return hold;
}

static void on_give_up(void *ctx, struct control_client *client)
{
    (void)ctx;
    control_client_say(client, CONTROL_FRAME_ERROR, "too late");
    control_client_end(client, CONTROL_BUSY);
}

static void on_gone(void *ctx, struct control_client *client)
{
    (void)ctx;
    (void)client;
    gone++;
}

static int open_server(void)
{
    const struct control_server_setup setup = {.path = path,
                                               .group = GROUP_NONE,
                                               .group_name = "",
                                               .sink = {.request = on_request,
                                                        .more = on_more,
                                                        .held = on_held,
                                                        .give_up = on_give_up,
                                                        .gone = on_gone}};

    return control_server_open(loop, &setup, &server);
}

static void set_up(void)
{
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_not_null(loop);
    cr_assert_not_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/control", folder);
}

static void tear_down(void)
{
    control_server_close(server);
    rmdir(folder);
    ev_loop_destroy(loop);
}

TestSuite(control_server, .init = set_up, .fini = tear_down);

static int connect_one(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    strcpy(address.sun_path, path);
    cr_assert_eq(connect(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

static void ask(int fd)
{
    char bytes[128];
    size_t length = control_frame_write_request(
        bytes, sizeof(bytes), &(struct control_request){.line = "/list", .length = 5});

    cr_assert_eq(write(fd, bytes, length), (ssize_t)length);
}

Test(control_server, without_descriptors_it_tries_once_a_second)
{
    static const int errors[] = {EMFILE, ENFILE, ENOBUFS, ENOMEM};
    int fd;

    cr_assert_eq(open_server(), STATUS_OK);
    fd = connect_one();
    ask(fd);
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        accepts = 0;
        accept_error = errors[i];
        fake_loop_run(loop, 5.0);
        cr_expect_geq(accepts, 5, "%u", accepts);
        cr_expect_leq(accepts, 6, "%u", accepts);
    }
    accept_error = 0;
    fake_loop_run(loop, 1.5);
    cr_expect_eq(requests, 1, "it is served as soon as there are descriptors");
    close(fd);
}

/* The descriptor that is opened next. */
static int next_fd(void)
{
    int fd = dup(STDIN_FILENO);

    close(fd);
    return fd;
}

Test(control_server, a_socket_that_is_not_watched_is_not_opened)
{
    fake_loop.refused = next_fd();
    fake_loop.error = ENOSPC;
    cr_expect_eq(open_server(), STATUS_FULL);
    cr_expect_eq(access(path, F_OK), -1, "and its file is gone");
}

/* libev learns of it in the loop. */
Test(control_server, a_socket_that_is_no_longer_watched_is_watched_again)
{
    int listener = next_fd(), fd;

    cr_assert_eq(open_server(), STATUS_OK);
    fake_loop.refused = listener;
    fake_loop.error = ENOMEM;
    fd = connect_one();
    ask(fd);
    fake_loop_run(loop, 2.5);
    cr_expect_eq(accepts, 0);
    cr_expect_eq(fake_loop.refusals, 3);
    fake_loop.refused = -1;
    fake_loop_run(loop, 1.5);
    cr_expect_eq(requests, 1);
    close(fd);
}

/* All that came so far is this: types, and payloads but for the length. */
static void expect_read(int fd, const char *bytes, size_t length)
{
    char read_bytes[128];
    ssize_t count = recv(fd, read_bytes, sizeof(read_bytes), MSG_DONTWAIT);

    cr_expect_eq(count, length == 0 ? -1 : (ssize_t)length);
    cr_expect(length == 0 || (count == (ssize_t)length && memcmp(read_bytes, bytes, length) == 0));
}

Test(control_server, an_answer_that_is_held_is_sent_when_it_is_released)
{
    int fd;

    cr_assert_eq(open_server(), STATUS_OK);
    hold = CONTROL_HOLD;
    fd = connect_one();
    ask(fd);
    fake_loop_run(loop, 100.0);
    cr_expect_eq(requests, 1);
    cr_expect_eq(control_server_holding(server), 1);
    expect_read(fd, NULL, 0);
    control_server_wake(server);
    expect_read(fd, NULL, 0);
    hold = CONTROL_SEND;
    control_server_wake(server);
    expect_read(fd, "\0\0\0\5ldone\0\0\0\2e\0", 15);
    cr_expect_eq(control_server_clients(server), 0);
    cr_expect_eq(control_server_holding(server), 0);
    cr_expect_eq(gone, 1);
    close(fd);
}

Test(control_server, an_answer_that_is_given_up_ends_otherwise)
{
    int fd;

    cr_assert_eq(open_server(), STATUS_OK);
    hold = CONTROL_HOLD;
    fd = connect_one();
    ask(fd);
    fake_loop_run(loop, 1.0);
    hold = CONTROL_GIVE_UP;
    control_server_wake(server);
    expect_read(fd, "\0\0\0\11ctoo late\0\0\0\2e\4", 19);
    cr_expect_eq(control_server_clients(server), 0);
    close(fd);
}

Test(control_server, a_client_that_leaves_while_its_answer_is_held_is_forgotten)
{
    int fd;

    cr_assert_eq(open_server(), STATUS_OK);
    hold = CONTROL_HOLD;
    fd = connect_one();
    ask(fd);
    fake_loop_run(loop, 1.0);
    close(fd);
    fake_loop_run(loop, 1.0);
    cr_expect_eq(control_server_clients(server), 0);
    cr_expect_eq(control_server_holding(server), 0);
    cr_expect_eq(gone, 1);
}
