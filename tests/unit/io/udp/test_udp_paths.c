/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Paths that take less than is sent, on the fake kernel: they wait, and nobody else does. */
#include "fake_sockets.h"
#include "io/udp/udp.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <linux/net_tstamp.h>
#include <roomd/moment.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define PATHS      16
#define LONG_QUEUE (UDP_BUFFER_BYTES / 3) /* a sixth of the buffer, as the kernel counts it */

static struct ev_loop *loop;
static struct udp_set *set;
static struct path paths[PATHS];
static uint8_t bytes[PATHS];
static struct outbox_entry entries[FAKE_DATAGRAMS_MAX];
static size_t count;
static unsigned writable;

static void on_datagram(void *ctx, const struct path *path, const uint8_t *data, size_t length)
{
    (void)ctx;
    (void)path;
    (void)data;
    (void)length;
}

static void on_writable(void *ctx, uint16_t door)
{
    (void)ctx;
    cr_expect_eq(door, 0);
    writable++;
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
    struct endpoint endpoint;
    uint16_t door;

    memset(&fake, 0, sizeof(fake));
    fake.buffer_bytes = UDP_BUFFER_BYTES;
    fake.now_ns = 1000 * MOMENT_NS_PER_S;
    count = 0;
    writable = 0;
    loop = ev_loop_new(EVBACKEND_EPOLL);
    cr_assert_eq(udp_set_new(loop, &sink, &set), STATUS_OK);
    cr_assert_eq(endpoint_parse("0.0.0.0:8888", &endpoint), STATUS_OK);
    cr_assert_eq(udp_open(set, &endpoint, NULL, &door), STATUS_OK);
    udp_set_start(set);
    ev_run(loop, EVRUN_NOWAIT); /* the door has started */
    for (size_t i = 0; i < PATHS; i++) {
        paths[i] = (struct path){.door = 0};
        cr_assert_eq(endpoint_parse("192.0.2.1:1000", &paths[i].peer), STATUS_OK);
        paths[i].peer.port = (uint16_t)(1000 + i);
        bytes[i] = (uint8_t)(i + 1);
    }
}

static void tear_down(void)
{
    udp_set_free(set);
    ev_loop_destroy(loop);
}

TestSuite(udp_paths, .init = set_up, .fini = tear_down);

static void add(size_t path)
{
    entries[count++] =
        (struct outbox_entry){.path = &paths[path], .bytes = &bytes[path], .length = 1};
}

/* Sends what was added, and forgets it. One letter for each result. */
static const char *send_all(void)
{
    static char results[FAKE_DATAGRAMS_MAX + 1];

    fake.taken_count = 0;
    udp_outbox_send(set, entries, count);
    for (size_t i = 0; i < count; i++)
        results[i] = "TLFP"[entries[i].result];
    results[count] = '\0';
    count = 0;
    return results;
}

static const char *send_to(size_t path, size_t datagrams)
{
    for (size_t i = 0; i < datagrams; i++)
        add(path);
    return send_all();
}

static bool is_followed(void)
{
    for (size_t i = 0; i < fake.taken_count; i++) {
        if (fake.taken[i].followed)
            return true;
    }
    return false;
}

static void pass_ms(int64_t ms)
{
    fake.now_ns += ms * MOMENT_NS_PER_MS;
}

/* Reports all messages of the last call that did not go to `stuck`. */
static void report_all_but(size_t stuck)
{
    for (size_t i = 0; i < fake.taken_count; i++) {
        bool first = i == 0 || fake.taken[i].key != fake.taken[i - 1].key;

        if (fake.taken[i].followed && first && fake.taken[i].peer.port != 1000 + stuck)
            fake_left(0, fake.taken[i].key);
    }
    ev_run(loop, EVRUN_NOWAIT);
}

/* A queue that has been long for a while: from now on datagrams are followed. */
static void let_the_queue_stand(void)
{
    fake.queued[0] = LONG_QUEUE * 2;
    send_to(PATHS - 1, 40);
    pass_ms(60);
    send_to(PATHS - 1, 40);
    report_all_but(PATHS);
    fake.queued[0] = LONG_QUEUE;
    pass_ms(1);
}

/* Eight datagrams to path 0 do not leave. */
static void clog_path_0(void)
{
    let_the_queue_stand();
    cr_assert_str_eq(send_to(0, 8), "TTTTTTTT");
    cr_assert(is_followed());
    writable = 0;
}

Test(udp_paths, nothing_is_followed_while_the_queue_is_short)
{
    for (int i = 0; i < 20; i++) {
        send_to(0, 40);
        cr_expect_not(is_followed());
        pass_ms(100);
    }
    cr_expect_eq(fake_option(0, SOL_SOCKET, SO_TIMESTAMPING), -1);
}

Test(udp_paths, nothing_is_followed_if_the_queue_is_long_for_a_moment_only)
{
    for (int i = 0; i < 20; i++) {
        fake.queued[0] = i % 2 == 0 ? LONG_QUEUE * 2 : 0;
        send_to(0, 40);
        cr_expect_not(is_followed());
        pass_ms(40);
    }
}

Test(udp_paths, datagrams_are_followed_while_the_queue_stands_and_some_seconds_more)
{
    let_the_queue_stand();
    send_to(0, 1);
    cr_expect(is_followed());
    report_all_but(PATHS);
    fake.queued[0] = 0;
    pass_ms(9000);
    send_to(0, 1);
    cr_expect(is_followed());
    report_all_but(PATHS);
    pass_ms(2000);
    send_to(0, 40);
    send_to(0, 1);
    cr_expect_not(is_followed());
}

Test(udp_paths, a_path_whose_datagrams_do_not_leave_waits_by_itself)
{
    clog_path_0();
    for (size_t i = 0; i < 4; i++)
        add(i);
    add(3);
    cr_expect_str_eq(send_all(), "PTTTT");
    report_all_but(0);
    for (int i = 0; i < 50; i++) {
        for (size_t path = 0; path < 4; path++) {
            add(path);
            add(path);
        }
        cr_expect_str_eq(send_all(), "PPTTTTTT");
        report_all_but(0);
    }
    cr_expect_eq(writable, 0);
    cr_expect_str_eq(send_to(0, 3), "PPP");
    cr_expect_eq(fake.taken_count, 0);
}

Test(udp_paths, one_that_leaves_makes_room_for_one)
{
    clog_path_0();
    cr_expect_str_eq(send_to(0, 1), "P");
    fake_left(0, fake.next_key[0] - 1); /* the message with all eight */
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(writable, 1);
    cr_expect_str_eq(send_to(0, 1), "T");
}

Test(udp_paths, a_few_answers_pass_where_others_wait)
{
    clog_path_0();
    cr_expect_str_eq(send_to(0, 1), "P");
    for (size_t i = 0; i < 9; i++) {
        add(0);
        entries[0].answer = true;
        cr_expect_str_eq(send_all(), i < 8 ? "T" : "P", "answer %zu", i);
    }
    cr_expect_str_eq(send_to(0, 1), "P");
}

Test(udp_paths, reports_come_in_any_order_and_the_latest_counts)
{
    let_the_queue_stand();
    for (size_t i = 0; i < 8; i++)
        cr_expect_str_eq(send_to(0, 1), "T");
    cr_expect_str_eq(send_to(0, 1), "P");
    fake_left(0, fake.next_key[0] - 2); /* the one before was dropped by its queue */
    fake_left(0, fake.next_key[0] - 3);
    ev_run(loop, EVRUN_NOWAIT);
    for (size_t i = 0; i < 7; i++)
        cr_expect_str_eq(send_to(0, 1), "T");
    cr_expect_str_eq(send_to(0, 1), "P");
}

Test(udp_paths, a_path_that_reports_nothing_is_let_through_while_the_queue_is_short)
{
    clog_path_0();
    pass_ms(1900);
    cr_expect_str_eq(send_to(0, 1), "P");
    pass_ms(200);
    cr_expect_str_eq(send_to(0, 20), "TTTTTTTTTTTTTTTTTTTT");
    fake.queued[0] = UDP_BUFFER_BYTES; /* half full: the others come first */
    cr_expect_str_eq(send_to(0, 1), "P");
    cr_expect_str_eq(send_to(1, 1), "T");
}

Test(udp_paths, a_waiting_path_is_told_when_it_may_send_without_any_report)
{
    clog_path_0();
    cr_expect_str_eq(send_to(0, 1), "P");
    ev_run(loop, EVRUN_ONCE);
    cr_expect_eq(writable, 0);
    pass_ms(2100);
    ev_run(loop, EVRUN_ONCE);
    cr_expect_eq(writable, 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(writable, 1, "told once");
}

Test(udp_paths, an_empty_queue_holds_nothing_whatever_was_reported)
{
    clog_path_0();
    cr_expect_str_eq(send_to(0, 1), "P");
    fake.queued[0] = 0;
    ev_run(loop, EVRUN_ONCE);
    cr_expect_eq(writable, 1);
    cr_expect_str_eq(send_to(0, 1), "T");
}

Test(udp_paths, a_path_whose_queue_is_full_waits_by_itself)
{
    add(0);
    add(1);
    add(1);
    add(2);
    fake_fail(2, ENOBUFS);
    cr_expect_str_eq(send_all(), "TPPT");
    cr_expect_str_eq(send_to(1, 1), "P");
    cr_expect_str_eq(send_to(3, 1), "T");
    cr_expect_eq(writable, 0);
    pass_ms(25);
    ev_run(loop, EVRUN_ONCE);
    cr_expect_eq(writable, 1);
    cr_expect_str_eq(send_to(1, 1), "T");
}

Test(udp_paths, numbers_that_failed_sends_have_used_up_are_found_out)
{
    fake.key_spent_by_failure = true;
    let_the_queue_stand();
    for (int i = 0; i < 5; i++) {
        fake_fail(6, ENOBUFS);
        cr_expect_str_eq(send_to(5, 1), "P");
        pass_ms(30);
    }
    cr_expect_str_eq(send_to(4, 1), "T");
    report_all_but(PATHS); /* shows it */
    cr_expect_str_eq(send_to(0, 8), "TTTTTTTT");
    cr_expect_str_eq(send_to(0, 1), "P");
    fake_left(0, fake.next_key[0] - 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_str_eq(send_to(0, 1), "T");
}

Test(udp_paths, reports_that_the_process_before_has_asked_for_are_ignored)
{
    fake_left(0, 1000);
    ev_run(loop, EVRUN_NOWAIT);
    clog_path_0();
    cr_expect_str_eq(send_to(0, 1), "P");
    fake_left(0, fake.next_key[0] - 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_str_eq(send_to(0, 1), "T");
}

Test(udp_paths, a_kernel_that_can_not_report_is_not_asked)
{
    fake.refuse_option = SO_TIMESTAMPING;
    let_the_queue_stand();
    cr_expect_str_eq(send_to(0, 9), "TTTTTTTTT");
    cr_expect_not(is_followed());
}

Test(udp_paths, a_full_door_is_full_for_waiting_paths_too)
{
    clog_path_0();
    fake_set_full(0, true);
    add(1);
    add(0);
    add(2);
    cr_expect_str_eq(send_all(), "LLL");
}

/* ---- many paths ---- */

#define MANY 10000

static struct path many[MANY];
static char many_results[MANY + 1];

static void make_many(void)
{
    for (size_t i = 0; i < MANY; i++) {
        many[i] = paths[1];
        many[i].peer.port = (uint16_t)(2000 + i);
    }
}

/* One datagram to each of them, some at a time. */
static void send_to_many(size_t number)
{
    for (size_t done = 0; done < number; done += 50) {
        for (size_t i = done; i < done + 50; i++)
            entries[count++] = (struct outbox_entry){.path = &many[i], .bytes = bytes, .length = 1};
        memcpy(many_results + done, send_all(), 50);
        pass_ms(1);
    }
}

static size_t count_results(char result, size_t number)
{
    size_t found = 0;

    for (size_t i = 0; i < number; i++)
        found += many_results[i] == result ? 1 : 0;
    return found;
}

/* All places of the table have a datagram in the queue. Returns a path that has none. */
static const struct path *fill_the_table(void)
{
    make_many();
    let_the_queue_stand();
    fake.queued[0] = UDP_BUFFER_BYTES;
    send_to_many(MANY);
    return &many[strchr(many_results + MANY - 500, 'P') - many_results];
}

Test(udp_paths, while_the_queue_is_long_nothing_is_sent_that_is_not_followed)
{
    fill_the_table();
    cr_expect_gt(count_results('T', MANY), 1000);
    cr_expect_gt(count_results('P', MANY), 1000);
    cr_expect_eq(count_results('T', MANY) + count_results('P', MANY), MANY);
    writable = 0;
    ev_run(loop, EVRUN_ONCE);
    cr_expect_eq(writable, 1, "those without a place have no other sign");
    fake.queued[0] = UDP_BUFFER_BYTES / 4;
    pass_ms(1);
    send_to_many(MANY);
    cr_expect_eq(count_results('T', MANY), MANY);
}

Test(udp_paths, a_path_without_a_place_is_told_when_one_becomes_free)
{
    const struct path *path = fill_the_table();

    ev_run(loop, EVRUN_ONCE);
    writable = 0;
    entries[count++] = (struct outbox_entry){.path = path, .bytes = bytes, .length = 1};
    cr_expect_str_eq(send_all(), "P");
    fake_left(0, fake.next_key[0] - 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(writable, 1);
}

Test(udp_paths, a_full_queue_of_a_path_without_a_place_holds_up_nobody_else)
{
    const struct path *path = fill_the_table();

    fake.queued[0] = UDP_BUFFER_BYTES / 4;
    pass_ms(1);
    bytes[1] = 200;
    entries[count++] = (struct outbox_entry){.path = path, .bytes = &bytes[1], .length = 1};
    add(2);
    fake_fail(200, ENOBUFS);
    cr_expect_str_eq(send_all(), "PT");
    writable = 0;
    ev_run(loop, EVRUN_ONCE);
    cr_expect_eq(writable, 1);
}

Test(udp_paths, more_reports_may_be_outstanding_than_are_remembered)
{
    uint32_t first;

    let_the_queue_stand();
    first = fake.next_key[0];
    for (int i = 0; i < 8; i++) {
        for (size_t path = 1; path <= 10; path++)
            cr_assert_str_eq(send_to(path, 1), "T");
        pass_ms(1);
    }
    while (fake.next_key[0] - first < 8192 + 4096 + 200) {
        for (int i = 0; i < 8; i++)
            cr_assert_str_eq(send_to(11, 1), "T");
        fake_left(0, fake.next_key[0] - 1);
        ev_run(loop, EVRUN_NOWAIT);
        pass_ms(1);
    }
    for (uint32_t key = first; key < first + 80; key++)
        fake_left(0, key);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_str_eq(send_to(0, 8), "TTTTTTTT");
    cr_expect_str_eq(send_to(0, 1), "P");
    writable = 0;
    fake_left(0, fake.next_key[0] - 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_eq(writable, 1);
    cr_expect_str_eq(send_to(0, 1), "T");
}

Test(udp_paths, paths_that_wait_are_known_and_counted)
{
    struct udp_stats stats;

    clog_path_0();
    cr_expect_not(udp_outbox_waits(set, &paths[0]));
    cr_expect_str_eq(send_to(0, 1), "P");
    cr_expect_str_eq(send_to(0, 1), "P");
    cr_expect(udp_outbox_waits(set, &paths[0]));
    cr_expect_not(udp_outbox_waits(set, &paths[1]));
    udp_stats(set, &stats);
    cr_expect_eq(stats.paths_waiting, 1);
    cr_expect_eq(stats.paths_put_off, 1);
    fake_left(0, fake.next_key[0] - 1);
    ev_run(loop, EVRUN_NOWAIT);
    cr_expect_not(udp_outbox_waits(set, &paths[0]));
    udp_stats(set, &stats);
    cr_expect_eq(stats.paths_waiting, 0);
    cr_expect_eq(stats.paths_put_off, 1);
}

Test(udp_paths, only_some_of_many_paths_are_followed_at_once)
{
    size_t followed = 0;

    make_many();
    let_the_queue_stand();
    for (size_t i = 0; i < 200; i++)
        entries[count++] = (struct outbox_entry){.path = &many[i], .bytes = bytes, .length = 1};
    send_all();
    for (size_t i = 0; i < fake.taken_count; i++)
        followed += fake.taken[i].followed ? 1 : 0;
    cr_expect_eq(fake.taken_count, 200);
    cr_expect_gt(followed, 0);
    cr_expect_leq(followed, 64);
}
