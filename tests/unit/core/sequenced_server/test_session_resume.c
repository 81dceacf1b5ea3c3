/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How a session is resumed, by whom, and what its program is told. */
#include "support/hand.h"

#include <criterion/criterion.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;
static struct hand alice;

static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_resume, .init = open_stage, .fini = close_stage);

Test(session_resume, a_program_that_has_resumed_is_told_which_messages_were_decided)
{
    struct sequenced_up_frame beat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 5};
    struct sequenced_down_frame frame;

    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, "one");
    hand_say(&alice, 2, "\xff");
    hand_say(&alice, 4, "kept, until the run ends");
    hand_up(&alice, &beat, 1);
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "alice", true));
    hand_up(&alice, &beat, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &frame));
    cr_expect_eq(frame.taken.upto, 2);
    cr_expect_eq(frame.taken.refused, 1, "also what was refused in the run before");
    cr_expect_eq(frame.taken.kept, 0);
}

Test(session_resume, in_its_first_run_a_heartbeat_tells_nothing_of_messages)
{
    struct sequenced_up_frame beat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 5};
    struct sequenced_down_frame frame;

    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_up(&alice, &beat, 1);
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &frame));
}

Test(session_resume, a_session_is_resumed_from_another_address_and_nobody_is_told)
{
    uint64_t token;

    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, "one");
    stage_sweep(&stage);
    hand_report(&alice, 2);
    token = alice.token;
    alice.path.peer.port = BOB;
    alice.read = 0;
    cr_assert(hand_hello(&alice, 8));
    cr_assert(hand_join(&alice, "whoever", true));
    cr_expect(alice.welcome.resumed);
    cr_expect_eq(alice.token, token);
    cr_expect_eq(alice.run, 2);
    cr_expect_eq(alice.member, 1);
    cr_expect_eq(alice.position, 2);
    cr_expect_eq(alice.welcome.name.length, 5);
    stage_sweep(&stage);
    cr_expect_eq(stage.happened[EVENT_EXIT], 0);
    cr_expect_eq(stage.happened[EVENT_JOIN], 1);
    hand_say(&alice, 2, "two");
    fake_outbox_clear(&stage.outbox);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
}

Test(session_resume, a_session_resumed_at_an_earlier_position_is_sent_what_follows_it)
{
    char heard[256];

    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, "one");
    stage_sweep(&stage);
    hand_report(&alice, 2);
    alice.position = 1;
    alice.read = fake_outbox_count_to(&stage.outbox, ALICE);
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "", true));
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "1:one");
}

Test(session_resume, nobody_resumes_to_before_its_own_join)
{
    stage_join(&stage, 1003, "carol");
    stage_send(&stage, 1003, "C carol secret");
    cr_assert(hand_enter(&alice, 7, "alice"));
    cr_expect_eq(alice.position, 2);
    alice.position = 0;
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "", true));
    cr_expect_eq(alice.position, 2);
}

Test(session_resume, a_session_that_is_not_here_is_unknown)
{
    struct hand other;

    cr_assert(hand_enter(&alice, 7, "alice"));
    other = alice;
    other.token++;
    cr_assert(hand_hello(&other, 8));
    cr_expect_not(hand_join(&other, "", true));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_UNKNOWN_SESSION);
    other = alice;
    other.epoch++;
    cr_expect(hand_hello(&other, 9));
    cr_expect_not(hand_join(&other, "", true));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_UNKNOWN_SESSION);
    other = alice;
    other.position = 2;
    cr_expect(hand_hello(&other, 10));
    cr_expect_not(hand_join(&other, "", true));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_UNKNOWN_SESSION);
}

Test(session_resume, a_join_that_comes_late_makes_no_second_member)
{
    const struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};
    struct hand late;

    cr_assert(hand_enter(&alice, 7, "alice"));
    late = alice;
    hand_up(&alice, &leave, 1);
    cr_expect_eq(room_members(stage.room), 0);
    late.read = fake_outbox_count_to(&stage.outbox, ALICE);
    cr_expect_not(hand_join(&late, "alice", false));
    cr_expect_eq(late.refusal.code, 0, "it is not answered");
    cr_expect_eq(room_members(stage.room), 0);
}

Test(session_resume, the_first_join_of_a_session_that_was_resumed_changes_nothing)
{
    struct hand late;

    cr_assert(hand_enter(&alice, 7, "alice"));
    late = alice;
    stage_pass_ms(&stage, 10);
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "", true));
    late.read = fake_outbox_count_to(&stage.outbox, ALICE);
    cr_expect_not(hand_join(&late, "alice", false));
    cr_expect_not(hand_join(&late, "alice", true));
    hand_report(&alice, 0);
    cr_expect_eq(alice.run, 2);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(session_resume, a_program_that_was_replaced_elsewhere_is_told_so)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_TAKEN};
    struct hand old;

    cr_assert(hand_enter(&alice, 7, "alice"));
    old = alice;
    alice.path.peer.port = BOB;
    alice.read = 0;
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "", true));
    hand_say(&old, 1, "late");
    cr_expect_eq(stage.happened[EVENT_CHAT], 0);
    cr_assert(hand_told(&old, SEQUENCED_DOWN_CLOSED, &closed));
    cr_expect_eq(closed.closed.reason, SEQUENCED_CLOSED_RESUMED_ELSEWHERE);
}
