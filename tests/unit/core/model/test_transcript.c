/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/transcript.h"
#include <criterion/criterion.h>
#include <roomd/limits.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct transcript *new_transcript(void)
{
    struct transcript *transcript;

    cr_assert_eq(transcript_new(ROOM_RING_MIN_BYTES, &transcript), 0);
    return transcript;
}

/* Text number n has a length and bytes that depend on n. */
static size_t make_text(uint64_t n, char text[PLAIN_LINE_MAX_BYTES])
{
    size_t length = (size_t)(n * 7919 % 1000);

    for (size_t i = 0; i < length; i++)
        text[i] = (char)('a' + (n + i) % 26);
    return length;
}

static int append(struct transcript *transcript, uint64_t n)
{
    char text[PLAIN_LINE_MAX_BYTES];
    struct event event = {
        .kind = EVENT_CHAT, .author = n * 3, .wall_ns = (int64_t)n, .name = "alice", .name_len = 5};
    uint64_t seq = 0;
    int status;

    event.text = text;
    event.text_len = (uint16_t)make_text(n, text);
    status = transcript_append(transcript, &event, &seq);
    if (status == 0)
        cr_assert_eq(seq, n);
    return status;
}

static void expect_event(const struct transcript *transcript, uint64_t n)
{
    char text[PLAIN_LINE_MAX_BYTES];
    size_t length = make_text(n, text);
    struct event event;

    cr_assert(transcript_get(transcript, n, &event), "event %zu", (size_t)n);
    cr_assert_eq(event.seq, n);
    cr_assert_eq(event.author, n * 3);
    cr_assert_eq(event.wall_ns, (int64_t)n);
    cr_assert(event.name_len == 5 && memcmp(event.name, "alice", 5) == 0);
    cr_assert(event.text_len == length && memcmp(event.text, text, length) == 0, "event %zu",
              (size_t)n);
}

Test(transcript, an_empty_one_holds_nothing)
{
    struct transcript *transcript = new_transcript();
    struct event event;

    cr_expect_eq(transcript_appended(transcript), 0);
    cr_expect_eq(transcript_released(transcript), 0);
    cr_expect_eq(transcript_oldest(transcript), 1);
    cr_expect_not(transcript_get(transcript, 0, &event));
    cr_expect_not(transcript_get(transcript, 1, &event));
    transcript_free(transcript);
}

Test(transcript, a_budget_out_of_range_is_refused)
{
    struct transcript *transcript;

    cr_expect_eq(transcript_new(ROOM_RING_MIN_BYTES - 1, &transcript), STATUS_INVALID);
    cr_expect_eq(transcript_new((size_t)ROOM_RING_MAX_BYTES + 1, &transcript), STATUS_INVALID);
    transcript_free(NULL);
}

Test(transcript, the_oldest_make_place_for_the_newest)
{
    struct transcript *transcript = new_transcript();

    for (uint64_t n = 1; n <= 5000; n++) {
        uint64_t oldest;

        cr_assert_eq(append(transcript, n), 0);
        transcript_release(transcript, n);
        oldest = transcript_oldest(transcript);
        /* So many fit even if they are of the longest kind. */
        cr_assert(oldest == 1 || n - oldest >= 40, "at %zu the oldest is %zu", (size_t)n,
                  (size_t)oldest);
        for (uint64_t held = oldest; held <= n; held += 1 + held % 7)
            expect_event(transcript, held);
        expect_event(transcript, n);
    }
    transcript_free(transcript);
}

Test(transcript, small_events_fill_the_index_and_go_round)
{
    struct transcript *transcript = new_transcript();
    struct event event = {.kind = EVENT_JOIN, .name = "", .text = ""};
    uint64_t seq;

    for (uint64_t n = 1; n <= 10000; n++) {
        cr_assert_eq(transcript_append(transcript, &event, &seq), 0);
        transcript_release(transcript, seq);
    }
    cr_expect_eq(transcript_appended(transcript), 10000);
    cr_expect_gt(10000 - transcript_oldest(transcript), 1000);
    transcript_free(transcript);
}

Test(transcript, what_is_not_released_is_never_forgotten)
{
    struct transcript *transcript = new_transcript();
    uint64_t n = 1;

    cr_assert_eq(append(transcript, n++), 0);
    cr_assert_eq(append(transcript, n++), 0);
    transcript_release(transcript, 1);
    while (append(transcript, n) == 0)
        n++;
    cr_expect_eq(transcript_oldest(transcript), 2, "the released one made place");
    cr_expect_eq(append(transcript, n), STATUS_FULL);
    for (uint64_t held = 2; held < n; held++)
        expect_event(transcript, held);
    transcript_release(transcript, n - 1);
    cr_expect_eq(append(transcript, n), 0);
    transcript_free(transcript);
}

Test(transcript, released_never_goes_back_nor_beyond_the_appended)
{
    struct transcript *transcript = new_transcript();

    cr_assert_eq(append(transcript, 1), 0);
    cr_assert_eq(append(transcript, 2), 0);
    transcript_release(transcript, 3);
    cr_expect_eq(transcript_released(transcript), 0);
    transcript_release(transcript, 2);
    transcript_release(transcript, 1);
    cr_expect_eq(transcript_released(transcript), 2);
    transcript_free(transcript);
}

Test(transcript, what_no_line_can_hold_is_refused)
{
    struct transcript *transcript = new_transcript();
    struct event event = {.name = "", .name_len = ROOM_NAME_MAX_BYTES + 1};
    uint64_t seq = 7;

    cr_expect_eq(transcript_append(transcript, &event, &seq), STATUS_TOO_LONG);
    event = (struct event){.text = "", .text_len = PLAIN_LINE_MAX_BYTES + 1};
    cr_expect_eq(transcript_append(transcript, &event, &seq), STATUS_TOO_LONG);
    cr_expect_eq(seq, 7);
    cr_expect_eq(transcript_appended(transcript), 0);
    transcript_free(transcript);
}

/* ---- commits ---- */

Test(transcript, without_a_log_an_event_is_committed_at_once)
{
    struct transcript *transcript = new_transcript();

    append(transcript, 1);
    cr_expect_eq(transcript_committed(transcript), 1);
    transcript_free(transcript);
}

Test(transcript, only_committed_events_are_released)
{
    struct transcript *transcript = new_transcript();

    transcript_await_commits(transcript);
    for (uint64_t n = 1; n <= 3; n++)
        append(transcript, n);
    cr_expect_eq(transcript_committed(transcript), 0);
    transcript_release(transcript, 1);
    cr_expect_eq(transcript_released(transcript), 0);
    transcript_commit(transcript, 2);
    transcript_commit(transcript, 1);
    transcript_commit(transcript, 4);
    cr_expect_eq(transcript_committed(transcript), 2);
    transcript_release(transcript, 3);
    cr_expect_eq(transcript_released(transcript), 0);
    transcript_release(transcript, 2);
    cr_expect_eq(transcript_released(transcript), 2);
    transcript_free(transcript);
}

static int append_sized(struct transcript *transcript, size_t text_len)
{
    static char text[PLAIN_LINE_MAX_BYTES], name[ROOM_NAME_MAX_BYTES];
    struct event event = {.kind = EVENT_CHAT,
                          .name = name,
                          .name_len = sizeof(name),
                          .text = text,
                          .text_len = (uint16_t)text_len};
    uint64_t seq;

    return transcript_append(transcript, &event, &seq);
}

/* Whatever was appended and released before, what has_room promised is there. */
Test(transcript, room_that_was_promised_is_there)
{
    const size_t exits = 100;

    for (unsigned start = 0; start < 300; start++) {
        struct transcript *transcript = new_transcript();
        unsigned appended = 0;

        transcript_await_commits(transcript);
        for (unsigned n = 0; n < start; n++) {
            cr_assert_eq(append_sized(transcript, n * 37 % PLAIN_LINE_MAX_BYTES), 0);
            transcript_commit(transcript, transcript_appended(transcript));
            if (n % 7 != 0)
                transcript_release(transcript, transcript_appended(transcript));
        }
        while (transcript_has_room(transcript, 1 + exits,
                                   TRANSCRIPT_EVENT_BYTES + exits * TRANSCRIPT_EXIT_BYTES)) {
            cr_assert_eq(append_sized(transcript, PLAIN_LINE_MAX_BYTES), 0);
            appended++;
        }
        cr_expect_gt(appended, 30, "%u", appended);
        for (size_t n = 0; n < exits; n++)
            cr_assert_eq(append_sized(transcript, 0), 0, "start %u, exit %zu", start, n);
        transcript_free(transcript);
    }
}

Test(transcript, room_is_also_a_place_in_the_index)
{
    struct transcript *transcript = new_transcript();
    unsigned count = 0;

    transcript_await_commits(transcript);
    cr_expect_not(transcript_has_room(transcript, SIZE_MAX / 2, 0));
    cr_expect_not(transcript_has_room(transcript, 1, ROOM_RING_MIN_BYTES));
    while (transcript_has_room(transcript, 1, 40)) {
        struct event event = {.kind = EVENT_JOIN, .name = "a", .name_len = 1};
        uint64_t seq;

        cr_assert_eq(transcript_append(transcript, &event, &seq), 0);
        count++;
    }
    cr_expect_gt(count, 1000);
    transcript_free(transcript);
}
