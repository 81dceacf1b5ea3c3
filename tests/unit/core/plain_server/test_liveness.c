/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/suspects.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;

static void open_stage(void)
{
    stage_open(&stage);
    stage.config.limits.probe_interval_s = 60;
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, BOB, "bob");
    stage_join(&stage, ALICE, "alice");
    fake_outbox_clear(&stage.outbox);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(liveness, .init = open_stage, .fini = close_stage);

static void later_ms(int64_t milliseconds)
{
    stage.now.mono_ns += milliseconds * MOMENT_NS_PER_MS;
    room_tick(stage.room, &stage.now);
    stage_sweep(&stage);
}

static void unreachable(uint16_t port)
{
    struct path path = stage_path(port, 0);

    stage_unreachable(&stage, &path, "");
    stage_sweep(&stage);
}

static void expect_gone(bool gone)
{
    cr_expect_eq(room_members(stage.room), gone ? 1 : 2);
    cr_expect_eq(stage.happened[EVENT_EXIT], gone ? 1 : 0);
}

Test(liveness, one_error_is_only_a_hint)
{
    unreachable(ALICE);
    for (int i = 0; i < 100; i++)
        unreachable(ALICE);
    expect_gone(false);
}

Test(liveness, a_suspect_is_probed_and_after_three_errors_it_has_left)
{
    unreachable(ALICE);
    later_ms(2050);
    cr_expect(stage_heard(&stage, ALICE, 0, ""), "an empty datagram");
    unreachable(ALICE);
    expect_gone(false);
    later_ms(2050);
    cr_expect(stage_heard(&stage, ALICE, 1, ""));
    unreachable(ALICE);
    expect_gone(true);
    cr_expect(stage_heard(&stage, BOB, 0, "alice 退出了聊天室"));
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1, "nobody else was probed");
}

Test(liveness, errors_less_than_two_seconds_apart_count_once)
{
    unreachable(ALICE);
    for (int i = 0; i < 19; i++) {
        stage.now.mono_ns += 100 * MOMENT_NS_PER_MS;
        unreachable(ALICE);
    }
    stage.now.mono_ns += 100 * MOMENT_NS_PER_MS;
    unreachable(ALICE);
    expect_gone(false);
    stage.now.mono_ns += 2000 * MOMENT_NS_PER_MS;
    unreachable(ALICE);
    expect_gone(true);
}

Test(liveness, whatever_is_heard_in_between_clears_it)
{
    const char *const datagrams[] = {"C alice hm", "L alice", "C alice", "C bob not my name"};

    for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++) {
        unreachable(ALICE);
        later_ms(2050);
        unreachable(ALICE);
        stage_send(&stage, ALICE, datagrams[i]);
        later_ms(2050);
        unreachable(ALICE);
        expect_gone(false);
        stage_send(&stage, ALICE, datagrams[i]);
    }
}

Test(liveness, a_suspicion_that_nothing_confirms_is_dropped)
{
    struct room_stats stats;

    unreachable(ALICE);
    for (int i = 0; i < 20; i++)
        later_ms(2050);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.probes, 8);
    expect_gone(false);
}

Test(liveness, an_error_of_a_stranger_or_by_another_door_is_nothing)
{
    struct path path = stage_path(ALICE, 0);

    for (int i = 0; i < 5; i++) {
        unreachable(4000);
        path.door = 1;
        stage_unreachable(&stage, &path, "");
        later_ms(2050);
    }
    expect_gone(false);
}

Test(liveness, an_error_from_another_host_is_nothing)
{
    struct path path = stage_path(ALICE, 0);
    struct unreachable error = {.peer = &path.peer, .quoted = ""};

    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, error.offender);
    for (int i = 0; i < 5; i++) {
        room_unreachable(stage.room, &stage.now, &error);
        later_ms(2050);
    }
    expect_gone(false);
}

Test(liveness, a_suspect_may_leave_by_itself)
{
    unreachable(ALICE);
    stage_send(&stage, ALICE, "E alice");
    later_ms(2050);
    unreachable(ALICE);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(liveness, more_members_than_can_be_suspected_are_removed_in_turns)
{
    uint32_t left;

    for (unsigned i = 0; i < SUSPECTS_MAX + 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    for (int round = 0; round < 6; round++) {
        for (unsigned i = 0; i < SUSPECTS_MAX + 100; i++)
            unreachable((uint16_t)(2000 + i));
        later_ms(2050);
    }
    left = room_members(stage.room);
    cr_expect_eq(left, 2, "%u are left", (unsigned)left);
}

/* ---- a quiet room ---- */

Test(liveness, members_neither_sent_to_nor_heard_are_probed)
{
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 60 * MOMENT_NS_PER_S);
    later_ms(59999);
    cr_expect_eq(stage.outbox.count, 0);
    later_ms(1);
    cr_expect(stage_heard(&stage, ALICE, 0, ""));
    cr_expect(stage_heard(&stage, BOB, 0, ""));
    later_ms(59999);
    cr_expect_eq(stage.outbox.count, 2);
    later_ms(1);
    cr_expect_eq(stage.outbox.count, 4);
}

Test(liveness, a_member_that_was_heard_is_not_probed)
{
    later_ms(30000);
    stage_send(&stage, ALICE, "C alice ");
    later_ms(30000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
}

Test(liveness, an_event_puts_the_probes_off)
{
    later_ms(59999);
    stage_send(&stage, ALICE, "C alice hi");
    later_ms(30000);
    cr_expect_eq(stage.outbox.count, 1);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + 30 * MOMENT_NS_PER_S);
}

Test(liveness, a_large_room_is_probed_in_pieces_each_once)
{
    for (unsigned i = 0; i < 300; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    room_release(stage.room, &stage.now); /* in a room of this size joins are held back */
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    later_ms(60000);
    cr_expect_leq(stage.outbox.count, 64);
    cr_expect_leq(room_next_tick(stage.room), stage.now.mono_ns);
    for (int i = 0; i < 10; i++)
        later_ms(0);
    cr_expect_eq(stage.outbox.count, 302);
    for (uint16_t port = 2000; port < 2300; port++)
        cr_expect_eq(fake_outbox_count_to(&stage.outbox, port), 1);
}

Test(liveness, without_an_interval_nobody_is_probed)
{
    struct room_limits limits = stage.config.limits;

    limits.probe_interval_s = 0;
    limits.idle_timeout_s = 0;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_expect_eq(room_next_tick(stage.room), MOMENT_NEVER_NS);
    later_ms(1000000);
    cr_expect_eq(stage.outbox.count, 0);
}
