/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Which address is tried, and what is received from it: real sockets on loopback, with a resolver
 * and a timer that the test controls. Addresses are letters: a is 127.0.0.10.
 */
#include "room/net/udp_link.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the fakes ---- */

static ev_timer *timer; /* the one that runs */
static bool no_route;   /* connecting fails */
static int send_error;  /* of the next datagram */
static unsigned sent;   /* to the kernel */
static char story[512]; /* what was done, a word each */

__attribute__((format(printf, 1, 2))) static void tell(const char *format, ...)
{
    size_t used = strlen(story);
    va_list arguments;

    va_start(arguments, format);
    if (used > 0)
        story[used++] = ' ';
    vsnprintf(story + used, sizeof(story) - used, format, arguments);
    va_end(arguments);
}

void __wrap_resolver_start(struct resolver *resolver);
void __wrap_ev_timer_start(struct ev_loop *loop, ev_timer *watcher);
void __wrap_ev_timer_stop(struct ev_loop *loop, ev_timer *watcher);
int __real_connect(int fd, const struct sockaddr *address, socklen_t length);
int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length);
ssize_t __real_send(int fd, const void *bytes, size_t length, int flags);
ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags);

void __wrap_resolver_start(struct resolver *resolver)
{
    (void)resolver;
    tell("look-up");
}

void __wrap_ev_timer_start(struct ev_loop *loop, ev_timer *watcher)
{
    (void)loop;
    watcher->active = 1;
    timer = watcher;
}

void __wrap_ev_timer_stop(struct ev_loop *loop, ev_timer *watcher)
{
    (void)loop;
    watcher->active = 0;
    timer = NULL;
}

int __wrap_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    const struct sockaddr_in *in = (const struct sockaddr_in *)(const void *)address;

    if (address->sa_family == AF_INET && no_route) {
        errno = ENETUNREACH;
        return -1;
    }
    if (address->sa_family == AF_INET)
        tell("%c", (char)('a' + (ntohl(in->sin_addr.s_addr) & 0xff) - 10));
    return __real_connect(fd, address, length);
}

ssize_t __wrap_send(int fd, const void *bytes, size_t length, int flags)
{
    if (send_error == 0) {
        sent++;
        return __real_send(fd, bytes, length, flags);
    }
    errno = send_error;
    send_error = 0;
    return -1;
}

/* ---- the other side ---- */

static struct ev_loop *loop;
static struct udp_link udp;
static in_port_t port;                    /* of all letters */
static int reserved;                      /* keeps the port, and receives nothing */
static char heard[256];                   /* all datagrams, separated by bars */
static char refused[UDP_LINK_TEXT_BYTES]; /* the words of the last trouble */

static struct sockaddr_in address_of(char letter)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = port,
                                .sin_addr.s_addr =
                                    htonl(INADDR_LOOPBACK + 9 + (uint32_t)(letter - 'a'))};
}

static int open_socket(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;

    cr_assert_eq(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)), 0);
    cr_assert_eq(bind(fd, (const struct sockaddr *)address, sizeof(*address)), 0);
    return fd;
}

/* A port where nobody answers: its socket is connected to itself. */
static void reserve_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof(address);

    reserved = open_socket(&address);
    cr_assert_eq(getsockname(reserved, (struct sockaddr *)&address, &length), 0);
    port = address.sin_port;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_eq(__real_connect(reserved, (struct sockaddr *)&address, sizeof(address)), 0);
}

static struct sockaddr_in own_address(void)
{
    struct sockaddr_in own;
    socklen_t length = sizeof(own);

    cr_assert_eq(getsockname(udp.fd, (struct sockaddr *)&own, &length), 0);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return own;
}

/* Sends the text from that address, in segments of so many bytes; 0: one datagram. */
static void answer_in_pieces(char letter, const char *text, uint16_t piece)
{
    struct sockaddr_in from = address_of(letter), to = own_address();
    int fd = open_socket(&from), size = piece;

    if (piece > 0)
        cr_assert_eq(setsockopt(fd, SOL_UDP, UDP_SEGMENT, &size, sizeof(size)), 0);
    cr_assert_geq(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to, sizeof(to)), 0);
    close(fd);
    ev_run(loop, EVRUN_NOWAIT);
}

static void answer(char letter)
{
    answer_in_pieces(letter, "x", 0);
}

/* Sends a datagram to the address, where nobody listens. */
static void refuse(void)
{
    udp_link_send(&udp, "x", 1);
    ev_run(loop, EVRUN_NOWAIT);
}

/* ---- what the tests are made of ---- */

static void on_datagram(void *ctx, const void *bytes, size_t length)
{
    size_t used = strlen(heard);

    (void)ctx;
    snprintf(heard + used, sizeof(heard) - used, "%.*s|", (int)length, (const char *)bytes);
}

static void on_moved(void *ctx)
{
    (void)ctx;
    tell("moved");
}

static void on_trouble(void *ctx, enum udp_link_trouble trouble, const char *words)
{
    (void)ctx;
    if (trouble == UDP_LINK_NO_ADDRESS)
        tell("none(%s)", words);
    else
        tell("refused");
    snprintf(refused, sizeof(refused), "%s", words);
}

static void make(void)
{
    const struct udp_link_sink sink = {
        .datagram = on_datagram, .moved = on_moved, .trouble = on_trouble};

    loop = ev_loop_new(EVFLAG_AUTO);
    cr_assert_not_null(loop);
    reserve_port();
    udp_link_init(&udp, loop, "host", "8888", &sink);
}

static void done(void)
{
    udp_link_close(&udp);
    close(reserved);
    ev_loop_destroy(loop);
}

TestSuite(udp_link, .init = make, .fini = done);

/* What was done since the last call, and when the timer expires; -1: it does not run. */
static void expect(const char *words, double least_s, double most_s)
{
    double at_s = timer != NULL ? timer->at : -1.0;

    cr_expect_str_eq(story, words, "'%s', not '%s'", story, words);
    cr_expect(at_s >= least_s && at_s <= most_s, "after %s the timer expires in %f s", words, at_s);
    story[0] = '\0';
}

static void expire_timer(void)
{
    ev_timer *watcher = timer;

    cr_assert_not_null(watcher);
    timer = NULL;
    watcher->active = 0;
    watcher->cb(loop, watcher, EV_TIMER);
}

/* The result of a look-up: these addresses, or none and the words. */
static void resolve(const char *letters, const char *words)
{
    struct resolver_address list[RESOLVER_ADDRESSES_MAX];
    size_t count = strlen(letters);

    memset(list, 0, sizeof(list));
    for (size_t i = 0; i < count; i++) {
        struct sockaddr_in address = address_of(letters[i]);

        memcpy(&list[i].bytes, &address, sizeof(address));
        list[i].length = sizeof(address);
    }
    udp.resolver.sink(udp.resolver.ctx, list, count, words);
}

/* Tries the first of them. */
static void open_link(const char *letters)
{
    char first[] = {letters[0], ' ', 'm', 'o', 'v', 'e', 'd', '\0'};

    udp_link_open(&udp);
    expect("look-up", -1, -1);
    resolve(letters, "");
    expect(first, letters[1] != '\0' ? 3 : 30, letters[1] != '\0' ? 3 : 30);
}

static void join(char letter)
{
    answer(letter);
    udp_link_state(&udp, CLIENT_IN, CLIENT_NO_REASON, 0);
    expect("", -1, -1);
}

static void lose_room(void)
{
    udp_link_state(&udp, CLIENT_JOINING, CLIENT_NO_REASON, 0);
    expect("", 0, 0);
    expire_timer();
    expect("look-up", -1, -1);
}

/* ---- choosing an address ---- */

Test(udp_link, forged_reports_of_a_small_path_mtu_are_ignored)
{
    int discover = -1;
    socklen_t length = sizeof(discover);

    open_link("a");
    cr_assert_eq(getsockopt(udp.fd, IPPROTO_IP, IP_MTU_DISCOVER, &discover, &length), 0);
    cr_expect_eq(discover, IP_PMTUDISC_OMIT);
}

Test(udp_link, each_address_has_three_seconds_and_then_they_are_looked_up_anew)
{
    open_link("abc");
    expire_timer();
    expect("b moved", 3, 3);
    expire_timer();
    expect("c moved", 3, 3);
    expire_timer();
    expect("look-up", -1, -1);
    resolve("d", "");
    expect("d moved", 30, 30);
}

Test(udp_link, another_round_goes_on_behind_the_last_one)
{
    open_link("abc");
    expire_timer();
    expire_timer();
    expire_timer();
    expect("b moved c moved look-up", -1, -1);
    resolve("cab", "");
    expire_timer();
    expire_timer();
    expire_timer();
    expect("a moved b moved c moved look-up", -1, -1);
    resolve("c", "");
    expect("c moved", 30, 30);
}

Test(udp_link, if_the_look_up_fails_the_old_addresses_have_another_round)
{
    open_link("ab");
    expire_timer();
    expire_timer();
    expect("b moved look-up", -1, -1);
    resolve("", "the name server is away");
    expect("a moved", 3, 3);
    answer('a');
    udp_link_state(&udp, CLIENT_IN, CLIENT_NO_REASON, 0);
    lose_room();
    resolve("", "the name server is away");
    expect("a", 3, 3);
    expire_timer();
    expect("b moved", 3, 3);
}

Test(udp_link, after_a_refusal_the_next_address_is_tried_at_once)
{
    open_link("ab");
    refuse();
    expect("", 0, 0);
    refuse(); /* the same address again */
    expect("", 0, 0);
    expire_timer();
    expect("b moved", 3, 3);
}

Test(udp_link, if_all_refuse_that_is_reported_once_and_retried_with_a_back_off)
{
    char text[UDP_LINK_TEXT_BYTES];

    open_link("ab");
    refuse();
    expire_timer();
    expect("b moved", 3, 3);
    refuse();
    expect("refused", 0.8, 1);
    snprintf(text, sizeof(text), "127.0.0.11:%u", (unsigned)ntohs(port));
    cr_expect_str_eq(refused, text);
    cr_expect_str_eq(udp_link_address(&udp), text);
    for (double wait_s = 2; wait_s < 100; wait_s *= 2) {
        expire_timer();
        expect("look-up", -1, -1);
        resolve("a", "");
        expect("a moved", 30, 30);
        refuse();
        expect("", wait_s < 30 ? wait_s * 0.8 : 24, wait_s < 30 ? wait_s : 30);
    }
    answer('a');
    expect("", 30, 30);
    refuse();
    expect("refused", 0.8, 1);
}

Test(udp_link, a_silent_address_is_tried_again_soon_although_the_others_refuse)
{
    open_link("ab");
    expire_timer();
    expect("b moved", 3, 3);
    refuse();
    expect("", 0, 0);
    expire_timer();
    expect("look-up", -1, -1);
}

Test(udp_link, without_an_address_or_a_route_to_it_the_words_say_why)
{
    udp_link_open(&udp);
    expect("look-up", -1, -1);
    udp_link_send(&udp, "x", 1); /* there is nowhere to send it */
    resolve("", "no such host");
    expect("none(no such host)", 0.8, 1);
    expire_timer();
    expect("look-up", -1, -1);
    resolve("", "no such host");
    expect("", 1.6, 2);
    expire_timer();
    no_route = true;
    resolve("a", "");
    expect("look-up", 3.2, 4);
    no_route = false;
    expire_timer();
    expect("look-up", -1, -1);
    resolve("a", "");
    expect("a moved", 30, 30);
    send_error = EHOSTUNREACH;
    udp_link_send(&udp, "x", 1);
    expect("", 6.4, 8);
}

Test(udp_link, a_missing_route_is_reported_in_the_systems_words)
{
    no_route = true;
    resolve("a", "");
    expect("none(Network is unreachable)", 0.8, 1);
}

Test(udp_link, an_address_without_a_route_is_skipped)
{
    open_link("abc");
    no_route = true;
    expire_timer();
    expect("look-up", -1, -1);
    no_route = false;
    resolve("abc", "");
    expect("b moved", 3, 3);
}

/* ---- while in ---- */

Test(udp_link, once_in_no_timer_runs_until_the_room_is_lost)
{
    open_link("ab");
    join('a');
    lose_room();
    resolve("ab", "");
    expect("a", 3, 3);
    expire_timer();
    expect("b moved", 3, 3);
}

Test(udp_link, an_address_that_the_host_no_longer_has_is_left_for_the_next)
{
    open_link("a");
    join('a');
    lose_room();
    resolve("bc", "");
    expect("b moved", 3, 3);
}

Test(udp_link, addresses_that_come_after_it_is_back_in_change_nothing)
{
    open_link("a");
    join('a');
    lose_room();
    udp_link_state(&udp, CLIENT_IN, CLIENT_NO_REASON, 0);
    resolve("bc", "");
    expect("", -1, -1);
}

Test(udp_link, a_refusal_while_it_is_in_makes_the_client_ask_once)
{
    open_link("a");
    join('a');
    refuse();
    expect("", 0, 0);
    expire_timer();
    expect("moved", -1, -1);
    refuse();
    expect("", -1, -1);
    answer('a');
    refuse();
    expire_timer();
    expect("moved", -1, -1);
}

Test(udp_link, a_pending_error_counts_and_costs_no_datagram)
{
    open_link("a");
    join('a');
    expect("", -1, -1);
    send_error = ECONNREFUSED; /* of the datagram before */
    sent = 0;
    udp_link_send(&udp, "x", 1);
    cr_expect_eq(sent, 1);
    expect("", 0, 0);
}

Test(udp_link, a_server_that_answers_and_does_not_let_us_in_has_more_time)
{
    open_link("ab");
    answer('a');
    expect("", 30, 30);
    udp_link_state(&udp, CLIENT_JOINING, CLIENT_REFUSED_FULL, 20);
    expect("", 50, 50);
    udp_link_state(&udp, CLIENT_JOINING, CLIENT_REFUSED_TAKEN, 0);
    expect("", -1, -1);
    udp_link_send(&udp, "x", 1); /* with another name */
    expect("", 30, 30);
    udp_link_state(&udp, CLIENT_OUT, CLIENT_LEFT, 0);
    expect("", -1, -1);
}

/* ---- the socket ---- */

Test(udp_link, the_port_stays_as_long_as_the_address_does)
{
    in_port_t before;

    open_link("ab");
    join('a');
    before = own_address().sin_port;
    lose_room();
    resolve("ba", "");
    cr_expect_eq(own_address().sin_port, before);
    answer('a');
    cr_expect_str_eq(heard, "x|x|");
    send_error = EADDRNOTAVAIL; /* its source address is gone */
    udp_link_send(&udp, "x", 1);
    cr_expect_eq(own_address().sin_port, before);
}

Test(udp_link, only_its_peer_is_heard)
{
    const struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    struct sockaddr_in any = {.sin_family = AF_INET};

    open_link("ab");
    any.sin_port = own_address().sin_port;
    answer('b');
    cr_assert_eq(__real_connect(udp.fd, &nowhere, sizeof(nowhere)), 0);
    cr_assert_eq(bind(udp.fd, (struct sockaddr *)&any, sizeof(any)), 0);
    answer('b'); /* between two connections, anybody can send to it */
    cr_expect_str_eq(heard, "");
    answer('a');
    cr_expect_str_eq(heard, "x|");
}

Test(udp_link, datagrams_that_came_together_are_delivered_one_by_one)
{
    open_link("a");
    answer_in_pieces('a', "one-two-end", 4);
    cr_expect_str_eq(heard, "one-|two-|end|");
}

Test(udp_link, an_empty_datagram_is_one)
{
    open_link("a");
    answer_in_pieces('a', "", 0);
    cr_expect_str_eq(heard, "|");
}
