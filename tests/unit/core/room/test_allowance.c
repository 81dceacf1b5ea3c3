/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A member's two buckets, of messages and of bytes, and what an endpoint's next member inherits. */
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>

#define ALICE 1001

static struct stage stage;

static void open_stage(void)
{
    stage_new(&stage);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(allowance, .init = open_stage, .fini = close_stage);

static void limit(struct room_rate messages, struct room_rate bytes)
{
    stage.config.limits.messages = messages;
    stage.config.limits.bytes = bytes;
    stage_reconfigure(&stage);
}

Test(allowance, of_two_sessions_at_one_endpoint_the_greater_debt_is_remembered)
{
    const struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};
    struct hand alice, other;

    limit((struct room_rate){.per_second = 100, .burst = 100}, (struct room_rate){0});
    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_init(&other, &stage, ALICE);
    cr_assert(hand_enter(&other, 8, "carol"));
    for (uint32_t number = 1; number <= 100; number++)
        hand_say(&other, number, "hello");
    hand_up(&other, &leave, 1);
    hand_up(&alice, &leave, 1);
    hand_init(&other, &stage, ALICE);
    cr_expect_not(hand_enter(&other, 9, "carol"));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_TOO_MANY);
}

Test(allowance, of_two_sessions_at_one_endpoint_the_greater_debt_of_bytes_is_remembered)
{
    const struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};
    struct hand alice, other;

    limit((struct room_rate){0}, (struct room_rate){.per_second = 100, .burst = 100});
    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_init(&other, &stage, ALICE);
    cr_assert(hand_enter(&other, 8, "carol"));
    for (uint32_t number = 1; number <= 20; number++)
        hand_say(&other, number, "hello");
    hand_say(&alice, 1, "hello");
    hand_up(&other, &leave, 1);
    hand_up(&alice, &leave, 1);
    hand_init(&other, &stage, ALICE);
    cr_expect_not(hand_enter(&other, 9, "carol"));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_TOO_MANY);
}

Test(allowance, what_is_refused_for_its_bytes_costs_no_messages)
{
    stage_join(&stage, ALICE, "alice");
    limit((struct room_rate){.per_second = 1, .burst = 3},
          (struct room_rate){.per_second = 1, .burst = 20});
    for (unsigned i = 0; i < 20; i++) {
        stage_send(&stage, ALICE, "C alice a message of many bytes");
        stage_send(&stage, ALICE, "L a_name_of_twenty_bytes");
    }
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 40);
    for (unsigned i = 0; i < 3; i++)
        stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 40);
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 41);
}

Test(allowance, after_a_reload_both_buckets_refill_at_the_new_rate)
{
    limit((struct room_rate){.per_second = 1, .burst = 1000},
          (struct room_rate){.per_second = 1, .burst = 1000});
    stage_join(&stage, ALICE, "alice");
    for (unsigned i = 0; i < 200; i++)
        stage_send(&stage, ALICE, "C alice hello");
    limit((struct room_rate){.per_second = 10, .burst = 10},
          (struct room_rate){.per_second = 10, .burst = 10});
    stage_send(&stage, ALICE, "C alice hello");
    stage.refused[REFUSED_LIMITED] = 0;
    stage.now.mono_ns += MOMENT_NS_PER_S;
    stage_send(&stage, ALICE, "C alice hello");
    cr_expect_eq(stage.refused[REFUSED_LIMITED], 0);
}

Test(allowance, a_member_whose_bytes_are_refused_is_told_no_number_of_messages)
{
    stage_join(&stage, ALICE, "alice");
    limit((struct room_rate){0}, (struct room_rate){.per_second = 1, .burst = 20});
    stage_send(&stage, ALICE, "C alice a message of many bytes");
    cr_expect(stage_heard(&stage, ALICE, 0, "消息没有发送: 发言太快, 请稍后再试"));
}
