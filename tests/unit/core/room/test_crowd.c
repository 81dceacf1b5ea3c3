/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Masses of newcomers: whom a sweep serves first, and who has to wait. */
#include "core/room/crowd.h"

#include "core/room/delivery.h"
#include "core/room/fold.h"
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define FIRST     2000
#define NEWCOMERS 60
#define NEWCOMER  (FIRST + CROWD_BURST) /* the first of them */
#define VISITOR   1001

/* Less than all established members take for one message. */
#define BUDGET 48

static struct stage stage;

static void join(uint16_t port)
{
    char text[32];

    snprintf(text, sizeof(text), "L u%u", (unsigned)port);
    stage_send(&stage, port, text);
}

static void say(uint16_t port, const char *words)
{
    char text[64];

    snprintf(text, sizeof(text), "C u%u %s", (unsigned)port, words);
    stage_send(&stage, port, text);
}

static enum sweep_result sweep(size_t budget)
{
    return room_sweep(stage.room, &stage.now, budget);
}

static void pass_ms(int64_t ms)
{
    stage.now.mono_ns += ms * MOMENT_NS_PER_MS;
    stage.now.wall_ns += ms * MOMENT_NS_PER_MS;
    if (room_next_tick(stage.room) <= stage.now.mono_ns)
        room_tick(stage.room, &stage.now);
}

static void settle(void)
{
    stage_sweep(&stage);
    pass_ms(1000);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
}

static bool is_newcomer(uint16_t port)
{
    struct path path = stage_path(port, 0);
    struct member *member = registry_find_endpoint(stage.room->registry, &path.peer);

    cr_assert_not_null(member);
    return registry_standing(stage.room->registry, member) == REGISTRY_NEWCOMER;
}

/* Datagrams sent to the members from `first` on. */
static size_t sent_to(uint16_t first, uint16_t count)
{
    size_t sent = 0;

    for (size_t i = 0; i < stage.outbox.count; i++) {
        uint16_t port = stage.outbox.sent[i].path.peer.port;

        sent += port >= first && port < first + count ? 1U : 0U;
    }
    return sent;
}

/* CROWD_BURST established members, and NEWCOMERS; everything was delivered. */
static void open_stage(void)
{
    stage_new(&stage);
    for (uint16_t i = 0; i < CROWD_BURST + NEWCOMERS; i++)
        join((uint16_t)(FIRST + i));
    settle();
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(crowd, .init = open_stage, .fini = close_stage);

/* Newcomers lag for longer than CROWD_LAG_NS. */
static void lag(void)
{
    for (int i = 0; i < 12; i++) {
        say(FIRST, "hello");
        sweep(CROWD_BURST);
        pass_ms(100);
    }
    sweep(CROWD_BURST);
    fake_outbox_clear(&stage.outbox);
}

/* Thus, the room can't keep up. */
static void strain(void)
{
    lag();
    cr_assert(crowd_is_strained(stage.room));
}

/* ---- standing ---- */

Test(crowd, those_beyond_a_burst_of_joins_are_newcomers)
{
    cr_expect_not(is_newcomer(FIRST));
    cr_expect_not(is_newcomer(NEWCOMER - 1));
    cr_expect(is_newcomer(NEWCOMER));
    cr_expect(is_newcomer(NEWCOMER + NEWCOMERS - 1));
}

Test(crowd, those_that_come_one_by_one_are_not)
{
    for (uint16_t i = 0; i < 40; i++) {
        pass_ms(100);
        join((uint16_t)(VISITOR + i));
        cr_expect_not(is_newcomer((uint16_t)(VISITOR + i)), "%u", (unsigned)i);
    }
}

Test(crowd, after_a_restart_all_are_what_they_were_before)
{
    for (uint16_t i = 0; i < 300; i++) {
        struct roster_record record = {.number = 1000U + i, .path = stage_path(10000 + i, 0)};

        record.flags = i % 2 == 0 ? ROSTER_NEWCOMER : 0;
        snprintf(record.name, sizeof(record.name), "r%u", (unsigned)i);
        cr_assert_eq(room_restore(stage.room, &stage.now, &record), 0);
        cr_expect_eq(is_newcomer(10000 + i), i % 2 == 0);
    }
}

Test(crowd, whoever_joins_while_the_room_cant_keep_up_is_a_newcomer)
{
    pass_ms(30000);
    strain();
    join(VISITOR);
    cr_expect(is_newcomer(VISITOR));
    stage_sweep(&stage);
    pass_ms(CROWD_CALM_NS / MOMENT_NS_PER_MS - 1000);
    join(VISITOR + 1);
    cr_expect(is_newcomer(VISITOR + 1), "it was so only just now");
    pass_ms(2000);
    join(VISITOR + 2);
    cr_expect_not(is_newcomer(VISITOR + 2));
}

Test(crowd, a_newcomer_that_speaks_is_established_at_the_same_rate)
{
    pass_ms(60000);
    cr_expect(is_newcomer(NEWCOMER), "it has said nothing");
    for (uint16_t i = 0; i < CROWD_BURST; i++)
        join((uint16_t)(5000 + i));
    say(NEWCOMER, "hello");
    cr_expect(is_newcomer(NEWCOMER), "too many have come at this moment");
    settle();
    for (uint16_t i = 0; i < CROWD_PER_S; i++) {
        say((uint16_t)(NEWCOMER + i), "hello");
        cr_expect_not(is_newcomer((uint16_t)(NEWCOMER + i)));
    }
    say(NEWCOMER + CROWD_PER_S, "hello");
    cr_expect(is_newcomer(NEWCOMER + CROWD_PER_S));
}

Test(crowd, a_mass_that_waits_before_it_speaks_gains_nothing)
{
    unsigned newcomers = 0;

    for (uint16_t i = 0; i < 1000; i++)
        join((uint16_t)(5000 + i));
    settle();
    pass_ms(3600 * 1000);
    for (uint16_t i = 0; i < 1000; i++)
        say((uint16_t)(5000 + i), "hello");
    for (uint16_t i = 0; i < 1000; i++)
        newcomers += is_newcomer((uint16_t)(5000 + i)) ? 1U : 0U;
    cr_expect_eq(newcomers, 1000 - CROWD_PER_S - CROWD_BURST);
}

Test(crowd, nobody_is_established_for_what_it_says_while_the_room_cant_keep_up)
{
    pass_ms(60000);
    strain();
    stage_sweep(&stage);
    say(NEWCOMER, "hello");
    cr_expect(is_newcomer(NEWCOMER), "nor shortly after");
    pass_ms(CROWD_CALM_NS / MOMENT_NS_PER_MS);
    say(NEWCOMER, "hello");
    cr_expect_not(is_newcomer(NEWCOMER));
}

/* ---- who is served first ---- */

Test(crowd, newcomers_are_sent_what_is_left_over)
{
    say(FIRST, "hello");
    cr_assert_eq(sweep(CROWD_BURST + 20), SWEEP_MORE);
    cr_expect_eq(sent_to(FIRST, CROWD_BURST), CROWD_BURST - 1, "all but the author");
    cr_expect_eq(sent_to(NEWCOMER, NEWCOMERS), 21);
    say(FIRST, "again");
    cr_assert_eq(sweep(CROWD_BURST + 20), SWEEP_MORE);
    cr_expect_eq(sent_to(FIRST, CROWD_BURST), 2 * (CROWD_BURST - 1),
                 "before the newcomers that wait since the last one");
    cr_assert_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_eq(sent_to(NEWCOMER, NEWCOMERS), 2 * NEWCOMERS);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, NEWCOMER), 2);
}

Test(crowd, a_sixteenth_of_each_sweep_is_theirs_in_any_case)
{
    for (unsigned i = 1; i <= 5; i++) {
        say(FIRST, "hello");
        cr_assert_eq(sweep(BUDGET), SWEEP_MORE);
        cr_expect_geq(sent_to(NEWCOMER, NEWCOMERS), i * BUDGET / CROWD_SHARE);
        cr_expect_leq(sent_to(NEWCOMER, NEWCOMERS), i * (BUDGET / CROWD_SHARE + DELIVERY_PORTION));
    }
}

Test(crowd, no_more_than_that_while_datagrams_wait_to_be_read)
{
    room_input_waits(stage.room, true);
    say(FIRST, "hello");
    cr_assert_eq(sweep(320), SWEEP_MORE);
    cr_expect_eq(sent_to(FIRST, CROWD_BURST), CROWD_BURST - 1);
    cr_expect_eq(sent_to(NEWCOMER, NEWCOMERS), 320 / CROWD_SHARE);
    room_input_waits(stage.room, false);
    cr_expect_eq(sweep(320), SWEEP_DONE);
    cr_expect_eq(sent_to(NEWCOMER, NEWCOMERS), NEWCOMERS);
}

/* ---- what newcomers say ---- */

Test(crowd, a_newcomer_may_speak_while_the_room_keeps_up)
{
    say(NEWCOMER, "hello");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    stage_sweep(&stage);
    cr_expect_eq(sent_to(FIRST, CROWD_BURST), CROWD_BURST);
}

Test(crowd, the_administrator_sees_both_in_the_statistics)
{
    struct room_stats stats;

    room_stats(stage.room, &stats);
    cr_expect_eq(stats.newcomers, NEWCOMERS);
    cr_expect_not(stats.crowded);
    strain();
    room_stats(stage.room, &stats);
    cr_expect(stats.crowded);
}

Test(crowd, while_newcomers_lag_without_a_pause_what_they_say_is_refused_and_they_are_told)
{
    uint64_t before;

    strain();
    before = stage.happened[EVENT_CHAT];
    say(NEWCOMER + 7, "hello");
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 1);
    cr_expect_eq(stage.happened[EVENT_CHAT], before);
    cr_expect(stage_heard(&stage, NEWCOMER + 7, 0, "消息没有发送: 聊天室太忙, 请稍后再试"));
    say(NEWCOMER + 7, "hello");
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, NEWCOMER + 7), 1, "once in five seconds");
    say(FIRST + 1, "hello");
    cr_expect_eq(stage.happened[EVENT_CHAT], before + 1, "an established member may speak");
    stage_sweep(&stage);
    say(NEWCOMER + 7, "now");
    cr_expect_eq(stage.happened[EVENT_CHAT], before + 2);
}

Test(crowd, its_rename_is_refused_too_and_its_exit_is_not)
{
    strain();
    stage_send(&stage, NEWCOMER, "L another");
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 1);
    stage_send(&stage, NEWCOMER, "E u2128");
    cr_expect(stage_heard(&stage, NEWCOMER, 1, "EXIT"));
    cr_expect_eq(stage.happened[EVENT_EXIT], 1);
}

Test(crowd, so_it_is_while_much_is_owed_to_established_members)
{
    for (unsigned i = 0; i < CROWD_OWED_MAX / CROWD_BURST; i++)
        say(FIRST, "hello");
    sweep(BUDGET);
    say(NEWCOMER, "hello");
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 0);
    for (unsigned i = 0; i < 10; i++)
        say(FIRST, "hello");
    sweep(BUDGET);
    say(NEWCOMER + 1, "hello");
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 1);
    cr_expect_eq(stage.happened[EVENT_CHAT], CROWD_OWED_MAX / CROWD_BURST + 11);
    stage_sweep(&stage);
    say(NEWCOMER + 1, "hello");
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 1);
}

Test(crowd, members_behind_a_full_socket_are_no_reason)
{
    stage.outbox.full_doors = 1;
    for (unsigned i = 0; i < 20; i++) {
        say(FIRST, "hello");
        cr_assert_eq(sweep(1024), SWEEP_BLOCKED);
        pass_ms(100);
    }
    say(NEWCOMER, "hello");
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 0);
}

Test(crowd, a_sequenced_newcomer_repeats_its_message_a_second_later)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
    struct hand hand;

    hand_init(&hand, &stage, VISITOR);
    for (uint16_t i = 0; i < CROWD_BURST; i++)
        join((uint16_t)(5000 + i));
    cr_assert(hand_enter(&hand, 7, "sequenced"));
    settle();
    strain();
    hand.read = 0;
    hand_say(&hand, 1, "hello");
    cr_assert(hand_told(&hand, SEQUENCED_DOWN_NOT_TAKEN, &frame));
    cr_expect_eq(frame.not_taken.why, SEQUENCED_WHY_SLOW_DOWN);
    cr_expect_eq(frame.not_taken.wait_cs, CROWD_WAIT_NS / (10 * MOMENT_NS_PER_MS));
}

/* ---- joins and exits ---- */

Test(crowd, few_are_let_in_too_after_established_members_have_lagged_for_fifty_milliseconds)
{
    for (int64_t ms = 0; ms <= CROWD_DELAY_NS / MOMENT_NS_PER_MS; ms += 10) {
        join((uint16_t)(5000 + ms));
        cr_expect_eq(stage.refused[REFUSED_CROWDED], 0);
        say(FIRST, "hello");
        cr_assert_eq(sweep(BUDGET), SWEEP_MORE);
        pass_ms(10);
    }
    sweep(BUDGET);
    for (uint16_t i = 0; i < 2 * CROWD_JOINS_PER_S; i++)
        join((uint16_t)(6000 + i));
    cr_expect_eq(stage.refused[REFUSED_CROWDED], CROWD_JOINS_PER_S);
}

Test(crowd, few_are_let_in_for_ten_seconds_after_newcomers_have_lagged)
{
    struct room_stats stats;

    strain();
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    for (uint16_t i = 0; i < 2 * CROWD_JOINS_PER_S; i++)
        join((uint16_t)(5000 + i));
    cr_expect_eq(stage.refused[REFUSED_CROWDED], CROWD_JOINS_PER_S);
    cr_expect(stage_heard(&stage, 5000 + CROWD_JOINS_PER_S, 0, "聊天室已满"));
    pass_ms(1000 / CROWD_JOINS_PER_S);
    join(6000);
    join(6001);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.members, CROWD_BURST + NEWCOMERS + CROWD_JOINS_PER_S + 1);
    stage_sweep(&stage);
    pass_ms(CROWD_CALM_NS / MOMENT_NS_PER_MS);
    for (uint16_t i = 0; i < 200; i++)
        join((uint16_t)(7000 + i));
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.members, CROWD_BURST + NEWCOMERS + CROWD_JOINS_PER_S + 201);
}

Test(crowd, a_join_that_is_refused_for_it_costs_its_address_nothing)
{
    stage.config.limits.trusted.joins = (struct room_rate){.per_second = 1, .burst = 60};
    stage_reconfigure(&stage);
    strain();
    for (uint16_t i = 0; i < 200; i++)
        join((uint16_t)(5000 + i));
    cr_assert_eq(stage.refused[REFUSED_CROWDED], 200 - CROWD_JOINS_PER_S);
    cr_assert_eq(stage.refused[REFUSED_LIMITED], 0);
    pass_ms(10);
    for (uint16_t i = 0; i < 5; i++) {
        pass_ms(1000 / CROWD_JOINS_PER_S);
        join((uint16_t)(6000 + i));
    }
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 0);
    cr_expect_eq(stage.refused[REFUSED_CROWDED], 200 - CROWD_JOINS_PER_S);
}

Test(crowd, those_that_come_while_only_newcomers_lag_are_told_twice_a_second)
{
    strain();
    say(FIRST, "hello");
    sweep(CROWD_BURST);
    fake_outbox_clear(&stage.outbox);
    for (unsigned i = 0; i < 4; i++) {
        join((uint16_t)(VISITOR + i));
        sweep(CROWD_BURST / 8);
        cr_expect_eq(sent_to(FIRST, CROWD_BURST), 0, "after %u ms", i * 100);
        pass_ms(100);
    }
    cr_expect_gt(room_next_tick(stage.room), stage.now.mono_ns);
    pass_ms(FOLD_PAUSE_MAX_NS / MOMENT_NS_PER_MS - 400);
    sweep(4 * CROWD_BURST);
    cr_expect_eq(sent_to(FIRST, CROWD_BURST), 4 * CROWD_BURST);
    cr_expect(stage_heard(&stage, FIRST, 3, "u1004 进入了聊天室"));
}

Test(crowd, when_all_is_delivered_nothing_is_due)
{
    strain();
    stage_sweep(&stage);
    pass_ms(1000);
    stage_sweep(&stage);
    cr_expect_geq(room_next_tick(stage.room), stage.now.mono_ns + 600 * MOMENT_NS_PER_S);
}
