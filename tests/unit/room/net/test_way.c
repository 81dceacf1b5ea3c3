/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Which address has its turn, on a fake link and a timer that rings when the test says so. */
#include "room/net/udp_link.h"
#include "room/net/way.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <roomd/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- the fakes ---- */

static struct link_sink sink; /* of the link */
static ev_timer *timer;       /* that runs */
static size_t addresses;      /* of the host */
static size_t left;           /* in this round */
static bool unreachable;      /* there is no way to any of them */
static char story[512];       /* what was done, a word each */

static void tell(const char *format, ...)
{
    size_t used = strlen(story);
    va_list arguments;

    va_start(arguments, format);
    if (used > 0)
        story[used++] = ' ';
    vsnprintf(story + used, sizeof(story) - used, format, arguments);
    va_end(arguments);
}

int __wrap_link_new(struct ev_loop *loop, const char *host, const char *port, const struct link_sink *link_sink,
                    struct link **ret_link);
void __wrap_link_free(struct link *link);
void __wrap_link_look_up(struct link *link, bool stay);
enum link_next __wrap_link_next(struct link *link, int *ret_error);
size_t __wrap_link_addresses(const struct link *link);
void __wrap_link_send(struct link *link, const void *bytes, size_t length);
const char *__wrap_link_address(const struct link *link);
void __wrap_ev_timer_start(struct ev_loop *loop, ev_timer *watcher);
void __wrap_ev_timer_stop(struct ev_loop *loop, ev_timer *watcher);

int __wrap_link_new(struct ev_loop *loop, const char *host, const char *port, const struct link_sink *link_sink,
                    struct link **ret_link)
{
    (void)loop;
    (void)host;
    (void)port;
    sink = *link_sink;
    *ret_link = NULL;
    return STATUS_OK;
}

void __wrap_link_free(struct link *link)
{
    (void)link;
}

void __wrap_link_look_up(struct link *link, bool stay)
{
    (void)link;
    tell(stay ? "look-up-and-stay" : "look-up");
}

enum link_next __wrap_link_next(struct link *link, int *ret_error)
{
    (void)link;
    if (unreachable) {
        *ret_error = ENETUNREACH;
        return LINK_NO_WAY;
    }
    if (left == 0)
        return LINK_ROUND_OVER;
    left--;
    tell("connect");
    return LINK_CONNECTED;
}

size_t __wrap_link_addresses(const struct link *link)
{
    (void)link;
    return addresses;
}

void __wrap_link_send(struct link *link, const void *bytes, size_t length)
{
    (void)link;
    (void)bytes;
    (void)length;
}

const char *__wrap_link_address(const struct link *link)
{
    (void)link;
    return "it";
}

void __wrap_ev_timer_start(struct ev_loop *loop, ev_timer *watcher)
{
    (void)loop;
    timer = watcher;
}

void __wrap_ev_timer_stop(struct ev_loop *loop, ev_timer *watcher)
{
    (void)loop;
    (void)watcher;
    timer = NULL;
}

/* ---- the test's words ---- */

static struct way *way;

static void on_datagram(void *ctx, const void *bytes, size_t length)
{
    (void)ctx;
    (void)bytes;
    (void)length;
}

static void on_moved(void *ctx)
{
    (void)ctx;
    tell("moved");
}

static void on_none(void *ctx, const char *words)
{
    (void)ctx;
    tell("none(%s)", words);
}

static void on_refused(void *ctx, const char *address)
{
    (void)ctx;
    tell("refused(%s)", address);
}

static void make(void)
{
    const struct way_sink way_sink = {
        .datagram = on_datagram, .moved = on_moved, .none = on_none, .refused = on_refused};

    cr_assert_eq(way_new(NULL, "host", "8888", &way_sink, &way), 0);
}

static void done(void)
{
    way_free(way);
}

TestSuite(way, .init = make, .fini = done);

/* What was done since, and when the timer rings; -1: it does not. */
static void expect(const char *words, double least_s, double most_s)
{
    double at_s = timer != NULL ? timer->at : -1.0;

    cr_expect_str_eq(story, words);
    cr_expect(at_s >= least_s && at_s <= most_s, "after %s the timer rings in %f s", words, at_s);
    story[0] = '\0';
}

static void ring(void)
{
    ev_timer *watcher = timer;

    cr_assert_not_null(watcher);
    timer = NULL;
    watcher->cb(NULL, watcher, EV_TIMER);
}

static void look_up(size_t count, bool stays)
{
    addresses = count;
    left = count - (stays ? 1 : 0);
    sink.looked_up(sink.ctx, stays);
}

/* As if it had been looked up at once. */
static void open_way(size_t count)
{
    way_open(way);
    expect("look-up", -1, -1);
    look_up(count, false);
    expect("connect moved", count > 1 ? 3 : 30, count > 1 ? 3 : 30);
}

static void enter(void)
{
    sink.datagram(sink.ctx, "x", 1);
    way_state(way, CLIENT_IN, CLIENT_NO_REASON, 0);
    expect("", -1, -1);
}

/* ---- tests ---- */

Test(way, each_address_has_three_seconds_and_then_they_are_looked_up_anew)
{
    open_way(3);
    ring();
    expect("connect moved", 3, 3);
    ring();
    expect("connect moved", 3, 3);
    ring();
    expect("look-up", -1, -1);
    look_up(1, false);
    expect("connect moved", 30, 30);
}

Test(way, one_that_refuses_gives_way_at_once)
{
    open_way(2);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    expect("", 0, 0);
    sink.unreachable(sink.ctx, ECONNREFUSED); /* the same one again */
    ring();
    expect("connect moved", 3, 3);
}

Test(way, where_all_refuse_that_is_told_once_and_tried_again_ever_more_seldom)
{
    open_way(2);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    ring();
    expect("connect moved", 3, 3);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    expect("refused(it)", 0.8, 1);
    for (double wait_s = 2; wait_s < 100; wait_s *= 2) {
        ring();
        expect("look-up", -1, -1);
        look_up(1, false);
        expect("connect moved", 30, 30);
        sink.unreachable(sink.ctx, ECONNREFUSED);
        expect("", wait_s < 30 ? wait_s * 0.8 : 24, wait_s < 30 ? wait_s : 30);
    }
    sink.datagram(sink.ctx, "x", 1);
    expect("", 30, 30);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    expect("refused(it)", 0.8, 1);
}

Test(way, one_that_is_silent_is_tried_again_soon_though_the_others_refuse)
{
    open_way(2);
    ring();
    expect("connect moved", 3, 3);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    expect("", 0, 0);
    ring();
    expect("look-up", -1, -1);
}

Test(way, without_an_address_or_a_way_to_it_the_words_say_why)
{
    way_open(way);
    expect("look-up", -1, -1);
    sink.no_address(sink.ctx, "no such host");
    expect("none(no such host)", 0.8, 1);
    ring();
    expect("look-up", -1, -1);
    sink.no_address(sink.ctx, "no such host");
    expect("", 1.6, 2);
    ring();
    unreachable = true;
    look_up(1, false);
    expect("look-up", 3.2, 4);
    unreachable = false;
    left = 0;
    ring();
    look_up(1, false);
    sink.unreachable(sink.ctx, EHOSTUNREACH);
    expect("look-up connect moved", 6.4, 8);
}

Test(way, no_way_is_told_in_the_systems_words)
{
    unreachable = true;
    look_up(1, false);
    expect("none(Network is unreachable)", 0.8, 1);
}

Test(way, once_in_nothing_rings_until_the_room_is_lost)
{
    open_way(2);
    enter();
    way_state(way, CLIENT_JOINING, CLIENT_NO_REASON, 0);
    expect("", 0, 0);
    ring();
    expect("look-up-and-stay", -1, -1);
    look_up(2, true);
    expect("", 3, 3);
    ring();
    expect("connect moved", 3, 3);
}

Test(way, an_address_that_the_host_has_no_more_is_left_for_the_next)
{
    open_way(1);
    enter();
    way_state(way, CLIENT_JOINING, CLIENT_NO_REASON, 0);
    ring();
    expect("look-up-and-stay", -1, -1);
    look_up(2, false);
    expect("connect moved", 3, 3);
}

Test(way, addresses_that_come_when_it_is_back_in_change_nothing)
{
    open_way(1);
    enter();
    way_state(way, CLIENT_JOINING, CLIENT_NO_REASON, 0);
    ring();
    way_state(way, CLIENT_IN, CLIENT_NO_REASON, 0);
    look_up(2, false);
    expect("look-up-and-stay", -1, -1);
}

Test(way, a_refusal_while_it_is_in_makes_the_machine_ask_once)
{
    open_way(1);
    enter();
    sink.unreachable(sink.ctx, ECONNREFUSED);
    expect("", 0, 0);
    ring();
    expect("moved", -1, -1);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    expect("", -1, -1);
    sink.datagram(sink.ctx, "x", 1);
    sink.unreachable(sink.ctx, ECONNREFUSED);
    ring();
    expect("moved", -1, -1);
}

Test(way, somebody_who_answers_and_does_not_let_us_in_has_more_time)
{
    open_way(2);
    sink.datagram(sink.ctx, "x", 1);
    expect("", 30, 30);
    way_state(way, CLIENT_JOINING, CLIENT_REFUSED_FULL, 20);
    expect("", 50, 50);
    way_state(way, CLIENT_JOINING, CLIENT_REFUSED_TAKEN, 0);
    expect("", -1, -1);
    way_send(way, "x", 1); /* with another name */
    expect("", 30, 30);
    way_state(way, CLIENT_OUT, CLIENT_LEFT, 0);
    expect("", -1, -1);
}
