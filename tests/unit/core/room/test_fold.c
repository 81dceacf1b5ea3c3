/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * In a large room joins and exits are held back; a message is not, and releases the events before
 * it.
 */
#include "core/room/fold.h"
#include "core/room/room_state.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define FIRST   2000
#define MEMBERS FOLD_MIN_MEMBERS
#define VISITOR 1001

static struct stage stage;

static void join(uint16_t port)
{
    char text[32];

    snprintf(text, sizeof(text), "L u%u", (unsigned)port);
    stage_send(&stage, port, text);
}

static void pass_ms(int64_t ms)
{
    stage.now.mono_ns += ms * MOMENT_NS_PER_MS;
    if (room_next_tick(stage.room) <= stage.now.mono_ns)
        room_tick(stage.room, &stage.now);
}

/* A large room in which everything has been delivered. */
static void open_stage(void)
{
    stage_new(&stage);
    for (uint16_t i = 0; i < MEMBERS; i++)
        join((uint16_t)(FIRST + i));
    stage_sweep(&stage);
    pass_ms(1000);
    stage_sweep(&stage);
    pass_ms(1000);
    fake_outbox_clear(&stage.outbox);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(fold, .init = open_stage, .fini = close_stage);

/* One join is released at once; those after it meet the pause. */
static void begin_pause(void)
{
    join(VISITOR);
    cr_assert_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_assert(stage_heard(&stage, VISITOR, 0, "OK"));
    cr_assert(stage_heard(&stage, FIRST, 0, "u1001 进入了聊天室"));
    fake_outbox_clear(&stage.outbox);
}

Test(fold, a_join_in_a_quiet_room_is_told_at_once)
{
    begin_pause();
    cr_expect_eq(room_next_tick(stage.room) - stage.now.mono_ns > FOLD_PAUSE_NS, 1,
                 "nothing waits");
}

Test(fold, those_that_come_in_the_pause_are_told_together_when_it_ends)
{
    struct room_stats stats;

    begin_pause();
    for (uint16_t i = 1; i <= 40; i++)
        join((uint16_t)(VISITOR + i));
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 0, "not even their accepts, which go out with the rest");
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.appended - stats.released, 40);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + FOLD_PAUSE_NS);
    pass_ms(19);
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 0);
    pass_ms(1);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, FIRST), 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VISITOR), 1);
    cr_expect(stage_heard(&stage, VISITOR + 1, 0, "OK"));
    cr_expect(stage_heard(&stage, VISITOR + 40, 0, "OK"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, VISITOR + 40), 1,
                 "it came last, and is owed no join");
}

Test(fold, a_message_does_not_wait_and_comes_after_what_was_before_it)
{
    begin_pause();
    join(VISITOR + 1);
    stage_send(&stage, VISITOR + 1, "C u1002 hello");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, FIRST, 0, "u1002 进入了聊天室"));
    cr_expect(stage_heard(&stage, FIRST, 1, "u1002 ： hello"));
    cr_expect(stage_heard(&stage, VISITOR + 1, 0, "OK"));
}

Test(fold, a_notice_does_not_wait)
{
    uint32_t members;

    begin_pause();
    stage_send(&stage, VISITOR, "E u1001");
    cr_expect_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), 0);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, FIRST, 0, "u1001 退出了聊天室"));
    cr_expect(stage_heard(&stage, FIRST, 1, "管理员消息: tea"));
}

Test(fold, a_visitor_that_joins_and_leaves_in_the_pause_is_answered_twice)
{
    begin_pause();
    join(VISITOR + 1);
    stage_send(&stage, VISITOR + 1, "E u1002");
    cr_expect(stage_heard(&stage, VISITOR + 1, 0, "OK"));
    cr_expect(stage_heard(&stage, VISITOR + 1, 1, "EXIT"));
    stage_sweep(&stage);
    pass_ms(20);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, FIRST, 0, "u1002 进入了聊天室"));
    cr_expect(stage_heard(&stage, FIRST, 1, "u1002 退出了聊天室"));
}

Test(fold, a_round_that_took_long_is_followed_by_a_pause_as_long)
{
    join(VISITOR);
    cr_assert_eq(room_sweep(stage.room, &stage.now, 10), SWEEP_MORE);
    join(VISITOR + 1);
    pass_ms(90);
    cr_assert_eq(room_sweep(stage.room, &stage.now, 10), SWEEP_MORE);
    pass_ms(10);
    stage_sweep(&stage); /* the round ends, 100 ms after it began */
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, FIRST), 1,
                 "what came in the round is no part of it");
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 100 * MOMENT_NS_PER_MS);
    join(VISITOR + 2);
    pass_ms(100);
    cr_assert_eq(room_sweep(stage.room, &stage.now, 10), SWEEP_MORE);
    pass_ms(60000); /* the machine slept */
    stage_sweep(&stage);
    join(VISITOR + 3);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + FOLD_PAUSE_MAX_NS);
}

Test(fold, a_door_that_is_full_keeps_nobody_else_waiting)
{
    begin_pause();
    stage.outbox.full_doors = 2;
    struct path slow = stage_path(1900, 1);
    stage_send_bytes(&stage, &slow, "L slow", 6);
    pass_ms(20);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    join(VISITOR + 1);
    pass_ms(20);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    cr_expect(stage_heard(&stage, VISITOR + 1, 0, "OK"));
    cr_expect(stage_heard(&stage, FIRST, 1, "u1002 进入了聊天室"));
}

Test(fold, in_a_smaller_room_nothing_waits)
{
    begin_pause();
    for (uint16_t i = 0; i < 10; i++) {
        char text[32];

        snprintf(text, sizeof(text), "E u%u", (unsigned)(FIRST + i));
        stage_send(&stage, (uint16_t)(FIRST + i), text);
    }
    pass_ms(20);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    join(VISITOR + 1);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, VISITOR, 0, "u1002 进入了聊天室"));
}

Test(fold, what_waits_gives_way_where_the_ring_is_full)
{
    struct room_stats stats;

    begin_pause();
    for (unsigned i = 0; i < 9000; i++)
        stage_send(&stage, 1900, i % 2 == 0 ? "L guest" : "L ghost"); /* renames: two events each */
    room_stats(stage.room, &stats);
    cr_expect_gt(stats.appended, 17000);
    cr_expect_eq(stage.refused[REFUSED_NO_MEMORY], 0);
}

Test(fold, nothing_is_held_back_when_the_room_closes)
{
    begin_pause();
    join(VISITOR + 1);
    room_release(stage.room, &stage.now);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, VISITOR + 1, 0, "OK"));
}

/* ---- messages ---- */

static bool is_told(const char *text)
{
    char request[64], line[64];
    bool told;

    snprintf(request, sizeof(request), "C u%u %s", (unsigned)FIRST, text);
    snprintf(line, sizeof(line), "u%u ： %s", (unsigned)FIRST, text);
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, FIRST, request);
    stage_sweep(&stage);
    told = stage_heard(&stage, FIRST + 1, 0, line);
    return told;
}

static void be_lossy(uint32_t round_trip_us)
{
    stage.room->sessions->round_trip_us = round_trip_us;
    loss_note(&stage.room->sessions->loss, stage.now.mono_ns, 1, 1);
}

Test(fold, far_away_and_with_losses_messages_of_ten_milliseconds_are_told_together)
{
    be_lossy(100000);
    cr_expect(is_told("one"), "after a quiet at once");
    cr_expect_not(is_told("two"));
    cr_expect_not(is_told("three"));
    pass_ms(9);
    stage_sweep(&stage);
    cr_expect_eq(stage.outbox.count, 0);
    pass_ms(1);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, FIRST + 1), 2);
    cr_expect(stage_heard(&stage, FIRST + 1, 1, "u2000 ： three"));
    pass_ms(10);
    cr_expect(is_told("four"));
}

Test(fold, without_losses_or_nearby_messages_are_told_at_once)
{
    stage.room->sessions->round_trip_us = 100000;
    cr_expect(is_told("one"));
    cr_expect(is_told("two"));
    be_lossy(9999);
    cr_expect(is_told("three"));
    cr_expect(is_told("four"));
    stage.room->sessions->round_trip_us = 50000;
    cr_expect_not(is_told("five"));
    pass_ms(5);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, FIRST + 1), 1, "a tenth of 50 ms later");
}
