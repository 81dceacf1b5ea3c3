/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Joins, renames, messages and exits are decided in one place, by the same rules for each protocol.
 */
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003
#define ROUND 1000 /* requests, all at one time */

static struct stage stage;

static void open_stage(void)
{
    stage_open(&stage);
    stage.config.limits.messages = (struct room_rate){.per_second = 10, .burst = 20};
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, BOB, "bob");
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(membership, .init = open_stage, .fini = close_stage);

static uint64_t appended(void)
{
    struct room_stats stats;

    room_stats(stage.room, &stats);
    return stats.appended;
}

/* Sends a request of the plain protocol, sweeps, and clears the outbox. */
__attribute__((format(printf, 2, 3))) static void ask(uint16_t port, const char *format, ...)
{
    char request[64];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(request, sizeof(request), format, arguments);
    va_end(arguments);
    stage_send(&stage, port, request);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
}

/* ---- the cost of a change ---- */

Test(membership, renames_of_a_plain_member_are_limited_as_messages_are)
{
    uint64_t before;

    stage_join(&stage, ALICE, "alice");
    before = appended();
    for (unsigned i = 0; i < ROUND; i++)
        ask(ALICE, "L alice%u", i);
    cr_expect_eq(appended() - before, 2 * 20, "an exit and a join each");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], ROUND - 20);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    for (unsigned i = 0; i < ROUND; i++)
        ask(ALICE, "L again%u", i);
    cr_expect_eq(appended() - before, 2 * 30, "ten more a second");
}

Test(membership, renames_and_messages_come_out_of_one_bucket)
{
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < 19; i++)
        ask(ALICE, "C alice hello");
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 0);
    ask(ALICE, "C alicia hello");
    ask(ALICE, "L alice");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 2);
}

Test(membership, renames_cost_the_bytes_of_the_name)
{
    stage.config.limits.messages.per_second = 0;
    stage.config.limits.bytes = (struct room_rate){.per_second = 100, .burst = 1000};
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < ROUND; i++)
        ask(ALICE, "L a_name_of_twenty_%03u_", i);
    cr_expect_eq(ROUND - stage.refused[REFUSED_LIMITED], 1000 / 21);
}

/* A generous limit on messages, as by default, does not allow more changes. */
Test(membership,
     no_limit_on_messages_lets_through_more_than_a_hundred_renames_at_once_and_ten_a_second)
{
    uint64_t before;

    stage.config.limits.messages = (struct room_rate){.per_second = 200, .burst = 2000};
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    before = appended();
    for (unsigned i = 0; i < ROUND; i++)
        ask(ALICE, "L alice%u", i);
    cr_expect_eq(appended() - before, 2 * 100);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    for (unsigned i = 0; i < ROUND; i++)
        ask(ALICE, "L again%u", i);
    cr_expect_eq(appended() - before, 2 * 110);
    ask(ALICE, "C %s hello", "again9");
    cr_expect_eq(appended() - before, 2 * 110, "then there is nothing left for messages");
}

Test(membership, a_member_whose_rename_is_too_fast_is_told_and_keeps_its_name)
{
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < 20; i++)
        ask(ALICE, "C alice hello");
    stage_send(&stage, ALICE, "L alicia");
    cr_expect(stage_heard(&stage, ALICE, 0, "消息没有发送: 发言太快, 请稍后再试"));
    stage.now.mono_ns += MOMENT_NS_PER_S;
    stage_send(&stage, ALICE, "C alice hello");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, BOB, 0, "alice ： hello"));
}

Test(membership, joining_and_leaving_again_and_again_is_limited_as_messages_are)
{
    uint64_t before = appended();

    for (unsigned i = 0; i < ROUND; i++) {
        ask(ALICE, "L alice");
        ask(ALICE, "E alice");
    }
    /* The first join is free with a full bucket; each later change costs one of twenty. */
    cr_expect_eq(appended() - before, 22);
    cr_expect_geq(stage.refused[REFUSED_LIMITED], ROUND - 11);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    for (unsigned i = 0; i < ROUND; i++) {
        ask(ALICE, "L alice");
        ask(ALICE, "E alice");
    }
    cr_expect_eq(appended() - before, 32, "ten more a second");
}

Test(membership, leaving_and_joining_again_does_not_fill_the_bucket)
{
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < 18; i++)
        ask(ALICE, "C alice hello");
    ask(ALICE, "E alice");
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 0);
    ask(ALICE, "C alicia hello");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 1, "18 messages, an exit and a join");
}

Test(membership, an_exit_is_refused_to_nobody)
{
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < ROUND; i++)
        ask(ALICE, "C alice hello");
    stage_send(&stage, ALICE, "E alice");
    cr_expect(stage_heard(&stage, ALICE, 0, "EXIT"));
    cr_expect_eq(room_members(stage.room), 1);
}

Test(membership, a_join_that_is_too_fast_is_answered)
{
    for (unsigned i = 0; i < 11; i++) {
        ask(ALICE, "L alice");
        ask(ALICE, "E alice");
    }
    stage_send(&stage, ALICE, "L alice");
    cr_expect(stage_heard(&stage, ALICE, 0, "聊天室已满"));
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 1);
}

Test(membership, renames_and_messages_of_a_session_are_limited_alike)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
    struct hand alice;
    uint64_t before;

    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    before = appended();
    for (uint32_t number = 1; number <= 20; number++) {
        char name[32];

        snprintf(name, sizeof(name), "alice%u", (unsigned)number);
        if (number % 2 == 0)
            hand_rename(&alice, number, name);
        else
            hand_say(&alice, number, "hello");
    }
    cr_expect_eq(appended() - before, 10 + 2 * 10);
    for (unsigned i = 0; i < ROUND; i++)
        hand_rename(&alice, 21, "alicia");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &frame));
    cr_expect_eq(frame.not_taken.why, SEQUENCED_WHY_SLOW_DOWN);
    cr_expect_eq(frame.not_taken.wait_cs, 10);
    cr_expect_eq(appended() - before, 10 + 2 * 10);
    cr_expect_eq(stage.refused[REFUSED_LIMITED], ROUND);
}

Test(membership, sessions_that_come_and_go_at_one_endpoint_are_limited_as_messages_are)
{
    uint64_t before = appended();
    struct hand alice;
    unsigned entered = 0;

    stage.config.limits.messages = (struct room_rate){.per_second = 1, .burst = 4};
    stage_reconfigure(&stage);
    for (unsigned i = 0; i < 50; i++) {
        hand_init(&alice, &stage, ALICE);
        if (hand_enter(&alice, i + 1, "alice")) {
            entered++;
            hand_up(&alice, &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
        } else {
            cr_expect_eq(alice.refusal.code, SEQUENCED_REFUSED_TOO_MANY);
            cr_expect_gt(alice.refusal.wait, 0);
        }
        fake_outbox_clear(&stage.outbox);
    }
    cr_expect_eq(entered, 3);
    cr_expect_eq(appended() - before, 6);
}

/* One member's actions are owed to all others; its limits bound that, too. */
Test(membership, what_a_member_that_floods_makes_others_be_owed_is_bounded)
{
    struct room_stats stats;

    for (uint16_t i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof(name), "m%u", (unsigned)i);
        stage_join(&stage, (uint16_t)(2000 + i), name);
    }
    stage_join(&stage, ALICE, "alice");
    stage.outbox.full_doors = 1; /* nothing is sent */
    for (unsigned i = 0; i < ROUND; i++) {
        char request[32];

        snprintf(request, sizeof(request), "L alice%u", i);
        stage_send(&stage, ALICE, request);
        snprintf(request, sizeof(request), "C alice%u hello", i);
        stage_send(&stage, ALICE, request);
    }
    stage_sweep(&stage);
    room_stats(stage.room, &stats);
    cr_expect_leq(stats.deliveries_owed, 101U * 2U * 20U);
}

/* ---- muted members ---- */

static void mute(const char *name)
{
    cr_assert_eq(room_mute(stage.room, &stage.now, name, stage.now.mono_ns + 60 * MOMENT_NS_PER_S),
                 0);
}

Test(membership, a_muted_plain_member_is_not_heard_in_any_way)
{
    uint64_t before;

    stage_join(&stage, ALICE, "alice");
    mute("alice");
    before = appended();
    ask(ALICE, "C alice hello");
    ask(ALICE, "L hello_everybody");
    cr_expect_eq(appended(), before);
    cr_expect_eq(stage.refused[REFUSED_MUTED], 2);
    ask(ALICE, "E alice");
    ask(ALICE, "L hello_everybody");
    cr_expect_eq(appended(), before + 1, "it has left, and that is all");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 3);
    ask(ALICE, "L ALICE");
    ask(ALICE, "C alice hello");
    cr_expect_eq(appended(), before + 2, "it is back under the muted name, however it is written");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 4);
}

Test(membership, a_muted_member_that_asks_for_another_name_is_told_why_not)
{
    stage_join(&stage, ALICE, "alice");
    mute("alice");
    stage_send(&stage, ALICE, "L alicia");
    cr_expect(stage_heard(&stage, ALICE, 0, "消息没有发送: 您已被管理员禁言"));
    ask(ALICE, "E alice");
    stage_send(&stage, ALICE, "L alicia");
    cr_expect(stage_heard(&stage, ALICE, 0, "姓名不可用 (UTF-8): 您已被管理员禁言, 不能改名"));
}

Test(membership, the_muted_name_is_muted_at_another_endpoint_which_is_then_covered_too)
{
    stage_join(&stage, ALICE, "alice");
    mute("alice");
    ask(ALICE, "E alice");
    ask(CAROL, "L alice");
    ask(CAROL, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 1);
    ask(CAROL, "E alice");
    ask(CAROL, "L carol");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 2);
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 2, "the member was last heard of elsewhere");
}

Test(membership, a_muted_member_that_was_missed_is_still_muted)
{
    struct path path = stage_path(ALICE, 0);
    uint32_t members;

    stage_join(&stage, ALICE, "alice");
    mute("alice");
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), 0);
        stage_sweep(&stage);
        stage_unreachable(&stage, &path, "管理员消息: tea");
        stage.now.mono_ns += 3 * MOMENT_NS_PER_S;
    }
    cr_assert_eq(room_members(stage.room), 1, "its program is gone");
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 1);
}

Test(membership, once_the_mute_ends_everything_is_open_again)
{
    stage_join(&stage, ALICE, "alice");
    mute("alice");
    ask(ALICE, "E alice");
    stage.now.mono_ns += 60 * MOMENT_NS_PER_S;
    ask(ALICE, "L alicia");
    ask(ALICE, "C alicia hello");
    ask(ALICE, "L alice");
    ask(ALICE, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 0);
    mute("alice");
    ask(ALICE, "E alice");
    cr_assert_eq(room_unmute(stage.room, &stage.now, "alice"), 0);
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 0);
}

Test(membership, a_muted_session_is_not_heard_in_any_way)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
    struct hand alice;
    uint64_t before;

    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    mute("alice");
    before = appended();
    hand_rename(&alice, 1, "hello_everybody");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &frame));
    cr_expect_eq(frame.not_taken.why, SEQUENCED_WHY_MUTED);
    hand_say(&alice, 2, "hello");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &frame));
    cr_expect_eq(frame.not_taken.why, SEQUENCED_WHY_MUTED);
    cr_expect_eq(appended(), before);
    hand_up(&alice, &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    hand_init(&alice, &stage, ALICE);
    cr_expect_not(hand_enter(&alice, 8, "hello_everybody"));
    cr_expect_eq(alice.refusal.code, SEQUENCED_REFUSED_BAD_NAME);
    cr_expect(hand_enter(&alice, 9, "alice"));
    cr_expect_eq(appended(), before + 2);
    hand_say(&alice, 1, "hello");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &frame));
    cr_expect_eq(frame.not_taken.why, SEQUENCED_WHY_MUTED);
}

Test(membership, a_second_session_beside_a_muted_one_has_no_other_name)
{
    struct hand alice, other;

    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    mute("alice");
    hand_init(&other, &stage, ALICE);
    cr_expect_not(hand_enter(&other, 8, "alicia"));
    hand_init(&other, &stage, CAROL);
    cr_expect(hand_enter(&other, 9, "carol"), "from elsewhere, anybody may join");
}

Test(membership, a_mute_goes_on_over_a_restart)
{
    struct roster_record record = {.name = "alice", .path = stage_path(ALICE, 0), .number = 7};

    record.muted_until_ns = stage.now.mono_ns + 60 * MOMENT_NS_PER_S;
    cr_assert_eq(room_restore(stage.room, &stage.now, &record), 0);
    ask(ALICE, "L alicia");
    ask(ALICE, "E alice");
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 2);
    cr_expect_eq(room_unmute(stage.room, &stage.now, "alice"), 0);
    ask(ALICE, "L alicia");
    cr_expect_eq(stage.refused[REFUSED_MUTED], 2);
}

/* ---- the same rules for both protocols ---- */

Test(membership, both_protocols_refuse_a_text_for_the_same_reasons)
{
    static const struct {
        const char *text;
        enum refusal refusal;
        uint8_t why;
    } rows[] = {
        {"", REFUSED_EMPTY_TEXT, SEQUENCED_WHY_EMPTY},
        {"\xff", REFUSED_NOT_UTF8, SEQUENCED_WHY_NOT_UTF8},
        {"longer than ten", REFUSED_TOO_LONG, SEQUENCED_WHY_TOO_LONG},
        {"just right", REFUSED_NOT, 0},
    };
    struct hand carol;

    stage.config.limits.max_text_bytes = 10;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    hand_init(&carol, &stage, CAROL);
    cr_assert(hand_enter(&carol, 7, "carol"));
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
        uint64_t before = stage.refused[rows[i].refusal], events = appended();
        char request[64];

        snprintf(request, sizeof(request), "C alice %s", rows[i].text);
        stage_send(&stage, ALICE, request);
        hand_say(&carol, i + 1, rows[i].text);
        if (rows[i].refusal == REFUSED_NOT) {
            cr_expect_eq(appended(), events + 2);
            continue;
        }
        cr_expect_eq(appended(), events);
        cr_expect_eq(stage.refused[rows[i].refusal] - before, 2, "%s", rows[i].text);
        cr_assert(hand_told(&carol, SEQUENCED_DOWN_NOT_TAKEN, &frame));
        cr_expect_eq(frame.not_taken.why, rows[i].why);
    }
}

Test(membership, both_protocols_refuse_a_name_for_the_same_reasons)
{
    static const struct {
        const char *name;
        enum refusal refusal;
        uint8_t why, code;
    } rows[] = {
        {"admin", REFUSED_NAME_BAD, SEQUENCED_WHY_BAD_NAME, SEQUENCED_REFUSED_BAD_NAME},
        {"BOB", REFUSED_NAME_TAKEN, SEQUENCED_WHY_NAME_TAKEN, SEQUENCED_REFUSED_TAKEN},
        {"eve", REFUSED_BANNED, SEQUENCED_WHY_BAD_NAME, SEQUENCED_REFUSED_BANNED},
    };
    struct room_banned banned;
    struct hand carol;

    cr_assert_eq(room_ban_name(stage.room, &stage.now, "eve", MOMENT_NEVER_NS, &banned), 0);
    stage_join(&stage, ALICE, "alice");
    hand_init(&carol, &stage, CAROL);
    cr_assert(hand_enter(&carol, 7, "carol"));
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
        uint64_t before = stage.refused[rows[i].refusal], events = appended();
        struct path newcomer = stage_path(4000, 0);
        struct hand session;
        char request[64];

        snprintf(request, sizeof(request), "L %s", rows[i].name);
        stage_send(&stage, ALICE, request);
        /* Not bob's address: that would be a name claim. */
        newcomer.peer.address[ENDPOINT_ADDRESS_BYTES - 1] = 77;
        stage_send_bytes(&stage, &newcomer, request, strlen(request));
        hand_rename(&carol, i + 1, rows[i].name);
        cr_assert(hand_told(&carol, SEQUENCED_DOWN_NOT_TAKEN, &frame));
        cr_expect_eq(frame.not_taken.why, rows[i].why);
        hand_init(&session, &stage, 5000);
        cr_expect_not(hand_enter(&session, 100 + i, rows[i].name));
        cr_expect_eq(session.refusal.code, rows[i].code);
        cr_expect_eq(stage.refused[rows[i].refusal] - before, 4, "%s", rows[i].name);
        cr_expect_eq(appended(), events);
    }
}

/* ---- names that look alike ---- */

Test(membership, a_name_that_looks_like_a_members_is_taken)
{
    static const char *const names[] = {"B0B", "böb", "ʙᴏʙ", "Ьоь", "bøb", "bob\u0301"};
    uint32_t count = sizeof(names) / sizeof(names[0]);
    struct hand carol;

    hand_init(&carol, &stage, CAROL);
    for (uint32_t i = 0; i < count; i++) {
        char request[64];

        snprintf(request, sizeof(request), "L %s", names[i]);
        stage_send(&stage, ALICE, request);
        cr_expect(stage_heard(&stage, ALICE, i, "该用户已存在"), "%s", names[i]);
        cr_expect_not(hand_enter(&carol, i + 1, names[i]));
        cr_expect_eq(carol.refusal.code, SEQUENCED_REFUSED_TAKEN, "%s", names[i]);
    }
    cr_expect_eq(room_members(stage.room), 1);
    cr_expect_eq(stage.refused[REFUSED_NAME_TAKEN], 2 * count);
}

Test(membership, a_member_can_rename_itself_to_what_looks_like_its_own_name)
{
    stage_join(&stage, ALICE, "alice");
    stage_send(&stage, ALICE, "L A1ice");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, BOB, 1, "A1ice 进入了聊天室"));
    stage_send(&stage, ALICE, "L b0b");
    cr_expect_eq(stage.refused[REFUSED_NAME_TAKEN], 1);
}

Test(membership, once_a_member_has_left_what_looked_like_its_name_is_free)
{
    ask(ALICE, "L b0b");
    cr_expect_eq(stage.refused[REFUSED_NAME_TAKEN], 1);
    ask(BOB, "L robert");
    ask(ALICE, "L b0b");
    cr_expect_eq(room_members(stage.room), 2);
    ask(ALICE, "E b0b");
    ask(CAROL, "L BOB");
    cr_expect_eq(room_members(stage.room), 2);
    cr_expect_eq(stage.refused[REFUSED_NAME_TAKEN], 1);
}

Test(membership, a_name_that_nobody_may_have_is_reported_with_the_reason)
{
    struct hand carol;

    stage_send(&stage, ALICE, "L bob smith");
    cr_expect_str_eq(stage.refused_name, "bob smith");
    cr_expect_eq(stage.name_fault, NAME_SPACE);
    cr_expect(stage_heard(&stage, ALICE, 0, "姓名不可用 (UTF-8): 含有空格"));
    hand_init(&carol, &stage, CAROL);
    cr_expect_not(hand_enter(&carol, 7, "Notice"));
    cr_expect_str_eq(stage.refused_name, "Notice");
    cr_expect_eq(stage.name_fault, NAME_RESERVED);
    cr_assert(hand_enter(&carol, 8, "carol"));
    hand_rename(&carol, 1, "c:");
    cr_expect_str_eq(stage.refused_name, "c:");
    cr_expect_eq(stage.name_fault, NAME_COLON);
}

Test(membership, a_rename_to_the_same_name_changes_nothing_and_costs_nothing)
{
    struct hand alice;
    uint64_t before;

    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    before = appended();
    for (uint32_t number = 1; number <= 100; number++)
        hand_rename(&alice, number, "alice");
    cr_expect_eq(appended(), before);
    hand_say(&alice, 101, "hello");
    cr_expect_eq(appended(), before + 1);
}

Test(membership, a_refused_rename_is_heard_all_the_same)
{
    stage.config.limits.idle_timeout_s = 600;
    stage_reconfigure(&stage);
    stage_join(&stage, ALICE, "alice");
    stage.now.mono_ns += 500 * MOMENT_NS_PER_S;
    ask(ALICE, "L bob");
    ask(BOB, "C bob hello");
    stage.now.mono_ns += 500 * MOMENT_NS_PER_S;
    room_tick(stage.room, &stage.now);
    room_tick(stage.room, &stage.now);
    cr_expect_eq(room_members(stage.room), 2, "nobody was silent for ten minutes");
}
