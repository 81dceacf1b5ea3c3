/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Events that hold their author's name, so that a newcomer need not wait for the list of members.
 */
#include "support/hand.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;
static struct hand alice, bob;

/* alice and carol are in; alice came last, and has said nothing. */
static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
    hand_init(&bob, &stage, BOB);
    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_report(&alice, 2);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_names, .init = open_stage, .fini = close_stage);

/* The names and texts in the events that alice was sent and has not read: "carol:hi :again". */
static const char *read_names(void)
{
    static char text[400];
    struct sequenced_events events;
    struct sequenced_event event;
    size_t length = 0;

    stage_sweep(&stage);
    text[0] = '\0';
    while (hand_events(&alice, &events)) {
        while (sequenced_events_next(&events, &event))
            length += (size_t)snprintf(text + length, sizeof(text) - length, "%s%.*s:%.*s",
                                       length > 0 ? " " : "", (int)event.name.length,
                                       event.name.bytes, (int)event.text.length, event.text.bytes);
    }
    return text;
}

Test(session_names, the_first_message_after_a_newcomer_holds_its_authors_name)
{
    stage_send(&stage, CAROL, "C carol hi");
    stage_send(&stage, CAROL, "C carol again");
    cr_expect_str_eq(read_names(), "carol:hi :again");
}

Test(session_names, a_newcomer_knows_those_that_come_later)
{
    stage_send(&stage, BOB, "L bob");
    stage_send(&stage, BOB, "C bob hi");
    cr_expect_str_eq(read_names(), "bob: :hi");
}

Test(session_names, each_newcomer_has_every_author_named_once)
{
    stage_send(&stage, CAROL, "C carol hi");
    cr_assert(hand_enter(&bob, 8, "bob"));
    hand_say(&alice, 1, "hi");
    hand_say(&alice, 2, "again");
    stage_send(&stage, CAROL, "C carol again");
    stage_send(&stage, CAROL, "C carol and again");
    cr_expect_str_eq(read_names(), "carol:hi bob: alice:hi :again carol:again :and again");
}

Test(session_names, a_plain_newcomer_needs_no_name)
{
    stage_send(&stage, CAROL, "C carol hi");
    stage_send(&stage, BOB, "L bob");
    stage_send(&stage, CAROL, "C carol again");
    cr_expect_str_eq(read_names(), "carol:hi bob: :again");
}

Test(session_names, after_half_a_minute_a_newcomer_waits_for_no_name)
{
    stage_pass_ms(&stage, 29999);
    stage_send(&stage, CAROL, "C carol hi");
    cr_assert(hand_enter(&bob, 8, "bob"));
    cr_expect_str_eq(read_names(), "carol:hi bob:");
    hand_report(&alice, 4);
    stage_pass_ms(&stage, 30000);
    stage_send(&stage, CAROL, "C carol again");
    cr_expect_str_eq(read_names(), ":again");
}

Test(session_names, an_exit_and_a_rename_hold_the_name_that_ends)
{
    cr_assert(hand_enter(&bob, 8, "bob"));
    hand_rename(&alice, 1, "anna");
    stage_send(&stage, CAROL, "E carol");
    cr_expect_str_eq(read_names(), "bob: alice: anna: carol:");
}

Test(session_names, an_exit_after_a_message_holds_no_name)
{
    stage_send(&stage, CAROL, "C carol hi");
    stage_send(&stage, CAROL, "E carol");
    cr_expect_str_eq(read_names(), "carol:hi :");
}

Test(session_names, a_repair_has_the_same_bytes)
{
    struct fake_datagram first;
    const struct fake_datagram *again;

    stage_send(&stage, CAROL, "C carol hi");
    stage_sweep(&stage);
    first = *hand_next(&alice);
    hand_missing(&alice, 3, 1);
    stage_sweep(&stage);
    again = hand_next(&alice);
    cr_assert_not_null(again);
    cr_assert_eq(again->length, first.length);
    cr_expect_arr_eq(again->bytes, first.bytes, first.length);
}
