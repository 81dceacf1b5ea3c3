/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The messages of a client: each is sent under one number until its outcome is known. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct client_stage stage;

static void open_stage(void)
{
    client_stage_new(&stage);
    client_stage_enter(&stage);
}

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_messages, .init = open_stage, .fini = close_stage);

Test(sequenced_client_messages, its_own_event_is_the_acknowledgement)
{
    struct sequenced_up_frame frame;
    uint32_t number = client_stage_say(&stage, "hello");

    cr_expect_eq(number, 1);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MESSAGE, &frame));
    cr_expect_eq(frame.message.what, SEQUENCED_WHAT_TEXT);
    cr_expect_eq(frame.message.text.length, 5);
    cr_expect_eq(client_pending(stage.client), 1);
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 1, "hello");
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
    cr_expect_eq(stage.events[stage.event_count - 1].own, 1);
    cr_expect_eq(client_pending(stage.client), 0);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 15000);
    cr_expect_str_eq(client_stage_messages(&stage), "");
}

Test(sequenced_client_messages, somebody_elses_message_of_that_number_is_none)
{
    client_stage_say(&stage, "hello");
    client_stage_chat(&stage, 11, 3, 1, "hello");
    cr_expect_eq(stage.outcome_count, 0);
    cr_expect_eq(stage.events[stage.event_count - 1].own, 0);
}

Test(sequenced_client_messages,
     a_message_missing_before_a_received_one_is_repeated_at_once_and_then_as_ever)
{
    close_stage();
    client_stage_new(&stage);
    stage.round_trip_ms = 40; /* three deviations: it waits for 100 ms */
    client_stage_enter(&stage);
    for (int i = 0; i < 4; i++)
        client_stage_say(&stage, "hello");
    cr_expect_str_eq(client_stage_messages(&stage), "1 2 3 4");
    client_stage_taken(&stage, 0, 0, 0x4); /* the server has 3 */
    client_stage_pass_ms(&stage, 9);
    cr_expect_str_eq(client_stage_messages(&stage), "", "it may only be late");
    client_stage_pass_ms(&stage, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "1 2", "nothing shows that 4 is lost");
    client_stage_taken(&stage, 0, 0, 0x4);
    client_stage_pass_ms(&stage, 89);
    cr_expect_str_eq(client_stage_messages(&stage), "", "the answer may be to the first of them");
    client_stage_pass_ms(&stage, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "4");
    client_stage_pass_ms(&stage, 150);
    cr_expect_str_eq(client_stage_messages(&stage), "1 2",
                     "doubled, since they were repeated before");
}

Test(sequenced_client_messages, a_message_without_an_answer_triggers_a_heartbeat)
{
    struct sequenced_up_frame frame;

    client_stage_say(&stage, "hello");
    client_stage_pass_ms(&stage, 149);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame));
    client_stage_pass_ms(&stage, 1);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame),
              "with the fourth repetition");
    client_stage_pass_ms(&stage, 10999);
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    client_stage_pass_ms(&stage, 1);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
}

Test(sequenced_client_messages,
     a_message_is_repeated_with_waits_that_double_up_to_1600_ms_until_it_is_taken)
{
    static const int64_t waits_ms[] = {10, 20, 40, 80, 160, 320, 640, 1280, 1600, 1600};

    client_stage_say(&stage, "hello");
    cr_expect_str_eq(client_stage_messages(&stage), "1");
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(*waits_ms); i++) {
        client_stage_pass_ms(&stage, waits_ms[i] - 1);
        cr_expect_str_eq(client_stage_messages(&stage), "", "not before %d ms", (int)waits_ms[i]);
        client_stage_pass_ms(&stage, 1);
        cr_expect_str_eq(client_stage_messages(&stage), "1", "after %d ms", (int)waits_ms[i]);
    }
    client_stage_taken(&stage, 1, 0, 0);
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 1, "hello");
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0),
              "its event comes late and settles nothing");
    cr_expect_eq(stage.events[stage.event_count - 1].own, 1, "but is known for its own");
}

Test(sequenced_client_messages, a_window_of_32_is_in_flight_in_few_datagrams)
{
    char expected[512] = "";

    for (int i = 0; i < 40; i++) {
        uint32_t number;

        cr_assert_eq(client_say(stage.client, &stage.now, "hello", 5, &number), 0);
        if (i < 32)
            snprintf(expected + strlen(expected), sizeof(expected) - strlen(expected), "%s%d",
                     i > 0 ? " " : "", i + 1);
    }
    client_stage_tick(&stage);
    cr_expect_eq(stage.sent_count, 1);
    cr_expect_str_eq(client_stage_messages(&stage), expected);
    client_stage_taken(&stage, 3, 0, 0);
    cr_expect_str_eq(client_stage_messages(&stage), "33 34 35");
}

Test(sequenced_client_messages, messages_of_any_length_fit)
{
    char text[900];
    uint32_t number;

    memset(text, 'x', sizeof(text));
    for (int i = 0; i < 20; i++)
        cr_assert_eq(client_say(stage.client, &stage.now, text, sizeof(text), &number), 0);
    client_stage_tick(&stage);
    cr_expect_eq(stage.sent_count, 12, "and there is room for so many");
    cr_expect_eq(client_text_max_bytes(stage.client), 900);
    cr_expect_eq(client_say(stage.client, &stage.now, text, 901, &number), STATUS_TOO_LONG);
    cr_expect_eq(client_say(stage.client, &stage.now, text, 0, &number), STATUS_INVALID);
    cr_expect_eq(client_say(stage.client, &stage.now, "\xff", 1, &number), STATUS_NOT_UTF8);
}

Test(sequenced_client_messages, no_more_than_256_wait)
{
    uint32_t number;

    for (int i = 0; i < CLIENT_PENDING_MAX; i++)
        cr_assert_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
    cr_expect_eq(client_say(stage.client, &stage.now, "x", 1, &number), STATUS_FULL);
    cr_expect_eq(client_pending(stage.client), CLIENT_PENDING_MAX);
    client_stage_tick(&stage);
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
    cr_expect_eq(number, CLIENT_PENDING_MAX + 1);
}

Test(sequenced_client_messages, a_refused_message_has_its_reason_and_if_that_is_lost_none)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_say(&stage, "three");
    client_stage_not_taken(&stage, 1, SEQUENCED_WHY_MUTED, 0);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_REFUSED, SEQUENCED_WHY_MUTED));
    client_stage_not_taken(&stage, 1, SEQUENCED_WHY_EMPTY, 0);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_REFUSED, SEQUENCED_WHY_MUTED));
    client_stage_taken(&stage, 3, 1U << 1 | 1U << 2, 0);
    cr_expect(client_stage_outcome(&stage, 2, CLIENT_REFUSED, 0));
    cr_expect(client_stage_outcome(&stage, 3, CLIENT_TAKEN, 0));
}

Test(sequenced_client_messages, a_message_without_its_own_event_is_repeated)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 2, "two");
    cr_expect(client_stage_outcome(&stage, 2, CLIENT_TAKEN, 0));
    cr_expect_eq(stage.outcome_count, 1);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "1");
    client_stage_taken(&stage, 2, 1U << 1, 0);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_REFUSED, 0));
}

Test(sequenced_client_messages, the_window_reaches_no_further_than_the_bits_for_refusals)
{
    uint32_t number;

    for (int i = 0; i < 40; i++)
        cr_assert_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
    client_stage_tick(&stage);
    client_stage_lose(&stage);
    for (uint32_t said = 2; said <= 32; said++)
        client_stage_chat(&stage, 9 + said, CLIENT_STAGE_MEMBER, (uint16_t)said, "x");
    cr_expect_str_eq(client_stage_messages(&stage), "", "the first may have been refused");
    client_stage_taken(&stage, 32, 1U << 31, 0);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_REFUSED, 0));
    cr_expect_str_eq(client_stage_messages(&stage), "33 34 35 36 37 38 39 40");
}

Test(sequenced_client_messages, a_kept_message_is_not_repeated_while_one_before_it_is_missing)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_say(&stage, "three");
    client_stage_lose(&stage);
    client_stage_taken(&stage, 0, 0, 1U << 1 | 1U << 2);
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "1");
    client_stage_taken(&stage, 2, 0, 0);
    cr_expect_str_eq(client_stage_messages(&stage), "");
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "3",
                     "nothing stands before it any more, and its event may be lost");
}

Test(sequenced_client_messages, slow_down_holds_the_message_and_those_after_it)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_lose(&stage);
    client_stage_not_taken(&stage, 2, SEQUENCED_WHY_SLOW_DOWN, 300);
    client_stage_say(&stage, "three");
    client_stage_taken(&stage, 1, 0, 0);
    client_stage_pass_ms(&stage, 2999);
    cr_expect_str_eq(client_stage_messages(&stage), "");
    client_stage_pass_ms(&stage, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "2 3");
    cr_expect_eq(stage.outcome_count, 1);
}

Test(sequenced_client_messages, acknowledgements_of_messages_not_sent_are_ignored)
{
    client_stage_say(&stage, "one");
    client_stage_taken(&stage, 2, 0, 0);
    client_stage_not_taken(&stage, 2, SEQUENCED_WHY_MUTED, 0);
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 2, "x");
    cr_expect_eq(stage.outcome_count, 0);
}

Test(sequenced_client_messages, the_end_settles_everything)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_CLOSED,
                                          .closed = {.reason = 3, .text = {"", 0}}};
    uint32_t number;

    for (int i = 0; i < 33; i++)
        cr_assert_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
    client_stage_tick(&stage);
    client_stage_down(&stage, &closed);
    cr_expect(client_stage_outcome(&stage, 32, CLIENT_UNKNOWN, 0));
    cr_expect(client_stage_outcome(&stage, 33, CLIENT_REFUSED, 0), "it was never sent");
    cr_expect_eq(client_say(stage.client, &stage.now, "x", 1, &number), STATUS_INVALID);
}

Test(sequenced_client_messages, a_client_that_leaves_waits_until_all_is_settled_unless_it_can_not)
{
    struct sequenced_up_frame frame;
    uint32_t number;

    client_stage_say(&stage, "one");
    client_stage_lose(&stage);
    client_leave(stage.client, &stage.now, false);
    client_stage_tick(&stage);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame));
    cr_expect_eq(client_say(stage.client, &stage.now, "x", 1, &number), STATUS_INVALID);
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame));
    close_stage();
    open_stage();
    client_stage_say(&stage, "one");
    client_leave(stage.client, &stage.now, true);
    client_stage_tick(&stage);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame));
    client_leave(stage.client, &stage.now, true);
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_UNKNOWN, 0));
}

Test(sequenced_client_messages, a_rename_is_sent_as_a_message_and_arrives_as_two_events)
{
    struct sequenced_up_frame frame;
    uint32_t number;

    cr_assert_eq(client_rename(stage.client, &stage.now, "alicia", &number), 0);
    cr_expect_eq(number, 1);
    client_stage_tick(&stage);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MESSAGE, &frame));
    cr_expect_eq(frame.message.what, SEQUENCED_WHAT_NAME);
    client_stage_left(&stage, 11, CLIENT_STAGE_MEMBER, 1, EXIT_RENAMED);
    client_stage_joined(&stage, 12, CLIENT_STAGE_MEMBER, 1, "alicia");
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
    cr_expect_str_eq(client_name(stage.client), "alicia");
    cr_expect_eq(stage.events[1].own, 1);
    cr_expect_eq(stage.events[2].own, 1);
}

Test(sequenced_client_messages, the_16_bit_name_of_a_message_wraps_around)
{
    uint32_t number = 0;

    for (uint32_t i = 1; i <= 65540; i++) {
        cr_assert_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
        client_stage_tick(&stage);
        if (i < 65530)
            client_stage_taken(&stage, i, 0, 0);
        else
            client_stage_chat(&stage, 11 + i - 65530, CLIENT_STAGE_MEMBER, sequenced_said(i), "x");
        client_stage_lose(&stage);
        if (i >= 65530)
            cr_assert_eq(stage.events[stage.event_count - 1].own, i);
        cr_assert_eq(client_pending(stage.client), 0);
        stage.outcome_count = 0;
    }
}

Test(sequenced_client_messages, a_client_that_gets_answers_does_not_go_on_doubling_its_waits)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_say(&stage, "three");
    client_stage_pass_ms(&stage, 5000);
    client_stage_lose(&stage);
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect_str_eq(client_stage_messages(&stage), "", "they may be on their way");
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "2 3");
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "", "and now nobody answers");
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "2 3");
}

Test(sequenced_client_messages, kept_ends_the_doubling_too)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_pass_ms(&stage, 10 + 20 + 40);
    client_stage_lose(&stage);
    client_stage_taken(&stage, 0, 0, 0x2);
    client_stage_pass_ms(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "1");
}

Test(sequenced_client_messages, a_message_whose_event_waits_for_those_before_it_is_not_repeated)
{
    client_stage_say(&stage, "one");
    client_stage_lose(&stage);
    client_stage_chat(&stage, 12, CLIENT_STAGE_MEMBER, 1, "one");
    client_stage_pass_ms(&stage, 5000);
    cr_expect_str_eq(client_stage_messages(&stage), "");
    cr_expect_eq(stage.outcome_count, 0);
    client_stage_chat(&stage, 11, 3, 0, "lost");
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
}

Test(sequenced_client_messages, a_message_whose_event_was_skipped_is_asked_about)
{
    struct sequenced_down_frame gap = {.kind = SEQUENCED_DOWN_GAP, .oldest = 13};

    client_stage_say(&stage, "one");
    client_stage_chat(&stage, 12, CLIENT_STAGE_MEMBER, 1, "one");
    client_stage_pass_ms(&stage, 1000);
    client_stage_lose(&stage);
    client_stage_down(&stage, &gap);
    client_stage_pass_ms(&stage, 2000);
    cr_expect_str_neq(client_stage_messages(&stage), "");
}

Test(sequenced_client_messages, after_a_loss_the_next_up_repeats_a_message_and_waits_anew)
{
    client_stage_say(&stage, "one");
    client_stage_lose(&stage);
    client_stage_head(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "", "nothing was lost before it was said");
    client_stage_taken(&stage, 1, 0, 0);
    client_stage_say(&stage, "two");
    cr_expect_str_eq(client_stage_messages(&stage), "2");
    client_stage_pass_ms(&stage, 5);
    client_stage_head(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "2", "the UP is due for the report");
    client_stage_pass_ms(&stage, 4);
    client_stage_head(&stage, 10);
    cr_expect_str_eq(client_stage_messages(&stage), "", "once");
    client_stage_pass_ms(&stage, 5);
    cr_expect_str_eq(client_stage_messages(&stage), "", "10 ms after the last of them");
    client_stage_pass_ms(&stage, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "2");
}

Test(sequenced_client_messages, after_a_loss_later_events_show_that_a_message_was_lost)
{
    client_stage_chat(&stage, 12, 3, 0, "hello");
    client_stage_pass_ms(&stage, 1);
    client_stage_chat(&stage, 11, 3, 0, "hello");
    client_stage_say(&stage, "one");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 1);
    client_stage_chat(&stage, 13, 3, 0, "hello");
    cr_expect_str_eq(client_stage_messages(&stage), "", "it may be on its way");
    client_stage_pass_ms(&stage, 1);
    client_stage_chat(&stage, 15, 3, 0, "hello");
    cr_expect_str_eq(client_stage_messages(&stage), "", "its event may be that which is missing");
    client_stage_chat(&stage, 14, 3, 0, "hello");
    cr_expect_str_eq(client_stage_messages(&stage), "1");
}

Test(sequenced_client_messages, without_a_loss_a_message_waits_ten_milliseconds_for_its_event)
{
    client_stage_say(&stage, "one");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 9);
    client_stage_chat(&stage, 11, 3, 0, "hello");
    cr_expect_str_eq(client_stage_messages(&stage), "");
    client_stage_pass_ms(&stage, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "1");
}
