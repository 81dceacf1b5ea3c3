/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Overload is growth for seconds, of more than is delivered in one. It is reported twice: when it
 * begins and when it ends.
 */
#include "core/room/overload.h"
#include "support/stage.h"

#include "core/model/transcript.h"
#include <criterion/criterion.h>
#include <stdio.h>

#define MEMBERS 100U
#define FIRST   2000U
#define TELLER  1001U

static struct stage stage;

static void open_stage(void)
{
    char name[32];

    stage_open(&stage);
    stage.setup.ring_bytes = 16U << 20;
    stage_start(&stage);
    for (uint16_t i = 0; i < MEMBERS; i++) {
        snprintf(name, sizeof(name), "u%u", (unsigned)i);
        stage_join(&stage, (uint16_t)(FIRST + i), name);
    }
    stage_join(&stage, TELLER, "teller");
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(overload, .init = open_stage, .fini = close_stage);

/* A second in which the teller says so many messages, and at most so many datagrams are sent. */
static enum sweep_result pass_second(unsigned messages, size_t datagrams)
{
    enum sweep_result result;

    for (unsigned i = 0; i < messages; i++)
        stage_send(&stage, TELLER, "C teller hello");
    result = room_sweep(stage.room, &stage.now, datagrams);
    fake_outbox_clear(&stage.outbox);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    if (room_next_tick(stage.room) <= stage.now.mono_ns)
        room_tick(stage.room, &stage.now);
    return result;
}

static struct room_stats stats(void)
{
    struct room_stats counted;

    room_stats(stage.room, &counted);
    return counted;
}

static int64_t idle_due(void)
{
    return stage.now.mono_ns + 10000 * MOMENT_NS_PER_S;
}

Test(overload, a_room_that_keeps_up_is_never_sampled)
{
    cr_assert_gt(room_next_tick(stage.room), idle_due());
    for (unsigned i = 0; i < 20; i++) {
        cr_assert_eq(pass_second(10, 100000), SWEEP_DONE);
        cr_expect_gt(room_next_tick(stage.room), idle_due(), "nobody is behind, so nothing is due");
    }
    cr_expect_eq(stage.overloads, 0);
    cr_expect_eq(stats().deliveries_owed, 0);
    cr_expect_not(stats().overloaded);
}

Test(overload, while_a_member_lags_it_samples_once_a_second)
{
    cr_assert_eq(room_sweep(stage.room, &stage.now, 64), SWEEP_DONE);
    stage_send(&stage, TELLER, "C teller hello");
    cr_assert_eq(room_sweep(stage.room, &stage.now, 10), SWEEP_MORE);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + OVERLOAD_INTERVAL_NS);
    stage.now.mono_ns += OVERLOAD_INTERVAL_NS / 2;
    cr_assert_eq(room_sweep(stage.room, &stage.now, 10), SWEEP_MORE);
    cr_expect_eq(room_next_tick(stage.room), stage.now.mono_ns + OVERLOAD_INTERVAL_NS / 2);
    cr_assert_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_gt(room_next_tick(stage.room), idle_due());
}

Test(overload, deliveries_owed_are_counted_member_by_member)
{
    uint64_t before = stats().events_delivered;

    for (unsigned i = 0; i < 3; i++)
        stage_send(&stage, TELLER, "C teller hello");
    cr_expect_eq(stats().deliveries_owed, 3 * MEMBERS, "an author is not owed what it said");
    room_sweep(stage.room, &stage.now, 64);
    cr_expect_eq(stats().deliveries_owed, 3 * MEMBERS - (stats().events_delivered - before));
    cr_expect_gt(stats().events_delivered, before);
    stage_sweep(&stage);
    cr_expect_eq(stats().deliveries_owed, 0);
}

Test(overload, five_seconds_of_growth_are_told_once_with_the_figures)
{
    for (unsigned i = 0; i < OVERLOAD_SAMPLES; i++) {
        cr_expect_eq(stage.overloads, 0, "second %u", i);
        cr_assert_eq(pass_second(100, 640), SWEEP_MORE);
    }
    cr_assert_eq(stage.overloads, 1);
    cr_expect(stage.overload.active);
    cr_expect_eq(stage.overload.owed, stats().deliveries_owed);
    cr_expect_eq(stage.overload.peak, stats().deliveries_owed);
    cr_expect_eq(stage.overload.lasted_ns, 0);
    cr_expect(stage.overload.per_second >= 640 && stage.overload.per_second < 1000, "%llu",
              (unsigned long long)stage.overload.per_second);
    cr_expect(stats().overloaded);
    for (unsigned i = 0; i < 10; i++)
        pass_second(100, 640);
    cr_expect_eq(stage.overloads, 1);
}

Test(overload, it_ends_when_nobody_is_behind)
{
    uint64_t most;

    for (unsigned i = 0; i < 10; i++)
        pass_second(100, 640);
    most = stats().deliveries_owed;
    cr_assert_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_eq(stage.overloads, 2);
    cr_expect_not(stage.overload.active);
    cr_expect_eq(stage.overload.peak, most);
    cr_expect_eq(stage.overload.lasted_ns, 5 * MOMENT_NS_PER_S);
    cr_expect_not(stats().overloaded);
    cr_expect_gt(room_next_tick(stage.room), idle_due());
}

Test(overload, it_ends_when_what_is_owed_leaves_in_half_a_second)
{
    for (unsigned i = 0; i < 5; i++)
        pass_second(100, 640);
    cr_assert_eq(stage.overloads, 1);
    while (stats().deliveries_owed > 3000)
        pass_second(0, 6400);
    cr_assert_gt(stats().deliveries_owed, 0);
    for (unsigned i = 0; i < 3 && stage.overload.active; i++)
        cr_assert_eq(pass_second(70, 6400), SWEEP_MORE);
    cr_expect_eq(stage.overloads, 2);
    cr_expect_not(stage.overload.active);
    cr_expect_gt(stats().behind, 0, "somebody is behind all the time");
}

Test(overload, a_burst_that_is_worked_off_is_no_overload)
{
    cr_assert_eq(pass_second(500, 640), SWEEP_MORE);
    for (unsigned i = 0; i < 20; i++)
        cr_assert_eq(pass_second(2, 640), SWEEP_MORE);
    cr_expect_eq(stage.overloads, 0);
}

Test(overload, growth_must_be_without_a_pause)
{
    for (unsigned i = 0; i < 30; i++)
        pass_second(i % 5 == 4 ? 0 : 100, 640);
    cr_expect_eq(stage.overloads, 0);
}

Test(overload, a_small_debt_that_grows_slowly_is_no_overload)
{
    for (unsigned i = 0; i < 20; i++)
        cr_assert_eq(pass_second(101, 10000), SWEEP_MORE);
    cr_expect_gt(stats().deliveries_owed, 100);
    cr_expect_eq(stage.overloads, 0, "%llu are owed, and as many leave in a moment",
                 (unsigned long long)stats().deliveries_owed);
}

Test(overload, a_ring_that_is_full_does_not_hide_it)
{
    stage_done(&stage);
    stage_open(&stage);
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    stage_start(&stage);
    for (uint16_t i = 0; i < MEMBERS; i++) {
        char name[32];

        snprintf(name, sizeof(name), "u%u", (unsigned)i);
        stage_join(&stage, (uint16_t)(FIRST + i), name);
    }
    stage_join(&stage, TELLER, "teller");
    for (unsigned i = 0; i < OVERLOAD_SAMPLES + 1; i++)
        cr_assert_eq(pass_second(2000, 640), SWEEP_MORE);
    cr_expect_gt(stats().events_missed, 0);
    cr_expect_eq(stage.overloads, 1);
    cr_expect_leq(stage.overload.owed, MEMBERS * 2000U, "what left the ring is not owed");
}

Test(overload, a_member_whose_budget_does_not_suffice_is_no_load)
{
    stage.config.access.trusted.sets = 0;
    stage_reconfigure(&stage);
    for (uint16_t i = 0; i < 20; i++) {
        char name[32];

        snprintf(name, sizeof(name), "p%u", (unsigned)i);
        stage_join(&stage, (uint16_t)(FIRST + MEMBERS + i), name);
    }
    for (unsigned i = 0; i < 20; i++)
        cr_assert_eq(pass_second(50, 100000), SWEEP_DONE);
    cr_expect_eq(stats().deliveries_owed, 0);
    cr_expect_eq(stage.overloads, 0);
}

Test(overload, a_door_that_takes_nothing_is_overload)
{
    stage.outbox.full_doors = 1;
    for (unsigned i = 0; i < OVERLOAD_SAMPLES; i++)
        cr_assert_eq(pass_second(1, 640), SWEEP_BLOCKED);
    cr_assert_eq(stage.overloads, 1);
    cr_expect_eq(stage.overload.per_second, 0);
    cr_expect_eq(stage.overload.owed, OVERLOAD_SAMPLES * MEMBERS);
}

Test(overload, a_room_without_an_observer_is_sampled_all_the_same)
{
    stage_done(&stage);
    stage_open(&stage);
    stage.setup.config = stage.config;
    cr_assert_eq(room_new(&stage.setup, &stage.room), 0);
    stage_join(&stage, FIRST, "alice");
    stage_join(&stage, TELLER, "teller");
    stage.outbox.full_doors = 1;
    for (unsigned i = 0; i < OVERLOAD_SAMPLES; i++)
        pass_second(1, 640);
    cr_expect(stats().overloaded);
}
