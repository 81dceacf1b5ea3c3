/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/sequenced_wire/segment.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define EPOCH 5

static struct transcript *transcript;
static struct segment_cache cache;

static void open_transcript(void)
{
    cr_assert_eq(transcript_new(ROOM_RING_MIN_BYTES, &transcript), 0);
    memset(&cache, 0, sizeof(cache));
}

static void close_transcript(void)
{
    transcript_free(transcript);
}

TestSuite(segment, .init = open_transcript, .fini = close_transcript);

static void append(const char *text, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct event event = {.kind = EVENT_CHAT,
                              .author = 1,
                              .name = "a",
                              .name_len = 1,
                              .text = text,
                              .text_len = (uint16_t)strlen(text)};
        uint64_t seq;

        cr_assert_eq(transcript_append(transcript, &event, &seq), 0);
        transcript_release(transcript, seq);
    }
}

static struct segment get(uint64_t seq)
{
    const struct segment *cut = segment_get(&cache, transcript, EPOCH, seq, false);
    struct sequenced_events events;

    cr_assert_not_null(cut);
    cr_assert_eq(sequenced_events_open(cut->bytes, cut->length, &events), 0);
    cr_expect_eq(events.first, cut->first);
    cr_expect_eq(events.count, cut->next - cut->first);
    segment_unpin(&cache);
    return *cut;
}

static void expect_same(const struct segment *a, const struct segment *b)
{
    cr_expect_eq(a->first, b->first);
    cr_expect_eq(a->next, b->next);
    cr_expect(a->length == b->length && memcmp(a->bytes, b->bytes, a->length) == 0);
}

Test(segment, boundaries_stay_where_they_were_first_set)
{
    struct segment first, again;

    append("some words", 3);
    first = get(1);
    cr_expect_eq(first.next, 4);
    append("and more", 200);
    /* It is rendered again from the transcript. */
    memset(&cache, 0, sizeof(cache));
    again = get(2);
    expect_same(&first, &again);
    cr_expect_eq(get(4).first, 4);
}

Test(segment, an_event_sent_to_nobody_begins_a_segment_when_requested)
{
    append("some words", 100);
    cr_expect_eq(get(50).first, 50);
    cr_expect_eq(get(49).first, 49);
    cr_expect_eq(get(49).next, 50);
}

Test(segment, every_event_is_in_exactly_one)
{
    uint64_t next = 1;

    append("some words of some length, so that twenty or so share a datagram", 300);
    while (next <= 300) {
        struct segment cut = get(next);

        cr_expect_eq(cut.first, next);
        cr_expect_leq(cut.length, SEQUENCED_DATAGRAM_MAX_BYTES);
        next = cut.next;
    }
    for (uint64_t seq = 300; seq >= 1; seq--) {
        struct segment cut = get(seq);

        cr_expect(cut.first <= seq && cut.next > seq);
    }
}

Test(segment, the_rest_of_a_segment_whose_first_event_is_forgotten_can_still_be_sent)
{
    char text[1000];
    uint64_t oldest;

    memset(text, 'x', sizeof(text));
    text[sizeof(text) - 1] = '\0';
    append("short", 60);
    get(1);
    while (transcript_oldest(transcript) < 10)
        append(text, 1);
    oldest = transcript_oldest(transcript);
    cr_expect_eq(get(oldest).first, oldest);
    cr_expect_gt(get(oldest).next, oldest);
}

Test(segment, a_number_beyond_the_protocols_range_becomes_an_empty_notice)
{
    struct event event = {.kind = EVENT_CHAT,
                          .author = UINT64_C(1) << 31,
                          .name = "a",
                          .name_len = 1,
                          .text = "x",
                          .text_len = 1};
    uint64_t seq;

    cr_assert_eq(transcript_append(transcript, &event, &seq), 0);
    transcript_release(transcript, seq);
    cr_expect_eq(get(1).next, 2);
}

Test(segment, a_pinned_place_is_not_reused)
{
    append("x", 1000);
    transcript_set_boundary(transcript, 1);
    transcript_set_boundary(transcript, 2);
    transcript_set_boundary(transcript, 1 + SEGMENT_PLACES);
    cr_expect_not_null(segment_get(&cache, transcript, EPOCH, 1, false));
    cr_expect_null(segment_get(&cache, transcript, EPOCH, 1 + SEGMENT_PLACES, false));
    segment_unpin(&cache);
    cr_expect_not_null(segment_get(&cache, transcript, EPOCH, 1 + SEGMENT_PLACES, false));
}

Test(segment, boundaries_are_counted_as_they_are_set)
{
    uint64_t count = 0;
    bool set[1500] = {false};
    uint32_t seed = 7;

    append("x", 1400);
    for (int i = 0; i < 200; i++) {
        uint64_t seq;

        seed = seed * 1664525U + 1013904223U;
        seq = transcript_oldest(transcript) + (seed >> 8) % (1402 - transcript_oldest(transcript));
        transcript_set_boundary(transcript, seq);
        set[seq] = true;
    }
    for (uint64_t seq = transcript_oldest(transcript); seq <= 1401; seq++) {
        cr_expect_eq(transcript_is_boundary(transcript, seq), set[seq], "%llu",
                     (unsigned long long)seq);
        count += set[seq] ? 1 : 0;
        cr_expect_eq(transcript_boundaries(transcript, 1, seq), count);
    }
    cr_expect_eq(transcript_boundaries(transcript, 5, 4), 0);
    append("x", 3000);
    cr_expect_eq(transcript_boundaries(transcript, 1, UINT64_MAX - 1),
                 transcript_is_boundary(transcript, 4401) ? 1 : 0, "forgotten with their events");
}

/* ---- repeats ---- */

/* Of the segment that holds this event. */
static struct sequenced_events rendered(uint64_t seq, bool again)
{
    const struct segment *segment = segment_get(&cache, transcript, EPOCH, seq, again);
    struct sequenced_events events = {0};

    cr_assert_not_null(segment);
    cr_assert_eq(sequenced_events_open(segment->bytes, segment->length, &events), 0);
    cr_expect_eq(events.first + events.repeats, segment->first);
    segment_unpin(&cache);
    return events;
}

Test(segment, without_a_loss_nothing_is_repeated)
{
    append("some words", 1);
    rendered(1, false);
    append("some words", 1);
    cr_expect_eq(rendered(2, false).repeats, 0);
    cr_expect_eq(cache.credit, 0);
}

Test(segment, where_all_may_be_repeated_each_repeats_the_two_before_it_but_a_repair_does_not)
{
    cache.repeat_permille = 5000;
    for (uint64_t seq = 1; seq <= 5; seq++) {
        struct sequenced_events events;

        append("some words", 1);
        events = rendered(seq, false);
        cr_expect_eq(events.repeats, seq <= 2 ? seq - 1 : 2, "%llu", (unsigned long long)seq);
        cr_expect_eq(events.count, events.repeats + 1U);
    }
    cr_expect_eq(rendered(5, true).repeats, 0);
    cr_expect_eq(rendered(5, false).repeats, 0);
}

Test(segment, a_segment_that_others_are_sent_meanwhile_keeps_its_repeats)
{
    const struct segment *first, *again;

    cache.repeat_permille = 5000;
    append("some words", 1);
    rendered(1, false);
    append("some words", 1);
    first = segment_get(&cache, transcript, EPOCH, 2, false);
    again = segment_get(&cache, transcript, EPOCH, 2, true);
    cr_assert_eq(first, again);
    cr_expect(again->repeats);
}

Test(segment, repeats_take_no_more_bytes_than_they_may)
{
    size_t repeated = 0, sent = 0;

    cache.repeat_permille = 200;
    for (uint64_t seq = 1; seq <= 1000; seq++) {
        struct sequenced_events events;

        append("some words of some length", 1);
        events = rendered(seq, false);
        sent += 28 + cache.places[seq % SEGMENT_PLACES].length;
        repeated += events.repeats * (9U + 25U);
    }
    cr_expect_leq(repeated, sent / 5);
    cr_expect_geq(repeated, sent / 8);
}

Test(segment, a_full_datagram_repeats_nothing)
{
    char text[1000];

    memset(text, 'x', sizeof(text));
    text[900] = '\0';
    cache.repeat_permille = 5000;
    append(text, 1);
    rendered(1, false);
    append(text, 1);
    cr_expect_eq(rendered(2, false).repeats, 0);
    append("short", 1);
    cr_expect_eq(rendered(3, false).repeats, 1);
}
