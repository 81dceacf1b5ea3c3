/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Events arrive in any order, twice, or not at all; they are delivered in order and once. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

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

TestSuite(sequenced_client_events, .init = open_stage, .fini = close_stage);

static void chat(uint64_t seq)
{
    client_stage_chat(&stage, seq, 3, 0, "hello");
}

Test(sequenced_client_events, an_event_has_its_author_its_time_and_its_text)
{
    const struct client_stage_event *last;

    chat(11);
    last = &stage.events[stage.event_count - 1];
    cr_expect_eq(last->event.seq, 11);
    cr_expect_eq(last->event.kind, EVENT_CHAT);
    cr_expect_eq(last->event.author, 3);
    cr_expect_str_eq(last->name, "carol");
    cr_expect_str_eq(last->text, "hello");
    cr_expect_eq(last->event.wall_ns, 11 * MOMENT_NS_PER_S);
    cr_expect_eq(last->event.utc_offset_s, 3600);
    cr_expect_eq(last->own, 0);
}

Test(sequenced_client_events, reordering_and_duplicates_do_not_show)
{
    static const uint64_t order[] = {13, 13, 11, 15, 11, 12, 12, 14, 13, 15, 16};

    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
        chat(order[i]);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12 13 14 15 16");
}

Test(sequenced_client_events, datagrams_that_overlap_are_delivered_once)
{
    static const struct {
        uint64_t first;
        uint64_t last;
    } bundles[] = {{14, 15}, {13, 16}, {9, 11}, {10, 12}, {9, 17}, {18, 18}};

    for (size_t i = 0; i < sizeof(bundles) / sizeof(*bundles); i++) {
        uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
        struct sequenced_bundle bundle;

        sequenced_events_begin(&bundle, bytes, sizeof(bytes), CLIENT_STAGE_EPOCH);
        for (uint64_t seq = bundles[i].first; seq <= bundles[i].last; seq++) {
            struct event event = {
                .seq = seq, .author = 3, .kind = EVENT_CHAT, .text = "x", .text_len = 1};

            cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
        }
        client_stage_receive(&stage, bytes, sequenced_events_length(&bundle));
    }
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12 13 14 15 16 17 18");
}

Test(sequenced_client_events, any_order_of_a_window_is_restored)
{
    for (unsigned seed = 1; seed <= 50; seed++) {
        uint64_t order[200];

        srand(seed);
        client_stage_done(&stage);
        open_stage();
        for (size_t i = 0; i < 200; i++) {
            size_t with = (size_t)rand() % (i + 1);

            order[i] = order[with];
            order[with] = 11 + i;
        }
        for (size_t i = 0; i < 200; i++) {
            chat(order[i]);
            if (rand() % 4 == 0)
                chat(order[(size_t)rand() % (i + 1)]);
            client_stage_lose(&stage);
        }
        cr_assert_eq(stage.event_count, 201, "seed %u: the own join, and 200 chats", seed);
        for (size_t i = 1; i < 201; i++)
            cr_assert_eq(stage.events[i].event.seq, 10 + i, "seed %u", seed);
    }
}

Test(sequenced_client_events, events_of_another_epoch_are_dropped)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct event event = {.seq = 11, .author = 3, .kind = EVENT_CHAT, .text = "x", .text_len = 1};
    struct sequenced_bundle bundle;

    sequenced_events_begin(&bundle, bytes, sizeof(bytes), CLIENT_STAGE_EPOCH + 1);
    sequenced_events_add(&bundle, &event, 0);
    client_stage_receive(&stage, bytes, sequenced_events_length(&bundle));
    cr_expect_str_eq(client_stage_delivered(&stage), "");
}

Test(sequenced_client_events, an_event_of_a_later_version_takes_a_number_and_is_not_shown)
{
    uint8_t bytes[64];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    octets_write_u8(&writer, SEQUENCED_FIRST_EVENTS);
    octets_write_u8(&writer, SEQUENCED_VERSION);
    octets_write_u8(&writer, SEQUENCED_KEY_NONE);
    octets_write_u64(&writer, CLIENT_STAGE_EPOCH);
    octets_write_u8(&writer, 0);
    octets_write_varint(&writer, 11);
    octets_write_u48(&writer, 0);
    octets_write_u8(&writer, 0x47);
    octets_write_varint(&writer, 1);
    octets_write_u8(&writer, 0x55);
    client_stage_receive(&stage, bytes, writer.length);
    chat(12);
    cr_expect_str_eq(client_stage_delivered(&stage), "12");
}

Test(sequenced_client_events, the_position_is_reported_20_ms_after_the_first_or_with_the_fifth)
{
    size_t ups;

    chat(11);
    chat(12);
    client_stage_pass_ms(&stage, 19);
    cr_expect_eq(client_stage_reported(&stage, &ups), 0);
    cr_expect_eq(ups, 0);
    client_stage_pass_ms(&stage, 1);
    cr_expect_eq(client_stage_reported(&stage, &ups), 12);
    cr_expect_eq(ups, 1);
    for (uint64_t seq = 13; seq <= 17; seq++)
        chat(seq);
    cr_expect_eq(client_stage_reported(&stage, &ups), 17, "at once");
    cr_expect_eq(ups, 1);
}

Test(sequenced_client_events, a_duplicate_is_reported_again_since_the_report_may_be_lost)
{
    size_t ups;

    chat(11);
    client_stage_pass_ms(&stage, 20);
    client_stage_lose(&stage);
    chat(11);
    cr_expect_eq(client_stage_reported(&stage, &ups), 11, "at once");
    client_stage_head(&stage, 11);
    cr_expect_eq(client_stage_reported(&stage, &ups), 11,
                 "and so it is when the server tells its head again");
    cr_expect_eq(ups, 1);
}

Test(sequenced_client_events, a_gap_of_a_millisecond_is_requested_and_its_end_reported_at_once)
{
    struct sequenced_up_frame frame;
    size_t ups;

    chat(13);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    client_stage_pass_ms(&stage, 1);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect_str_eq(client_stage_missing(&frame, 10), "11 12");
    client_stage_lose(&stage);
    chat(11);
    cr_expect_eq(client_stage_reported(&stage, &ups), 0, "there still is one");
    chat(12);
    cr_expect_eq(client_stage_reported(&stage, &ups), 13);
}

/* 20 ms after the last of them. */
static bool reports_at_once(uint64_t seq)
{
    size_t ups;

    client_stage_pass_ms(&stage, 20);
    client_stage_lose(&stage);
    chat(seq);
    client_stage_reported(&stage, &ups);
    return ups > 0;
}

Test(sequenced_client_events,
     for_ten_seconds_after_a_loss_events_are_reported_at_once_after_a_quiet)
{
    size_t ups;

    cr_expect_not(reports_at_once(11));
    chat(13);
    client_stage_pass_ms(&stage, 10);
    client_stage_lose(&stage);
    chat(12);
    cr_expect_eq(client_stage_reported(&stage, &ups), 13);
    cr_expect(reports_at_once(14));
    chat(15);
    client_stage_pass_ms(&stage, 19);
    cr_expect_eq(client_stage_reported(&stage, NULL), 0, "there was no quiet before it");
    client_stage_pass_ms(&stage, 1);
    cr_expect_eq(client_stage_reported(&stage, NULL), 15);
    client_stage_pass_ms(&stage, 10000);
    cr_expect_not(reports_at_once(16));
}

Test(sequenced_client_events, what_comes_twice_and_a_head_are_signs_of_a_loss_too)
{
    cr_expect_not(reports_at_once(11));
    cr_expect(reports_at_once(11));
    cr_expect(reports_at_once(12));
    client_stage_pass_ms(&stage, 10000);
    cr_expect_not(reports_at_once(13));
    client_stage_head(&stage, 13);
    cr_expect(reports_at_once(14));
}

/* True if a gap before it is asked for only after ten milliseconds; else after one. */
static bool waits_for_stragglers(uint64_t seq)
{
    struct sequenced_up_frame frame;
    bool waits;

    client_stage_lose(&stage);
    chat(seq);
    client_stage_pass_ms(&stage, 1);
    waits = !client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame);
    if (!waits)
        return false;
    client_stage_pass_ms(&stage, 8);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    client_stage_pass_ms(&stage, 1);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    return true;
}

Test(sequenced_client_events, for_ten_seconds_after_one_has_overtaken_another_gaps_are_given_10_ms)
{
    chat(12);
    chat(11);
    cr_expect(waits_for_stragglers(14));
    chat(13);
    client_stage_pass_ms(&stage, 10000);
    cr_expect_not(waits_for_stragglers(16));
}

Test(sequenced_client_events, what_comes_sooner_than_a_repair_can_was_overtaken)
{
    client_stage_done(&stage);
    client_stage_new(&stage);
    stage.round_trip_ms = 8;
    client_stage_enter(&stage);
    for (uint16_t said = 1; said <= 10; said++) {
        client_stage_say(&stage, "x");
        client_stage_pass_ms(&stage, 8);
        client_stage_chat(&stage, 10U + said, CLIENT_STAGE_MEMBER, said, "x");
    }
    cr_expect_not(waits_for_stragglers(22));
    client_stage_pass_ms(&stage, 8);
    chat(21);
    cr_expect_not(waits_for_stragglers(24), "that was a repair");
    client_stage_pass_ms(&stage, 1);
    chat(23);
    cr_expect(waits_for_stragglers(26));
}

Test(sequenced_client_events, a_range_is_asked_for_again_with_waits_that_double_up_to_1600_ms)
{
    static const int64_t waits_ms[] = {10, 20, 40, 80, 160, 320, 640, 1280, 1600, 1600};
    struct sequenced_up_frame frame;

    /*
     * The stage answers without delay: the round-trip time is 0, and the minimum timeout applies.
     */
    chat(12);
    client_stage_pass_ms(&stage, 1);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(*waits_ms); i++) {
        client_stage_pass_ms(&stage, waits_ms[i] - 1);
        cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame), "not before %d ms",
                  (int)waits_ms[i]);
        client_stage_pass_ms(&stage, 1);
        cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame), "after %d ms",
                  (int)waits_ms[i]);
    }
}

Test(sequenced_client_events,
     something_of_a_range_ends_the_doubling_but_nothing_is_asked_twice_in_a_round_trip)
{
    struct sequenced_up_frame frame;

    chat(15);
    client_stage_pass_ms(&stage, 1 + 10 + 20);
    client_stage_lose(&stage);
    chat(11);
    client_stage_pass_ms(&stage, 9);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    client_stage_pass_ms(&stage, 1);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect_str_eq(client_stage_missing(&frame, 11), "12 13 14");
}

Test(sequenced_client_events, later_events_show_that_a_request_or_its_repair_was_lost)
{
    struct sequenced_up_frame frame;

    chat(12);
    client_stage_pass_ms(&stage, 1);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 1);
    chat(13);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame),
              "it may have been sent before the repair");
    client_stage_pass_ms(&stage, 1);
    chat(14);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect_str_eq(client_stage_missing(&frame, 10), "11");
    client_stage_pass_ms(&stage, 2);
    chat(15);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame), "that doubles");
    client_stage_pass_ms(&stage, 1);
    chat(16);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
}

Test(sequenced_client_events, over_a_long_way_the_next_up_asks_once_more)
{
    struct sequenced_up_frame frame;

    client_stage_done(&stage);
    client_stage_new(&stage);
    stage.round_trip_ms = 10;
    client_stage_enter(&stage);
    chat(13);
    client_stage_pass_ms(&stage, 1);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    client_stage_pass_ms(&stage, 1);
    client_stage_say(&stage, "one");
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect_str_eq(client_stage_missing(&frame, 10), "11 12");
    client_stage_pass_ms(&stage, 1);
    client_stage_say(&stage, "two");
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
}

Test(sequenced_client_events, all_gaps_among_256_events_are_asked_for_at_once_and_others_later)
{
    struct sequenced_up_frame frame;

    for (uint64_t seq = 12; seq <= 300; seq += 2)
        chat(seq);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 10);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    for (size_t n = 0; n < SEQUENCED_MISSING_MAX; n++)
        cr_assert_eq(sequenced_up_asks(&frame, n), n % 2 == 0);
    chat(11);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 10);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect(sequenced_up_asks(&frame, 267 - 13));
}

Test(sequenced_client_events, a_long_gap_is_asked_for_piece_by_piece)
{
    struct sequenced_up_frame frame;

    chat(1000);
    client_stage_pass_ms(&stage, 10);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect_eq(frame.missing.length, SEQUENCED_MISSING_MAX_BYTES);
    for (size_t n = 0; n < SEQUENCED_MISSING_MAX; n++)
        cr_assert(sequenced_up_asks(&frame, n));
}

Test(sequenced_client_events, a_loss_at_the_end_is_seen_by_the_head)
{
    struct sequenced_up_frame frame;

    client_stage_head(&stage, 12);
    client_stage_pass_ms(&stage, 10);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
    cr_expect_str_eq(client_stage_missing(&frame, 10), "11 12");
    chat(11);
    chat(12);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 5000);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
}

Test(sequenced_client_events, the_head_in_welcome_is_not_requested_since_it_was_not_sent_yet)
{
    struct sequenced_up_frame frame;

    client_stage_done(&stage);
    client_stage_new(&stage);
    stage.head = 500;
    client_stage_hello(&stage);
    client_stage_challenge(&stage);
    client_stage_next(&stage);
    client_stage_welcome(&stage, false);
    client_stage_pass_ms(&stage, 5000);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame));
}

Test(sequenced_client_events, forgotten_events_are_counted_and_the_members_are_requested_again)
{
    struct sequenced_down_frame gap = {.kind = SEQUENCED_DOWN_GAP, .oldest = 21};
    struct sequenced_up_frame frame;

    chat(22);
    client_stage_down(&stage, &gap);
    cr_expect_eq(stage.missed, 10);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MEMBERS, &frame));
    cr_expect_eq(frame.after, 0);
    chat(21);
    cr_expect_str_eq(client_stage_delivered(&stage), "",
                     "who has that number now is not known yet");
    client_stage_page(&stage, 22, 0, 7, false, "3 caroline, 7 alice");
    cr_expect_str_eq(client_stage_delivered(&stage), "21 22");
    cr_expect_str_eq(stage.events[stage.event_count - 1].name, "caroline");
    client_stage_down(&stage, &gap);
    cr_expect_eq(stage.missed, 10, "that is no news");
}

Test(sequenced_client_events, names_that_are_on_no_page_are_waited_for_half_a_minute)
{
    client_stage_done(&stage);
    client_stage_new(&stage);
    client_stage_hello(&stage);
    client_stage_challenge(&stage);
    client_stage_next(&stage);
    client_stage_welcome(&stage, false);
    client_stage_joined(&stage, 10, CLIENT_STAGE_MEMBER, 0, "alice");
    chat(11);
    chat(12);
    for (int i = 0; i < 29; i++) {
        client_stage_head(&stage, 12);
        client_stage_pass_ms(&stage, 1000);
        client_stage_lose(&stage);
    }
    cr_expect_str_eq(client_stage_delivered(&stage), "");
    client_stage_pass_ms(&stage, 1000);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12");
    cr_expect_str_eq(stage.events[1].name, "");
}

Test(sequenced_client_events, a_full_reorder_buffer_keeps_what_is_nearest)
{
    for (uint64_t seq = 1000; seq > 11; seq--)
        chat(seq);
    cr_expect_str_eq(client_stage_delivered(&stage), "");
    client_stage_lose(&stage);
    chat(11);
    cr_expect_geq(stage.event_count, 1 + 256, "a window at least");
    cr_expect_lt(stage.event_count, 1 + 300);
    for (size_t i = 0; i < stage.event_count; i++)
        cr_assert_eq(stage.events[i].event.seq, 10 + i);
}

Test(sequenced_client_events, after_a_resumption_only_what_the_server_sends_again_counts)
{
    struct sequenced_up_frame frame;

    chat(13);
    client_stage_head(&stage, 20);
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    client_stage_pass_ms(&stage, 1000);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 1000);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    stage.run = 2;
    client_stage_welcome(&stage, true);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 5000);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame),
              "nothing was sent in this run");
    chat(11);
    chat(12);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12",
                     "a position that this run has not reached would be ignored");
    chat(13);
    cr_expect_str_eq(client_stage_delivered(&stage), "11 12 13");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 1000);
    cr_expect(!client_stage_frame(&stage, SEQUENCED_UP_MISSING, &frame),
              "the head was of the run before");
}
