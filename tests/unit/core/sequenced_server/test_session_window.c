/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/sequenced_server/session_window.h"

#include "core/model/session.h"
#include "core/room/room_state.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdio.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1000 /* says everything, by the plain protocol */

/* Datagrams of what is said below, which find room in a window of twenty of 1200 bytes. */
#define WINDOW 27U

static struct stage stage;
static struct hand alice, bob;

static void open_stage(void)
{
    stage_new(&stage);
    stage_join(&stage, CAROL, "carol");
    hand_init(&alice, &stage, ALICE);
    hand_init(&bob, &stage, BOB);
    cr_assert(hand_enter(&alice, 7, "alice"));
    cr_assert(hand_enter(&bob, 8, "bob"));
    fake_outbox_clear(&stage.outbox);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_window, .init = open_stage, .fini = close_stage);

static struct session *session_of(const struct hand *hand)
{
    return sessions_find(stage.room->sessions, hand->token)->session;
}

static const struct controller *controller_of(const struct hand *hand)
{
    return controllers_at(&stage.room->controllers, session_of(hand)->controller);
}

/* So many messages, each nearly as long as a datagram. */
static void say(unsigned count)
{
    stage_say_long(&stage, CAROL, "carol", count, true);
}

static size_t sent_to(uint16_t port)
{
    return fake_outbox_count_to(&stage.outbox, port);
}

static void report(struct hand *hand, uint16_t received)
{
    hand->received = (uint16_t)(hand->received + received);
    hand_report(hand, hand->position);
    stage_sweep(&stage);
}

Test(session_window, members_at_one_address_share_a_window_and_have_equal_parts_of_it)
{
    say(40);
    cr_expect_eq(sent_to(ALICE) + sent_to(BOB), WINDOW);
    cr_expect_leq(sent_to(ALICE), sent_to(BOB) + 1);
    cr_expect_leq(sent_to(BOB), sent_to(ALICE) + 1);
    cr_expect_eq(controller_of(&alice), controller_of(&bob));
    cr_expect_eq(controller_of(&alice)->path.flows, 2);
}

Test(session_window, what_one_reports_makes_room_for_all_in_turn)
{
    size_t others;

    say(40);
    others = sent_to(BOB);
    report(&alice, 10);
    cr_expect_gt(sent_to(BOB), others, "not only the one that has reported");
    cr_expect_neq(controller_of(&alice)->first, 0, "the others wait");
}

Test(session_window, while_its_events_wait_a_member_is_told_that_its_messages_have_come)
{
    struct sequenced_down_frame frame;

    hand_say(&alice, 1, "hello");
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &frame), "its event says so");
    say(40);
    hand_say(&alice, 2, "hello");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &frame));
    cr_expect_eq(frame.taken.upto, 2);
}

Test(session_window, a_member_that_leaves_while_it_waits_makes_room)
{
    size_t before;

    say(40);
    before = sent_to(BOB);
    cr_assert_neq(session_of(&alice)->flags & SESSION_WAITS, 0);
    hand_up(&alice, &(struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    stage_sweep(&stage);
    cr_expect_gt(sent_to(BOB), before);
    cr_expect_eq(controller_of(&bob)->path.flows, 1);
    cr_expect_eq(controller_of(&bob)->path.flight, session_of(&bob)->congestion.units);
}

Test(session_window, a_member_that_resumes_elsewhere_takes_its_part_along)
{
    const struct controller *before = controller_of(&alice);

    say(40);
    alice.path.peer.address[ENDPOINT_ADDRESS_BYTES - 1] ^= 1U;
    cr_assert(hand_hello(&alice, 9));
    cr_assert(hand_join(&alice, "alice", true));
    stage_sweep(&stage);
    cr_expect_neq(controller_of(&alice), before);
    cr_expect_eq(controller_of(&alice)->path.flows, 1);
    cr_expect_eq(before->path.flows, 1);
    cr_expect_eq(before->path.flight, session_of(&bob)->congestion.units);
}

Test(session_window, everybody_leaves_and_no_controller_stays)
{
    hand_up(&alice, &(struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    hand_up(&bob, &(struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    cr_expect_eq(stage.room->controllers.members, 0);
    cr_expect_eq(stage.room->controllers.by_address.count, 0);
}

Test(session_window, a_datagram_that_the_socket_did_not_take_gives_its_room_back)
{
    uint32_t before = controller_of(&alice)->path.flight;

    stage.outbox.take = 0;
    say(3);
    cr_expect_eq(controller_of(&alice)->path.flight, before);
}

/* Nobody reports, and the window is kept by pacing: time alone makes room. */
Test(session_window, with_pacing_the_next_datagram_goes_when_its_time_has_come)
{
    struct congestion *path =
        &controllers_at(&stage.room->controllers, session_of(&alice)->controller)->path;
    size_t before;

    path->window = CONGESTION_DATAGRAM / 2;
    path->round_trip_us = 100000;
    say(1);
    cr_assert_eq(sent_to(ALICE) + sent_to(BOB), 1, "of two that are owed");
    before = sent_to(ALICE) + sent_to(BOB);
    report(sent_to(ALICE) > 0 ? &alice : &bob, 1);
    cr_expect_eq(sent_to(ALICE) + sent_to(BOB), before);
    stage.now.mono_ns += 400 * MOMENT_NS_PER_MS;
    room_tick(stage.room, &stage.now);
    stage_sweep(&stage);
    cr_expect_eq(sent_to(ALICE) + sent_to(BOB), before + 1);
}
