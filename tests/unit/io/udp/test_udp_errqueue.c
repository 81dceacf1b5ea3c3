/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The error queue, on the fake kernel. */
#include "fake_sockets.h"
#include "io/udp/udp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/ip_icmp.h>
#include <roomd/status.h>
#include <stdio.h>

#define MANY 5000

struct report {
    struct endpoint peer, offender;
    uint16_t door;
    size_t length;
    char quoted[16]; /* the front of it */
};

static struct ev_loop *loop;
static struct udp_set *set;
static struct report reports[MANY];
static size_t report_count, heard_count;
static size_t heard_before_last_report;
static bool answering;

static void on_datagram(void *ctx, const struct path *path, const uint8_t *bytes, size_t length)
{
    (void)ctx;
    (void)path;
    (void)bytes;
    (void)length;
    heard_count++;
}

static void on_writable(void *ctx, uint16_t door)
{
    (void)ctx;
    (void)door;
}

static void on_unreachable(void *ctx, const struct unreachable *error)
{
    struct path path = {.peer = *error->peer, .door = error->door};
    struct outbox_entry answer = {.path = &path, .bytes = "?", .length = 1};
    struct report *report = &reports[report_count++];

    (void)ctx;
    *report = (struct report){.peer = *error->peer, .door = error->door, .length = error->length};
    memcpy(report->offender.address, error->offender, sizeof(error->offender));
    memcpy(report->quoted, error->quoted,
           error->length < sizeof(report->quoted) ? error->length : sizeof(report->quoted));
    heard_before_last_report = heard_count;
    if (answering) {
        udp_outbox_send(set, &answer, 1);
        cr_assert_eq(answer.result, OUTBOX_TAKEN);
    }
}

static void set_up(void)
{
    static const char listen[2][16] = {"0.0.0.0:8888", "[::]:8888"};
    struct udp_sink sink = {
        .datagram = on_datagram, .writable = on_writable, .unreachable = on_unreachable};
    struct endpoint endpoint;
    uint16_t door;

    fake.buffer_bytes = UDP_BUFFER_BYTES;
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_eq(udp_set_new(loop, &sink, &set), STATUS_OK);
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(endpoint_parse(listen[i], &endpoint), STATUS_OK);
        cr_assert_eq(udp_open(set, &endpoint, NULL, &door), STATUS_OK);
    }
    udp_set_start(set);
    /* A new door reads the queue once in any case. */
    for (int i = 0; i < 2; i++) {
        fake_set_readable(i);
        ev_run(loop, EVRUN_NOWAIT);
    }
    fake.error_calls = 0;
}

static void tear_down(void)
{
    udp_set_free(set);
    ev_loop_destroy(loop);
}

TestSuite(udp_errqueue, .init = set_up, .fini = tear_down);

static void turn(int socket)
{
    fake_set_readable(socket);
    ev_run(loop, EVRUN_NOWAIT);
}

static uint64_t icmp_errors(void)
{
    struct udp_stats counted;

    udp_stats(set, &counted);
    return counted.icmp_errors;
}

static void assert_report(size_t number, const char *peer, uint16_t door)
{
    char text[ENDPOINT_TEXT_BYTES];

    cr_assert_lt(number, report_count);
    cr_expect_str_eq(endpoint_format(&reports[number].peer, text), peer);
    cr_expect_eq(reports[number].door, door);
}

Test(udp_errqueue, a_closed_port_is_reported_with_peer_and_door)
{
    fake_icmp_arrive(0, "192.0.2.1:4000");
    fake_icmp_arrive(0, "192.0.2.2:5000");
    turn(0);
    fake_icmp_arrive(1, "[2001:db8::1]:4000");
    turn(1);
    cr_assert_eq(report_count, 3);
    assert_report(0, "192.0.2.1:4000", 0);
    assert_report(1, "192.0.2.2:5000", 0);
    assert_report(2, "[2001:db8::1]:4000", 1);
    cr_assert_eq(icmp_errors(), 3);
}

Test(udp_errqueue, a_link_local_peer_keeps_its_scope)
{
    fake_icmp_arrive(1, "[fe80::1%3]:4000");
    turn(1);
    cr_assert_eq(report_count, 1);
    assert_report(0, "[fe80::1%3]:4000", 1);
}

Test(udp_errqueue, a_closed_port_is_reported_with_the_source_of_the_error_and_what_it_quotes)
{
    char text[ENDPOINT_TEXT_BYTES];
    char longest[1025];

    fake_icmp_arrive(0, "192.0.2.1:4000")->quoted = "alice: hi";
    endpoint_parse("192.0.2.9:0", &fake_icmp_arrive(0, "192.0.2.1:4000")->offender);
    memset(longest, 'x', sizeof(longest) - 1);
    longest[sizeof(longest) - 1] = '\0';
    fake_icmp_arrive(0, "192.0.2.1:4000")->quoted = longest;
    turn(0);
    endpoint_parse("[2001:db8::9]:0", &fake_icmp_arrive(1, "[2001:db8::1]:4000")->offender);
    turn(1);
    cr_assert_eq(report_count, 4);
    cr_expect_str_eq(endpoint_format(&reports[0].offender, text), "192.0.2.1:0");
    cr_expect_eq(reports[0].length, 9);
    cr_expect_str_eq(reports[0].quoted, "alice: hi");
    cr_expect_str_eq(endpoint_format(&reports[1].offender, text), "192.0.2.9:0");
    cr_expect_eq(reports[1].length, 0);
    cr_expect_eq(reports[2].length, 576, "the front of it");
    cr_expect_str_eq(endpoint_format(&reports[3].offender, text), "[2001:db8::9]:0");
}

Test(udp_errqueue, a_closed_port_of_which_nobody_tells_is_only_counted)
{
    fake_icmp_arrive(0, "192.0.2.1:4000")->nobodys = true;
    turn(0);
    cr_expect_eq(report_count, 0);
    cr_expect_eq(icmp_errors(), 1);
}

struct kind {
    const char *what;
    uint8_t origin, type, code;
    bool counted, told;
};

static const struct kind kinds[] = {
    {"network", SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_NET_UNREACH, true, false},
    {"host", SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_HOST_UNREACH, true, false},
    {"port", SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, true, true},
    {"protocol", SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_PROT_UNREACH, true, false},
    {"firewall", SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_PKT_FILTERED, true, false},
    {"too big", SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, ICMP_FRAG_NEEDED, true, false},
    {"too many hops", SO_EE_ORIGIN_ICMP, ICMP_TIME_EXCEEDED, ICMP_EXC_TTL, true, false},
    {"bad header", SO_EE_ORIGIN_ICMP, ICMP_PARAMETERPROB, 0, true, false},
    {"our own send", SO_EE_ORIGIN_LOCAL, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, false, false},
    {"nothing", SO_EE_ORIGIN_NONE, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, false, false},
    {"time stamp", SO_EE_ORIGIN_TIMESTAMPING, ICMP_DEST_UNREACH, ICMP_PORT_UNREACH, false, false},
};

static const struct kind ipv6_kinds[] = {
    {"port", SO_EE_ORIGIN_ICMP6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_NOPORT, true, true},
    {"address", SO_EE_ORIGIN_ICMP6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADDR, true, false},
    {"firewall", SO_EE_ORIGIN_ICMP6, ICMP6_DST_UNREACH, ICMP6_DST_UNREACH_ADMIN, true, false},
    {"too big", SO_EE_ORIGIN_ICMP6, ICMP6_PACKET_TOO_BIG, 0, true, false},
    {"too many hops", SO_EE_ORIGIN_ICMP6, ICMP6_TIME_EXCEEDED, 0, true, false},
    {"our own send", SO_EE_ORIGIN_LOCAL, ICMP6_DST_UNREACH, 0, false, false},
};

static void expect_kinds(const struct kind *kind, size_t count, int socket, const char *peer)
{
    for (size_t i = 0; i < count; i++) {
        struct fake_icmp *icmp = fake_icmp_arrive(socket, peer);
        uint64_t before = icmp_errors();

        icmp->origin = kind[i].origin;
        icmp->type = kind[i].type;
        icmp->code = kind[i].code;
        report_count = 0;
        turn(socket);
        cr_expect_eq(report_count, kind[i].told ? 1 : 0, "%s", kind[i].what);
        cr_expect_eq(icmp_errors() - before, kind[i].counted ? 1 : 0, "%s", kind[i].what);
    }
}

Test(udp_errqueue, only_a_closed_port_is_reported_and_the_others_are_counted)
{
    expect_kinds(kinds, sizeof(kinds) / sizeof(kinds[0]), 0, "192.0.2.1:4000");
    expect_kinds(ipv6_kinds, sizeof(ipv6_kinds) / sizeof(ipv6_kinds[0]), 1, "[2001:db8::1]:4000");
}

Test(udp_errqueue, an_entry_without_an_error_or_a_peer_is_skipped)
{
    fake_icmp_arrive(0, "192.0.2.1:4000")->silent = true;
    fake_icmp_arrive(0, "192.0.2.2:4000")->family = AF_UNIX;
    fake_icmp_arrive(0, "192.0.2.3:4000")->family = AF_INET6; /* too short for that */
    fake_icmp_arrive(0, "192.0.2.4:4000");
    turn(0);
    cr_assert_eq(report_count, 1);
    assert_report(0, "192.0.2.4:4000", 0);
}

Test(udp_errqueue, it_is_drained_before_datagrams_are_read)
{
    for (int i = 0; i < 300; i++)
        fake_icmp_arrive(0, "192.0.2.1:4000");
    for (int i = 0; i < 10; i++)
        fake_arrive(0, 1, 1);
    turn(0);
    cr_assert_eq(report_count, 300);
    cr_assert_eq(heard_before_last_report, 0);
    cr_assert_eq(heard_count, 10);
    cr_assert_eq(fake.error_calls, 5);
}

Test(udp_errqueue, it_is_not_read_unless_a_call_has_met_an_error)
{
    fake_arrive(0, 1, 1);
    turn(0);
    fake_arrive(0, 1, 1);
    turn(0);
    cr_assert_eq(heard_count, 2);
    cr_assert_eq(fake.error_calls, 0);
}

/* Sends to three peers in one call. */
static void send_three(void)
{
    struct path paths[3] = {{.door = 0}, {.door = 0}, {.door = 0}};
    struct outbox_entry entries[3];
    const uint8_t bytes[3] = {1, 2, 3};

    for (size_t i = 0; i < 3; i++) {
        cr_assert_eq(endpoint_parse("192.0.2.2:4000", &paths[i].peer), STATUS_OK);
        entries[i] = (struct outbox_entry){.path = &paths[i], .bytes = &bytes[i], .length = 1};
    }
    udp_outbox_send(set, entries, 3);
    for (size_t i = 0; i < 3; i++)
        cr_assert_eq(entries[i].result, OUTBOX_TAKEN);
}

static void expect_found_first(void)
{
    fake_arrive(0, 1, 1);
    turn(0);
    cr_expect_eq(report_count, 1);
    cr_expect_eq(heard_before_last_report, 0);
    cr_expect_eq(heard_count, 1);
    cr_expect_eq(fake.error_calls, 1);
}

Test(udp_errqueue, an_error_that_a_send_has_met_is_read_before_the_next_datagram)
{
    fake_icmp_arrive(0, "192.0.2.1:4000");
    send_three();
    cr_assert_eq(fake.pending[0], 0, "the send was told, and nobody else will be");
    expect_found_first();
}

Test(udp_errqueue, an_error_that_a_partial_send_has_met_silently_is_read_too)
{
    fake_icmp_arrive(0, "192.0.2.1:4000");
    fake.pending[0] = 0;
    fake.error_spent_by_partial = true;
    fake_fail(2, ECONNREFUSED);
    send_three();
    expect_found_first();
}

Test(udp_errqueue, an_error_that_is_older_than_the_door_is_read_before_the_first_datagram)
{
    struct udp_sink sink = {
        .datagram = on_datagram, .writable = on_writable, .unreachable = on_unreachable};
    struct endpoint endpoint;
    uint16_t door;

    udp_set_free(set);
    fake.count = 0;
    cr_assert_eq(udp_set_new(loop, &sink, &set), STATUS_OK);
    cr_assert_eq(endpoint_parse("0.0.0.0:8888", &endpoint), STATUS_OK);
    cr_assert_eq(udp_open(set, &endpoint, NULL, &door), STATUS_OK);
    udp_set_start(set);
    fake_icmp_arrive(0, "192.0.2.1:4000");
    fake.pending[0] = 0;
    expect_found_first();
}

Test(udp_errqueue, an_error_that_no_call_has_met_is_read_once_there_is_no_datagram)
{
    fake_icmp_arrive(0, "192.0.2.1:4000");
    fake.pending[0] = 0;
    fake_arrive(0, 1, 1);
    turn(0);
    cr_assert_eq(heard_count, 1);
    for (int i = 0; i < 5; i++)
        ev_run(loop, EVRUN_NOWAIT);
    cr_assert_eq(report_count, 1);
    cr_assert_eq(fake.error_calls, 1);
    cr_assert_eq(fake.receive_calls, 2 + 2,
                 "then it wakes nobody"); /* two of them when it was opened */
}

Test(udp_errqueue, an_error_that_an_answer_of_the_sink_meets_is_read_in_the_next_turn)
{
    answering = true;
    fake_icmp_arrive(0, "192.0.2.1:4000");
    fake.error_spent_by_partial = true;
    fake_fail('?', ECONNREFUSED); /* the answer meets another datagram's error */
    turn(0);
    cr_assert_eq(report_count, 1);
    answering = false;
    report_count = 0;
    fake.error_calls = 0;
    fake_icmp_arrive(0, "192.0.2.2:4000");
    fake.pending[0] = 0;
    expect_found_first();
}

Test(udp_errqueue, an_error_that_an_entry_explains_is_no_failed_receive)
{
    struct udp_stats counted;

    fake_icmp_arrive(0, "192.0.2.1:4000");
    turn(0);
    udp_stats(set, &counted);
    cr_expect_eq(counted.icmp_errors, 1);
    cr_expect_eq(counted.receive_errors, 0);
}

Test(udp_errqueue, a_turn_reads_a_bounded_number_of_errors_and_then_datagrams)
{
    for (int i = 0; i < MANY; i++)
        fake_icmp_arrive(0, "192.0.2.1:4000");
    for (int i = 0; i < 10; i++)
        fake_arrive(0, 1, 1);
    turn(0);
    cr_assert_eq(report_count, 2048);
    cr_assert_eq(fake.error_calls, 32, "once a turn");
    cr_assert_eq(heard_count, 10);
    ev_run(loop, EVRUN_NOWAIT); /* it is still ready */
    cr_assert_eq(report_count, 4096);
    ev_run(loop, EVRUN_NOWAIT);
    cr_assert_eq(report_count, MANY);
    cr_assert_eq(fake.icmp_left_at_receive, 0);
}

Test(udp_errqueue, errors_that_a_turn_leaves_are_read_before_the_datagrams_of_the_next)
{
    for (int i = 0; i < 2050; i++)
        fake_icmp_arrive(0, "192.0.2.1:4000")->origin =
            i == 2048 ? SO_EE_ORIGIN_LOCAL : SO_EE_ORIGIN_ICMP;
    fake_arrive(0, 1, 1);
    turn(0);
    cr_assert_eq(report_count, 2048);
    cr_assert_eq(heard_count, 1);
    fake_arrive(0, 1, 1);
    turn(0);
    cr_assert_eq(report_count, 2049);
    cr_assert_eq(heard_before_last_report, 1);
    cr_assert_eq(heard_count, 2);
}

Test(udp_errqueue, once_empty_it_wakes_nobody)
{
    fake_icmp_arrive(0, "192.0.2.1:4000");
    turn(0);
    cr_assert_eq(fake.error_calls, 1);
    for (int i = 0; i < 5; i++)
        ev_run(loop, EVRUN_NOWAIT);
    cr_assert_eq(fake.error_calls, 1);
}

Test(udp_errqueue, slots_are_as_good_as_new_the_second_time)
{
    char peer[ENDPOINT_TEXT_BYTES];

    for (int i = 0; i < 64; i++)
        fake_icmp_arrive(0, "192.0.2.1:4000")->silent = true;
    turn(0);
    for (int i = 0; i < 64; i++) {
        snprintf(peer, sizeof(peer), "[2001:db8::1]:%d", 4000 + i);
        fake_icmp_arrive(1, peer);
    }
    turn(1);
    cr_assert_eq(report_count, 64);
    for (int i = 0; i < 64; i++) {
        snprintf(peer, sizeof(peer), "[2001:db8::1]:%d", 4000 + i);
        assert_report((size_t)i, peer, 1);
    }
}

Test(udp_errqueue, a_sink_may_send_from_within_a_call)
{
    answering = true;
    for (int i = 0; i < 100; i++)
        fake_icmp_arrive(0, "192.0.2.1:4000");
    turn(0);
    cr_assert_eq(report_count, 100);
    cr_assert_eq(fake.taken_count, 100);
    cr_assert_eq(fake.taken[99].length, 1);
}
