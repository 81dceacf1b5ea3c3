/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What follows from losses: repeats, prompt reports, windows, and smaller datagrams. */
#include "support/hand.h"

#include "core/model/session.h"
#include "core/room/room_state.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define CAROL 1003

static struct stage stage;
static struct hand alice;

static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_report(&alice, 2);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_losses, .init = open_stage, .fini = close_stage);

static void say(unsigned count, bool each)
{
    stage_say_long(&stage, CAROL, "carol", count, each);
}

static void say_word(const char *word)
{
    stage_say(&stage, CAROL, "carol", word);
}

static void forget(void)
{
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
}

static void report_lost(struct hand *hand, uint64_t position, uint16_t received, uint16_t lost)
{
    hand->received += received;
    hand->lost += lost;
    hand_report(hand, position);
}

Test(session_losses, a_member_can_not_report_more_than_it_was_sent)
{
    const struct loss *loss = &stage.room->sessions->loss;

    say(4, true);
    report_lost(&alice, 2, 1, 1);
    cr_expect_eq(loss_permille(loss, stage.now.mono_ns), 500);
    for (int i = 0; i < 100; i++)
        report_lost(&alice, 2, 0, 1000);
    cr_expect_leq(loss->datagrams, 5, "4 and its own join");
}

Test(session_losses, after_a_loss_datagrams_repeat_those_before_them_and_repairs_do_not)
{
    struct sequenced_events events;

    say(9, true);
    report_lost(&alice, 11, 4, 4);
    say_word("one");
    stage_sweep(&stage);
    forget();
    say_word("two");
    stage_sweep(&stage);
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.repeats, 1);
    cr_expect_eq(events.first, 12);
    hand_missing(&alice, 13, 1);
    stage_sweep(&stage);
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.repeats, 0);
    cr_expect_eq(events.first, 13);
    stage.now.mono_ns += 11 * MOMENT_NS_PER_S;
    hand_report(&alice, 13);
    say_word("three");
    stage_sweep(&stage);
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.repeats, 0, "ten seconds later");
}

Test(session_losses, after_a_loss_a_report_is_expected_at_once_after_a_quiet)
{
    say(9, true);
    report_lost(&alice, 11, 8, 1);
    stage_pass_ms(&stage, 100);
    say_word("one");
    stage_sweep(&stage);
    forget();
    stage_pass_ms(&stage, 9);
    cr_expect_eq(stage.outbox.count, 0);
    stage_pass_ms(&stage, 1);
    cr_expect_eq(hand_count_events(&alice), 1, "10 ms");
}

Test(session_losses, what_is_received_or_lost_is_in_flight_no_longer)
{
    const struct congestion_flow *flow =
        &sessions_find(stage.room->sessions, alice.token)->session->congestion;
    uint16_t full;

    forget();
    say(30, true);
    full = flow->flight;
    cr_expect_eq(hand_count_events(&alice), full);
    report_lost(&alice, 2, 4, 1);
    cr_expect_eq(flow->flight, full - 5);
    stage_sweep(&stage);
    cr_expect_gt(hand_count_events(&alice), 5, "four have come, one is lost: it has grown");
}

Test(session_losses, what_is_asked_for_again_is_not_lost_again)
{
    const struct loss *loss = &stage.room->sessions->loss;
    uint32_t lost;

    say(4, true);
    alice.lost++;
    hand_missing(&alice, 4, 1);
    lost = loss->lost;
    cr_expect_gt(lost, 0);
    hand_missing(&alice, 4, 1);
    cr_expect_eq(loss->lost, lost, "it waits");
    stage_sweep(&stage);
    hand_missing(&alice, 4, 1);
    cr_expect_eq(loss->lost, lost, "the repair may be under way");
}

Test(session_losses, what_a_queue_drops_is_no_reason_to_repeat)
{
    struct session *session = sessions_find(stage.room->sessions, alice.token)->session;

    say(4, true);
    controllers_at(&stage.room->controllers, session->controller)->path.delayed = 3;
    report_lost(&alice, 2, 1, 1);
    cr_expect_eq(loss_permille(&stage.room->sessions->loss, stage.now.mono_ns), 0);
}

Test(session_losses, a_member_is_told_how_many_of_its_ups_have_come_if_some_have_not)
{
    struct sequenced_up_frame beat = {.kind = SEQUENCED_UP_HEARTBEAT};
    struct sequenced_down_frame frame;

    hand_up(&alice, &beat, 1);
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_REPORT, &frame));
    alice.packet += 2;
    hand_up(&alice, &beat, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_REPORT, &frame));
    cr_expect_eq(frame.report.packet, alice.packet);
    cr_expect_eq(frame.report.received, alice.packet - 2);
    hand_up(&alice, &beat, 1);
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_REPORT, &frame), "it knows");
    alice.lost++;
    hand_up(&alice, &beat, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_REPORT, &frame), "after a loss always");
    cr_expect_eq(frame.report.packet, alice.packet);
}

Test(session_losses, a_member_that_repeats_what_has_come_is_told_which_up_is_answered)
{
    struct sequenced_down_frame frame;

    hand_say(&alice, 1, "hello");
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_REPORT, &frame));
    hand_say(&alice, 1, "hello");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_REPORT, &frame), "its waits are too short");
    cr_expect_eq(frame.report.packet, alice.packet);
}

/* ---- a path that takes no large datagrams ---- */

/* Alice asks for all that she lacks, as long as nothing of at most so many bytes comes. */
static unsigned ask_in_vain(uint64_t last, size_t bytes)
{
    for (unsigned asked = 1; asked < 100; asked++) {
        const struct fake_datagram *datagram;

        forget();
        hand_missing(&alice, alice.position + 1, last - alice.position);
        stage_sweep(&stage);
        while ((datagram = hand_next(&alice)) != NULL) {
            if (datagram->length <= bytes)
                return asked;
        }
    }
    return 0;
}

Test(session_losses, a_member_that_large_datagrams_do_not_reach_is_sent_small_ones)
{
    struct sequenced_events events;

    for (int i = 0; i < 14; i++)
        say_word("some words, so that together they are a large datagram");
    stage_sweep(&stage);
    cr_expect_eq(ask_in_vain(16, 508), 9, "after eight");
    alice.read = 0;
    for (uint64_t next = 3; next <= 16; next = events.first + events.count) {
        cr_assert(hand_events(&alice, &events));
        cr_expect_eq(events.first, next);
    }
    for (size_t i = 0; i < fake_outbox_count_to(&stage.outbox, ALICE); i++)
        cr_expect_leq(fake_outbox_to(&stage.outbox, ALICE, i)->length, 508);
    hand_report(&alice, 16);
    forget();
    for (int i = 0; i < 14; i++)
        say_word("and what is said from now on comes in small ones");
    stage_sweep(&stage);
    cr_expect_gt(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    for (size_t i = 0; i < fake_outbox_count_to(&stage.outbox, ALICE); i++)
        cr_expect_leq(fake_outbox_to(&stage.outbox, ALICE, i)->length, 508);
}

Test(session_losses, what_is_only_lost_now_and_then_stays_large)
{
    for (int i = 0; i < 3; i++) {
        say(1, true);
        for (unsigned asked = 0; asked < 7; asked++) {
            hand_missing(&alice, alice.position + 1, 1);
            stage_sweep(&stage);
        }
        hand_report(&alice, alice.position + 1);
    }
    forget();
    say(1, true);
    cr_expect_gt(fake_outbox_to(&stage.outbox, ALICE, 0)->length, 508);
}

Test(session_losses, an_event_that_fits_no_small_datagram_is_sent_as_it_is)
{
    say(2, true);
    cr_expect_eq(ask_in_vain(4, 508), 0);
    alice.read = 0;
    cr_expect_eq(hand_count_events(&alice), 2);
}
