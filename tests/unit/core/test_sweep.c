/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct stage stage;

static void open_stage(void)
{
    stage_new(&stage);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(delivery, .init = open_stage, .fini = close_stage);

static void join_many(uint16_t first, unsigned count)
{
    char name[32];

    for (unsigned i = 0; i < count; i++) {
        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(first + i), name);
    }
    fake_outbox_clear(&stage.outbox);
}

static void say(uint16_t port, unsigned member, unsigned number)
{
    char request[64];

    snprintf(request, sizeof(request), "C m%u #%u", member, number);
    stage_send(&stage, port, request);
}

/* Lets the socket take `count` more datagrams. */
static void let_through(size_t count)
{
    stage.outbox.take = count;
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    room_door_writable(stage.room, 1);
}

/*
 * Checks that the numbers of the "#n" lines sent to this port rise by one from `first` to `last`.
 */
static void expect_numbers(uint16_t port, unsigned first, unsigned last)
{
    unsigned expected = first;

    for (size_t n = 0; n < fake_outbox_count_to(&stage.outbox, port); n++) {
        const struct fake_datagram *datagram = fake_outbox_to(&stage.outbox, port, n);
        char text[1101];
        char *mark;

        memcpy(text, datagram->bytes, datagram->length);
        text[datagram->length] = '\0';
        for (mark = strchr(text, '#'); mark != NULL; mark = strchr(mark + 1, '#')) {
            cr_expect_eq((unsigned)atoi(mark + 1), expected, "%u expected #%u, got %s",
                         (unsigned)port, expected, mark);
            expected++;
        }
    }
    cr_expect_eq(expected, last + 1, "%u was sent #%u to #%u", (unsigned)port, first, expected - 1);
}

Test(delivery, a_stuttering_outbox_loses_and_repeats_nothing)
{
    for (size_t step = 1; step <= 20; step++) {
        close_stage();
        open_stage();
        join_many(1000, 7);
        for (unsigned number = 1; number <= 30; number++) {
            say(1000, 0, number);
            let_through(step);
            stage_sweep(&stage);
        }
        let_through(SIZE_MAX);
        cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
        cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1000), 0);
        for (uint16_t port = 1001; port < 1007; port++)
            expect_numbers(port, 1, 30);
    }
}

/* `leaver` leaves after the socket has taken `taken` of the datagrams of two messages. */
static void leave_within_a_sweep(unsigned leaver, size_t taken)
{
    char request[32];

    join_many(1000, 5);
    say(1000, 0, 1);
    say(1000, 0, 2);
    let_through(taken);
    stage_sweep(&stage);
    let_through(0);
    snprintf(request, sizeof(request), "E m%u", leaver);
    stage_send(&stage, (uint16_t)(1000 + leaver), request);
    let_through(SIZE_MAX);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    for (uint16_t port = 1001; port < 1005; port++) {
        if (port != 1000 + leaver)
            expect_numbers(port, 1, 2);
    }
}

Test(delivery, a_member_may_leave_at_every_point_of_a_sweep)
{
    for (unsigned leaver = 0; leaver < 5; leaver++) {
        for (size_t taken = 0; taken <= 9; taken++) {
            close_stage();
            open_stage();
            leave_within_a_sweep(leaver, taken);
        }
    }
}

/*
 * Every member counts what it must have been sent since it joined; exits, joins and a stuttering
 * socket happen at random.
 */
static void random_life(unsigned seed)
{
    unsigned joined_at[6] = {0}, number = 0;
    bool in[6] = {false};

    srand(seed);
    stage_join(&stage, 1000, "m0");
    for (int step = 0; step < 300; step++) {
        unsigned who = 1 + (unsigned)rand() % 5;
        uint16_t port = (uint16_t)(1000 + who);
        char request[32];

        switch (rand() % 4) {
        case 0:
            snprintf(request, sizeof(request), "%s m%u", in[who] ? "E" : "L", who);
            stage_send(&stage, port, request);
            if (in[who]) { /* the events that it was still owed need not be sent */
                let_through(SIZE_MAX);
                stage_sweep(&stage);
                fake_outbox_clear(&stage.outbox);
                for (unsigned i = 1; i < 6; i++)
                    joined_at[i] = number;
            } else {
                joined_at[who] = number;
            }
            in[who] = !in[who];
            break;
        case 1:
            say(1000, 0, ++number);
            break;
        default:
            let_through((size_t)rand() % 6);
            room_sweep(stage.room, &stage.now, (size_t)rand() % 9 + 1);
        }
    }
    let_through(SIZE_MAX);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    for (unsigned who = 1; who < 6; who++) {
        if (in[who])
            expect_numbers((uint16_t)(1000 + who), joined_at[who] + 1, number);
    }
}

Test(delivery, members_come_and_go_under_a_stuttering_outbox)
{
    for (unsigned seed = 1; seed <= 200; seed++) {
        close_stage();
        open_stage();
        random_life(seed);
    }
}

Test(delivery, a_sweep_keeps_to_its_budget_and_goes_on_where_it_stopped)
{
    join_many(1000, 100);
    say(1000, 0, 1);
    for (int i = 0; i < 9; i++) {
        cr_expect_eq(room_sweep(stage.room, &stage.now, 10), SWEEP_MORE);
        cr_expect_leq(stage.outbox.count, (size_t)(i + 1) * 18);
    }
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    for (uint16_t port = 1001; port < 1100; port++)
        cr_expect_eq(fake_outbox_count_to(&stage.outbox, port), 1);
}

Test(delivery, a_full_door_keeps_nobody_waiting_at_another)
{
    struct path path = stage_path(2000, 1);

    join_many(1000, 3);
    stage_send_bytes(&stage, &path, "L other", 7);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    stage.outbox.full_doors = 1;
    say(1000, 0, 1);
    say(1000, 0, 2);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    expect_numbers(2000, 1, 2);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001), 0);
    let_through(SIZE_MAX);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    expect_numbers(1001, 1, 2);
    expect_numbers(1002, 1, 2);
    expect_numbers(2000, 1, 2);
}

Test(delivery, a_blocked_door_is_not_offered_anything)
{
    size_t calls;

    join_many(1000, 50);
    stage.outbox.take = 0;
    say(1000, 0, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    calls = stage.outbox.calls;
    say(1000, 0, 2);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    cr_expect_eq(stage.outbox.calls, calls);
}

static void notice_number(unsigned number)
{
    char text[16];
    uint32_t members;

    snprintf(text, sizeof(text), "#%u", number);
    cr_assert_eq(room_notice(stage.room, &stage.now, text, strlen(text), &members), 0);
}

/*
 * The first member of the sweep is 1000 or 2000; bundles 64 notices apart use the same place in the
 * cache.
 */
static void be_held_up_by_a_shared_place(uint16_t first, uint16_t second)
{
    const uint16_t ports[] = {first, second};

    stage.dialects[1] = stage.dialects[0];
    stage_reconfigure(&stage);
    for (int i = 0; i < 2; i++) {
        struct path path = stage_path(ports[i], ports[i] == 1000 ? 0 : 1);

        stage_send_bytes(&stage, &path, ports[i] == 1000 ? "L a" : "L b", 3);
        stage_sweep(&stage);
    }
    fake_outbox_clear(&stage.outbox);
    stage.outbox.full_doors = 1;
    for (unsigned number = 1; number <= 64; number++)
        notice_number(number);
    stage_sweep(&stage);
    stage.outbox.full_doors = 3;
    notice_number(65);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    expect_numbers(2000, 1, 64);
    /* Both doors are retried, but only door 1 has room. */
    stage.outbox.full_doors = 1;
    room_door_writable(stage.room, 0);
    room_door_writable(stage.room, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    expect_numbers(2000, 1, 65);
}

Test(delivery, a_full_door_holds_nobody_up_by_what_was_rendered_for_it)
{
    be_held_up_by_a_shared_place(1000, 2000);
    close_stage();
    open_stage();
    be_held_up_by_a_shared_place(2000, 1000);
}

Test(delivery, one_that_cannot_be_sent_to_keeps_nobody_else_waiting)
{
    struct room_stats stats;

    join_many(1000, 4);
    stage.outbox.failing_port = 1002;
    say(1000, 0, 1);
    say(1000, 0, 2);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    expect_numbers(1001, 1, 2);
    expect_numbers(1003, 1, 2);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.undelivered, 2);
    cr_expect_eq(stage.undelivered, 2);
}

Test(delivery, a_message_to_many_is_rendered_once_and_offered_in_one_call)
{
    size_t calls;

    join_many(1000, 64);
    calls = stage.outbox.calls;
    say(1000, 0, 1);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_eq(stage.outbox.count, 63);
    cr_expect_eq(stage.outbox.calls - calls, 1);
    for (size_t i = 1; i < stage.outbox.count; i++)
        cr_expect_eq(stage.outbox.sent[i].source, stage.outbox.sent[0].source,
                     "the same bytes for all");
}

Test(delivery, lines_share_a_datagram_up_to_max_lines)
{
    stage.dialects[0].max_lines = 4;
    stage_reconfigure(&stage);
    join_many(1000, 3);
    for (unsigned number = 1; number <= 10; number++)
        say(1000, 0, number);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001), 3);
    cr_expect(stage_heard(&stage, 1001, 0, "m0 ： #1\nm0 ： #2\nm0 ： #3\nm0 ： #4"));
    cr_expect(stage_heard(&stage, 1001, 2, "m0 ： #9\nm0 ： #10"));
    expect_numbers(1002, 1, 10);
}

Test(delivery, a_bundle_ends_before_ones_own_message)
{
    stage.dialects[0].max_lines = 16;
    stage_reconfigure(&stage);
    join_many(1000, 3);
    say(1000, 0, 1);
    say(1001, 1, 2);
    say(1000, 0, 3);
    say(1000, 0, 4);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, 1002, 0, "m0 ： #1\nm1 ： #2\nm0 ： #3\nm0 ： #4"));
    cr_expect(stage_heard(&stage, 1001, 0, "m0 ： #1"));
    cr_expect(stage_heard(&stage, 1001, 1, "m0 ： #3\nm0 ： #4"));
    cr_expect(stage_heard(&stage, 1000, 0, "m1 ： #2"));
    cr_expect_eq(stage.outbox.count, 4);
}

Test(delivery, no_bundle_exceeds_1024_bytes)
{
    char request[1000] = "C m0 ";

    stage.dialects[0].max_lines = 64;
    stage_reconfigure(&stage);
    join_many(1000, 2);
    memset(request + 5, 'x', sizeof(request) - 5);
    request[305] = '\0';
    for (int i = 0; i < 10; i++)
        stage_send(&stage, 1000, request);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1001), 4, "three lines of 307 bytes fit");
    for (size_t i = 0; i < stage.outbox.count; i++)
        cr_expect_leq(stage.outbox.sent[i].length, PLAIN_LINE_MAX_BYTES);
}

Test(delivery, many_joins_at_once_are_folded_and_ones_own_is_not_told)
{
    char request[32];

    stage.dialects[0].fold_joins = 3;
    stage_reconfigure(&stage);
    stage_join(&stage, 900, "old");
    for (unsigned i = 0; i < 5; i++) {
        snprintf(request, sizeof(request), "L m%u", i);
        stage_send(&stage, (uint16_t)(1000 + i), request);
    }
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, 900, 0, "5 人进入了聊天室: m0, m1, m2, m3, m4"));
    cr_expect(stage_heard(&stage, 1000, 0, "OK"));
    cr_expect(stage_heard(&stage, 1000, 1, "4 人进入了聊天室: m1, m2, m3, m4"));
    cr_expect(stage_heard(&stage, 1002, 1, "m3 进入了聊天室"));
    cr_expect(stage_heard(&stage, 1002, 2, "m4 进入了聊天室"));
    cr_expect(stage_heard(&stage, 1004, 0, "OK"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1004), 1);
}

Test(delivery, ones_own_rename_inside_a_run_of_exits_is_not_folded_over)
{
    stage.dialects[0].fold_joins = 2;
    stage_reconfigure(&stage);
    join_many(1000, 5);
    stage.outbox.take = 0;
    stage_send(&stage, 1001, "E m1");
    stage_send(&stage, 1002, "E m2");
    stage_send(&stage, 1003, "L new"); /* exit of m3, join of new */
    let_through(SIZE_MAX);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, 1004, 0, "3 人退出了聊天室: m1, m2, m3"));
    cr_expect(stage_heard(&stage, 1004, 1, "new 进入了聊天室"));
    cr_expect(stage_heard(&stage, 1003, 0, "OK"));
    cr_expect(stage_heard(&stage, 1003, 1, "m1 退出了聊天室"));
    cr_expect(stage_heard(&stage, 1003, 2, "m2 退出了聊天室"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1003), 3);
}

Test(delivery, a_member_whose_events_left_the_ring_is_told_how_many_it_missed)
{
    struct room_stats stats;
    char request[910] = "C m0 ";

    join_many(1000, 2);
    stage.outbox.take = 0;
    memset(request + 5, 'x', sizeof(request) - 5);
    request[905] = '\0';
    for (int i = 0; i < 1000; i++)
        stage_send(&stage, 1000, request);
    let_through(SIZE_MAX);
    stage_sweep(&stage);
    room_stats(stage.room, &stats);
    cr_expect_gt(stats.events_missed, 500);
    cr_expect_eq(stats.events_missed + fake_outbox_count_to(&stage.outbox, 1001) - 1, 1000);
    snprintf(request, sizeof(request), "您错过了 %u 条消息", (unsigned)stats.events_missed);
    cr_expect(stage_heard(&stage, 1001, 0, request));
}

Test(delivery, a_member_far_behind_shares_the_sweep_with_the_others)
{
    size_t first_of_other = 0;

    join_many(1000, 3);
    for (unsigned number = 1; number <= 100; number++)
        say(1000, 0, number);
    stage_sweep(&stage);
    while (stage.outbox.sent[first_of_other].path.peer.port !=
           stage.outbox.sent[stage.outbox.count - 1].path.peer.port)
        first_of_other++;
    cr_expect_leq(first_of_other, 8);
    expect_numbers(1001, 1, 100);
    expect_numbers(1002, 1, 100);
}

Test(delivery, a_prefix_stands_before_each_of_the_lines_of_a_datagram)
{
    char why[DIALECT_WHY_BYTES];

    stage.dialects[0].max_lines = 4;
    cr_assert_eq(dialect_set(&stage.dialects[0], DIALECT_PREFIX, "\n", why), 0);
    stage_reconfigure(&stage);
    join_many(1000, 3);
    say(1000, 0, 1);
    say(1001, 1, 2);
    say(1000, 0, 3);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, 1002, 0, "\nm0 ： #1\n\nm1 ： #2\n\nm0 ： #3"));
    cr_expect(stage_heard(&stage, 1001, 0, "\nm0 ： #1"));
    cr_expect(stage_heard(&stage, 1001, 1, "\nm0 ： #3"));
}

Test(delivery, each_of_many_accepts_in_a_batch_has_its_own_name)
{
    char why[DIALECT_WHY_BYTES], request[32], expected[32];

    cr_assert_eq(dialect_set(&stage.dialects[0], DIALECT_ACCEPT, "L {name} ok", why), 0);
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(request, sizeof(request), "L m%u%s", i, i % 2 == 0 ? "" : "\n");
        stage_send(&stage, (uint16_t)(1000 + i), request);
    }
    stage_sweep(&stage);
    for (unsigned i = 0; i < 200; i++) {
        snprintf(expected, sizeof(expected), "L m%u ok%s", i, i % 2 == 0 ? "" : "\n");
        cr_expect(stage_heard(&stage, (uint16_t)(1000 + i), 0, expected), "%s", expected);
    }
}
