/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What a client reports of the datagrams that came, and which of these it does not believe. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <stdio.h>

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

TestSuite(sequenced_client_reports, .init = open_stage, .fini = close_stage);

static void chat(uint64_t seq)
{
    client_stage_chat(&stage, seq, 3, 0, "hello");
}

/* EVENTS with the chats from `first` to `last`, of which so many are repeats. */
static void chats(uint64_t first, uint64_t last, uint8_t repeats)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_bundle bundle;

    sequenced_events_begin(&bundle, bytes, sizeof(bytes), CLIENT_STAGE_EPOCH);
    sequenced_events_repeat(&bundle, repeats);
    for (uint64_t seq = first; seq <= last; seq++) {
        struct event event = {
            .seq = seq, .author = 3, .kind = EVENT_CHAT, .text = "x", .text_len = 1};

        cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    }
    client_stage_receive(&stage, bytes, sequenced_events_length(&bundle));
}

/* Of the last UP, which is due within 20 ms. */
static struct sequenced_up reported(void)
{
    const struct client_stage_datagram *datagram;
    struct sequenced_up_reader reader;
    struct sequenced_up up = {0};

    client_stage_pass_ms(&stage, 20);
    while ((datagram = client_stage_next(&stage)) != NULL)
        cr_assert_eq(sequenced_up_open(datagram->bytes, datagram->length, &up, &reader), 0);
    return up;
}

Test(sequenced_client_reports,
     a_report_counts_what_has_come_and_says_how_long_ago_the_last_event_came)
{
    struct sequenced_up first, second;

    chat(11);
    first = reported();
    cr_expect_eq(first.lost, 0);
    cr_expect_eq(first.delay, 200, "20 ms");
    chat(12);
    client_stage_head(&stage, 12);
    second = reported();
    cr_expect_eq(second.received, first.received + 1, "a DOWN does not count");
    cr_expect_eq(second.delay, 0);
    chat(15);
    second = reported();
    cr_expect_eq(second.position, 12);
    cr_expect_eq(second.ahead, 3);
    cr_expect_eq(second.delay, 110, "of the last event that has come, when it asks again");
}

Test(sequenced_client_reports, an_event_that_was_skipped_came_at_no_time)
{
    struct sequenced_down_frame gap = {.kind = SEQUENCED_DOWN_GAP, .oldest = 21};

    client_stage_down(&stage, &gap);
    cr_expect_eq(reported().delay, SEQUENCED_DELAY_UNKNOWN);
    client_stage_pass_ms(&stage, 7000);
    client_stage_page(&stage, 22, 0, 7, false, "3 carol, 7 alice");
    chat(21);
    client_stage_pass_ms(&stage, 7000);
    client_stage_head(&stage, 21);
    cr_expect_eq(reported().delay, SEQUENCED_DELAY_UNKNOWN, "too old to tell");
}

Test(sequenced_client_reports, repeats_close_a_gap_and_their_datagram_counts_as_lost)
{
    struct sequenced_up_frame frame;

    chat(11);
    chats(12, 13, 1);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12 13");
    cr_expect_eq(reported().lost, 1);
    chats(13, 14, 1);
    cr_expect_eq(reported().lost, 1, "13 had come");
    cr_expect_not(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
}

Test(sequenced_client_reports, repeats_that_close_a_gap_have_not_been_overtaken)
{
    struct sequenced_up_frame frame;

    chat(12);
    chats(11, 13, 2);
    client_stage_lose(&stage);
    chat(15);
    client_stage_pass_ms(&stage, 1);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame), "not after 10 ms");
}

Test(sequenced_client_reports, repeats_that_overlap_what_has_come_are_delivered_once)
{
    chats(13, 14, 1);
    chats(11, 13, 2);
    chats(12, 15, 3);
    chats(11, 11, 0);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12 13 14 15");
}

Test(sequenced_client_reports, lost_events_count_as_the_datagrams_that_such_events_fill)
{
    for (uint64_t seq = 11; seq < 1011; seq += 10)
        chats(seq, seq + 9, 0);
    cr_expect_eq(reported().lost, 0);
    chats(1041, 1050, 0);
    cr_expect_eq(reported().lost, 3);
}

/* ---- forged events ---- */

Test(sequenced_client_reports, events_that_are_further_ahead_than_a_window_are_ignored)
{
    struct sequenced_up_frame frame;

    chats(UINT64_C(1) << 61, UINT64_C(1) << 61, 0);
    chat(10 + 256 * 400 + 1);
    client_stage_pass_ms(&stage, 5000);
    cr_expect_not(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    chat(11);
    cr_expect_str_eq(client_stage_delivered(&stage), "11");
}

Test(sequenced_client_reports,
     a_gap_that_does_not_close_is_given_up_if_the_server_has_not_sent_so_much)
{
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_HEARTBEAT};
    struct sequenced_up_frame frame;

    chat(5000);
    chat(11);
    chat(13);
    for (int i = 0; i < 200 && !client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame); i++)
        client_stage_pass_ms(&stage, 10);
    answer.heartbeat.echo = frame.echo;
    answer.heartbeat.head = 13;
    client_stage_down(&stage, &answer);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 10);
    while (client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame))
        cr_expect_str_eq(client_stage_missing(&frame, 11), "12");
    chat(12);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12 13");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 5000);
    cr_expect_not(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
}

Test(sequenced_client_reports, an_answer_that_was_overtaken_by_events_takes_nothing_away)
{
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_HEARTBEAT};

    chat(12);
    answer.heartbeat.echo = 1;
    answer.heartbeat.head = 10;
    client_stage_down(&stage, &answer);
    chat(11);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12");
}
