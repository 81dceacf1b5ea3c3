/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The room goes on when the numbers of members are used up. */
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>

enum { CAROL = 1000, ALICE, BOB, DAVE };

static struct stage stage;
static struct hand alice, bob;
static char heard[4096];

static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
    hand_init(&bob, &stage, BOB);
    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    registry_set_last_number(stage.room->registry, SEQUENCED_MEMBER_MAX - 1);
    cr_assert(hand_enter(&bob, 8, "bob"));
    cr_assert_eq(bob.member, SEQUENCED_MEMBER_MAX);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(epoch, .init = open_stage, .fini = close_stage);

Test(epoch, a_join_after_the_last_number_begins_another)
{
    uint64_t before = alice.epoch;
    struct sequenced_down_frame page = {.kind = SEQUENCED_DOWN_HEAD};
    struct sequenced_up_frame ask = {.kind = SEQUENCED_UP_MEMBERS};
    struct sequenced_entry entry;

    stage_join(&stage, DAVE, "dave");
    cr_expect_eq(room_members(stage.room), 2, "whose programs join again by themselves");
    hand_up(&bob, NULL, 0);
    cr_expect_not(hand_join(&bob, "bob", true), "the cookie is good, the session is not");
    cr_assert(hand_enter(&alice, 9, "alice"));
    cr_expect_neq(alice.epoch, before);
    cr_expect_eq(alice.member, 3);
    stage_send(&stage, CAROL, "C carol hello");
    stage_send(&stage, DAVE, "C dave hi");
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "+dave +alice 1:hello 2:hi");
    stage.now.mono_ns += 10 * MOMENT_NS_PER_MS;
    hand_up(&alice, &ask, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_MEMBERS, &page));
    for (uint32_t number = 1; number <= 3; number++) {
        cr_assert(sequenced_down_next_entry(&page.members.entries, &entry));
        cr_expect(entry.member == number && !entry.gone);
    }
    cr_expect_not(sequenced_down_next_entry(&page.members.entries, &entry));
}

Test(epoch, a_plain_member_only_sees_the_others_leave)
{
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, DAVE, "L dave");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, CAROL), 3, "two exits and a join");
    fake_outbox_clear(&stage.outbox);
    stage_send(&stage, DAVE, "C dave hi");
    stage_send(&stage, CAROL, "C carol hello");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, CAROL), 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, DAVE), 1);
}
