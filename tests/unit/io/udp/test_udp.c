/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Opening doors, on the fake kernel. */
#include "fake_sockets.h"
#include "io/udp/udp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <roomd/status.h>
#include <string.h>
#include <unistd.h>

static struct ev_loop *loop;
static struct udp_set *set;

static void on_datagram(void *ctx, const struct path *path, const uint8_t *bytes, size_t length)
{
    (void)ctx;
    (void)path;
    (void)bytes;
    (void)length;
}

static void on_writable(void *ctx, uint16_t door)
{
    (void)ctx;
    (void)door;
}

static void on_unreachable(void *ctx, const struct unreachable *error)
{
    (void)ctx;
    (void)error;
}

static void set_up(void)
{
    struct udp_sink sink = {
        .datagram = on_datagram, .writable = on_writable, .unreachable = on_unreachable};

    fake.buffer_bytes = UDP_BUFFER_BYTES;
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_eq(udp_set_new(loop, &sink, &set), STATUS_OK);
}

static void tear_down(void)
{
    udp_set_free(set);
    ev_loop_destroy(loop);
}

TestSuite(udp, .init = set_up, .fini = tear_down);

static int open_door(const char *text, const char *zone, uint16_t *ret_door)
{
    struct endpoint listen;

    cr_assert_eq(endpoint_parse(text, &listen), STATUS_OK);
    return udp_open(set, &listen, zone, ret_door);
}

Test(udp, doors_are_numbered_as_they_are_opened)
{
    uint16_t door;
    char text[ENDPOINT_TEXT_BYTES];

    cr_assert_eq(open_door("0.0.0.0:8888", NULL, &door), STATUS_OK);
    cr_assert_eq(door, 0);
    cr_assert_eq(open_door("[::]:8888", "", &door), STATUS_OK);
    cr_assert_eq(door, 1);
    cr_assert_eq(udp_doors(set), 2);
    cr_assert_str_eq(endpoint_format(udp_bound(set, 0), text), "0.0.0.0:8888");
    cr_assert_str_eq(endpoint_format(udp_bound(set, 1), text), "[::]:8888");
}

Test(udp, port_0_becomes_the_real_port)
{
    uint16_t door;

    cr_assert_eq(open_door("127.0.0.1:0", NULL, &door), STATUS_OK);
    cr_assert_eq(udp_bound(set, door)->port, 49152);
}

Test(udp, the_options_of_an_ipv4_door)
{
    uint16_t door;

    cr_assert_eq(open_door("0.0.0.0:8888", NULL, &door), STATUS_OK);
    cr_assert_eq(fake_option(0, IPPROTO_IP, IP_PKTINFO), 1);
    cr_assert_eq(fake_option(0, IPPROTO_IP, IP_MTU_DISCOVER), IP_PMTUDISC_OMIT);
    cr_assert_eq(fake_option(0, IPPROTO_IP, IP_RECVERR), 1);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_RXQ_OVFL), 1);
    cr_assert_eq(fake_option(0, IPPROTO_IPV6, IPV6_V6ONLY), -1);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_REUSEADDR), -1);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_RCVBUFFORCE), UDP_BUFFER_BYTES);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_SNDBUFFORCE), UDP_BUFFER_BYTES);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_RCVBUF), -1);
}

Test(udp, the_options_of_an_ipv6_door)
{
    uint16_t door;

    cr_assert_eq(open_door("[::]:8888", NULL, &door), STATUS_OK);
    cr_assert_eq(fake_option(0, IPPROTO_IPV6, IPV6_V6ONLY), 1);
    cr_assert_eq(fake_option(0, IPPROTO_IPV6, IPV6_RECVPKTINFO), 1);
    cr_assert_eq(fake_option(0, IPPROTO_IPV6, IPV6_MTU_DISCOVER), IPV6_PMTUDISC_OMIT);
    cr_assert_eq(fake_option(0, IPPROTO_IPV6, IPV6_RECVERR), 1);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_RXQ_OVFL), 1);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_REUSEADDR), -1);
}

Test(udp, a_buffer_that_may_not_be_forced_is_asked_for)
{
    uint16_t door;

    fake.refuse_option = SO_RCVBUFFORCE;
    cr_assert_eq(open_door("0.0.0.0:8888", NULL, &door), STATUS_OK);
    cr_assert_eq(fake_option(0, SOL_SOCKET, SO_RCVBUF), UDP_BUFFER_BYTES);
}

Test(udp, an_option_the_kernel_lacks_closes_no_door)
{
    static const int names[] = {SO_RXQ_OVFL, IP_PKTINFO, IP_MTU_DISCOVER, IP_RECVERR,
                                SO_SNDBUFFORCE};
    uint16_t door;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        fake.refuse_option = names[i];
        cr_expect_eq(open_door("0.0.0.0:0", NULL, &door), STATUS_OK, "option %d", names[i]);
    }
}

Test(udp, an_ipv6_door_that_would_take_ipv4_too_is_not_opened)
{
    uint16_t door = 9;

    fake.refuse_option = IPV6_V6ONLY;
    cr_assert_eq(open_door("[::]:8888", NULL, &door), STATUS_SYSTEM);
    cr_assert_eq(errno, EPERM);
    cr_assert_eq(door, 9);
}

Test(udp, errno_says_why_a_door_could_not_be_opened)
{
    static const int errors[] = {EADDRINUSE, EADDRNOTAVAIL, EACCES};
    uint16_t door;

    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
        fake.bind_error = errors[i];
        cr_assert_eq(open_door("192.0.2.1:8888", NULL, &door), STATUS_SYSTEM);
        cr_expect_eq(errno, errors[i]);
        cr_expect_lt(fcntl(fake.fds[i], F_GETFD), 0, "the descriptor is closed");
    }
    fake.socket_error = EAFNOSUPPORT;
    cr_assert_eq(open_door("[::]:8888", NULL, &door), STATUS_SYSTEM);
    cr_assert_eq(errno, EAFNOSUPPORT);
    cr_assert_eq(udp_doors(set), 0);
}

Test(udp, a_link_local_address_needs_its_interface)
{
    uint16_t door;

    cr_assert_eq(open_door("[fe80::1]:8888", NULL, &door), STATUS_INVALID);
    cr_assert_eq(open_door("[fe80::1]:8888", "no-such-interface", &door), STATUS_SYSTEM);
    cr_assert_eq(errno, ENODEV);
    cr_assert_eq(open_door("[fe80::1]:8888", "lo", &door), STATUS_OK);
    cr_assert_eq(udp_bound(set, door)->scope, 1);
    cr_assert_eq(open_door("[fe80::1%7]:8888", NULL, &door), STATUS_OK);
    cr_assert_eq(udp_bound(set, door)->scope, 7);
}

Test(udp, there_is_a_last_door)
{
    uint16_t door;

    for (int i = 0; i < UDP_DOORS_MAX; i++) {
        fake.count = 0; /* the fake knows only the last few */
        fake.option_count = 0;
        cr_assert_eq(open_door("0.0.0.0:0", NULL, &door), STATUS_OK);
        cr_assert_eq(door, i);
    }
    cr_assert_eq(open_door("0.0.0.0:0", NULL, &door), STATUS_FULL);
}

Test(udp, freeing_the_set_closes_the_doors)
{
    uint16_t door;

    cr_assert_eq(open_door("0.0.0.0:8888", NULL, &door), STATUS_OK);
    udp_set_start(set);
    cr_assert(ev_run(loop, EVRUN_NOWAIT));
    udp_set_free(set);
    set = NULL;
    cr_assert_lt(fcntl(fake.fds[0], F_GETFD), 0);
    cr_assert_not(ev_run(loop, EVRUN_NOWAIT));
    udp_set_free(NULL);
}

/* Returns what is written to stderr while the set is started. */
static const char *warnings(void)
{
    static char text[4096];
    int ends[2], aside = dup(STDERR_FILENO);
    ssize_t length;

    cr_assert_eq(pipe2(ends, O_NONBLOCK), 0);
    dup2(ends[1], STDERR_FILENO);
    udp_set_start(set);
    dup2(aside, STDERR_FILENO);
    close(aside);
    length = read(ends[0], text, sizeof(text) - 1);
    text[length < 0 ? 0 : length] = '\0';
    close(ends[0]);
    close(ends[1]);
    return strstr(text, "roomd: ") != NULL ? strstr(text, "roomd: ") : text; /* after the time */
}

Test(udp, small_buffers_are_logged_once_with_a_remedy)
{
    uint16_t door;

    fake.buffer_bytes = 212992;
    cr_assert_eq(open_door("0.0.0.0:8888", NULL, &door), STATUS_OK);
    cr_assert_eq(open_door("[::]:8888", NULL, &door), STATUS_OK);
    cr_assert_str_eq(
        warnings(),
        "roomd: warning: receive buffer is 208 KiB where 4096 KiB are wanted; a burst may be "
        "lost: sysctl -w net.core.rmem_max=4194304 net.core.wmem_max=4194304\n");
}

Test(udp, large_buffers_are_not_logged)
{
    uint16_t door;

    cr_assert_eq(open_door("0.0.0.0:8888", NULL, &door), STATUS_OK);
    cr_assert_str_eq(warnings(), "");
}
