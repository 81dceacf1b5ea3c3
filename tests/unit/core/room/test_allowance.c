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
