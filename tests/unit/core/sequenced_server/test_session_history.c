/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Members ask for events of the past, and get pages of them. */
#include "core/sequenced_server/session_history.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <roomd/sequenced_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;
static struct hand alice;

/* The log: one question at a time. */
static struct room_history_query asked;
static char asked_words[256];
static unsigned reads, cancels;
static bool is_busy;

static bool on_read(void *ctx, const struct room_history_query *query)
{
    (void)ctx;
    if (is_busy)
        return false;
    asked = *query;
    snprintf(asked_words, sizeof(asked_words), "%.*s", (int)query->words_len, query->words);
    reads++;
    return true;
}

static void on_cancel(void *ctx, uint64_t id)
{
    (void)ctx;
    (void)id;
    cancels++;
}

static void open_stage(void)
{
    stage_open(&stage);
    stage.config.limits.history = 50;
    stage.config.limits.keep_s = 86400;
    stage.setup.past = (struct room_past){.read = on_read, .cancel = on_cancel};
    reads = cancels = 0;
    is_busy = false;
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_history, .init = open_stage, .fini = close_stage);

/* alice is in. She knows all that has happened. */
static void start(bool log)
{
    if (!log)
        stage.setup.past = (struct room_past){0};
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, CAROL, "carol");
    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_report(&alice, 2);
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
}

static void say(const char *text)
{
    stage_say(&stage, CAROL, "carol", text);
    stage_sweep(&stage);
    alice.position = 0;
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
}

/* She has everything. */
static void report(void)
{
    struct room_stats stats;

    room_stats(stage.room, &stats);
    for (unsigned i = 0; i < 64; i++) { /* the window opens by and by */
        alice.received = (uint16_t)(alice.received + 16);
        hand_report(&alice, stats.released);
        stage_pass_ms(&stage, 1);
    }
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
}

static void ask(struct sequenced_ask what)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_HISTORY, .ask = what};

    frame.ask.id = what.id != 0 ? what.id : 1;
    frame.ask.pages = what.pages != 0 ? what.pages : 4;
    frame.ask.low = what.low != 0 ? what.low : 1;
    frame.ask.words.bytes = what.words.bytes != NULL ? what.words.bytes : "";
    hand_up(&alice, &frame, 1);
    stage_pass_ms(&stage, 1);
}

/* The pages that alice was sent and has not read: "0 1-2: 1+carol 2+alice end". */
static const char *answered(void)
{
    static char text[64000];
    struct sequenced_down_frame frame;
    size_t used = 0;

    text[0] = '\0';
    for (const struct fake_datagram *datagram; (datagram = hand_next(&alice)) != NULL;) {
        struct octets_reader reader;
        struct sequenced_down down;

        if (sequenced_down_open(datagram->bytes, datagram->length, &down, &reader) != 0)
            continue;
        while (sequenced_down_next(&reader, &frame) == 1) {
            struct sequenced_events events;
            struct sequenced_event event;

            if (frame.kind != SEQUENCED_DOWN_HISTORY)
                continue;
            used += (size_t)snprintf(text + used, sizeof(text) - used,
                                     "%s%u %llu-%llu:", used > 0 ? " " : "", frame.past.page,
                                     (unsigned long long)frame.past.low,
                                     (unsigned long long)frame.past.high);
            cr_assert_eq(sequenced_events_open_past(frame.past.events, frame.past.low,
                                                    frame.past.high, &events),
                         0);
            while (sequenced_events_next(&events, &event))
                used += (size_t)snprintf(text + used, sizeof(text) - used, " %llu%c%.*s%s%.*s",
                                         (unsigned long long)event.seq, "?+ -!"[event.kind & 7],
                                         (int)event.name.length, event.name.bytes,
                                         event.text.length > 0 ? ":" : "", (int)event.text.length,
                                         event.text.bytes);
            if ((frame.past.flags & SEQUENCED_PAGE_GONE) != 0)
                used += (size_t)snprintf(text + used, sizeof(text) - used, " gone");
            if ((frame.past.flags & SEQUENCED_PAGE_END) != 0)
                used += (size_t)snprintf(text + used, sizeof(text) - used, " end");
            if ((frame.past.flags & SEQUENCED_PAGE_MORE) != 0)
                used += (size_t)snprintf(text + used, sizeof(text) - used, " more");
            if ((frame.past.flags & SEQUENCED_PAGE_FAILED) != 0)
                used += (size_t)snprintf(text + used, sizeof(text) - used, " failed");
        }
    }
    return text;
}

Test(session_history, a_newcomer_is_told_how_many_events_it_may_see_and_how_long_they_are_kept)
{
    start(false);
    cr_expect_eq(alice.welcome.history, 50);
    cr_expect_eq(alice.welcome.keep_s, 86400);
}

Test(session_history, events_of_the_past_hold_their_authors_names)
{
    start(false);
    say("tea");
    say("cake");
    stage_send(&stage, CAROL, "E carol");
    stage_sweep(&stage);
    report();
    ask((struct sequenced_ask){.low = 1});
    cr_expect_str_eq(answered(), "0 1-5: 1+carol 2+alice 3 carol:tea 4 carol:cake 5-carol end");
}

Test(session_history, only_what_was_asked_for_is_sent)
{
    start(false);
    say("tea");
    say("cake");
    report();
    ask((struct sequenced_ask){.low = 3, .high = 3});
    cr_expect_str_eq(answered(), "0 3-3: 3 carol:tea end");
    ask((struct sequenced_ask){.id = 2, .low = 9});
    cr_expect_str_eq(answered(), "");
}

Test(session_history, words_are_found_from_the_last_on)
{
    start(false);
    say("Tea is ready");
    say("cake");
    say("no tea");
    report();
    ask((struct sequenced_ask){.flags = SEQUENCED_ASK_FALLING, .words = {"TEA", 3}});
    cr_expect_str_eq(answered(), "0 1-5: 5 carol:no tea 3 carol:Tea is ready end");
}

Test(session_history, a_room_that_offers_nothing_answers_nothing)
{
    stage.config.limits.history = 0;
    start(false);
    cr_expect_eq(alice.welcome.history, 0);
    ask((struct sequenced_ask){.low = 1});
    cr_expect_str_eq(answered(), "");
}

Test(session_history, nothing_is_sent_before_what_a_member_is_owed)
{
    start(false);
    say("tea");
    report();
    stage.outbox.full_doors = 1;
    stage_say(&stage, CAROL, "carol", "late");
    ask((struct sequenced_ask){.low = 1});
    cr_expect_str_eq(answered(), "");
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    stage_sweep(&stage);
    stage_pass_ms(&stage, 10);
    cr_expect_str_eq(answered(), "0 1-4: 1+carol 2+alice 3 carol:tea 4 carol:late end");
}

Test(session_history, a_long_answer_has_as_many_pages_as_were_asked_for_and_says_that_there_is_more)
{
    const char *text;

    start(false);
    stage_say_long(&stage, CAROL, "carol", 40, true);
    report();
    ask((struct sequenced_ask){.low = 3, .pages = 2});
    text = answered();
    cr_expect_not_null(strstr(text, " end more"));
    cr_expect_not_null(strstr(text, "1 "));
    cr_expect_null(strstr(text, "2 5-"));
}

Test(session_history, pages_to_a_member_are_paced)
{
    size_t pages = 0;

    start(false);
    stage_say_long(&stage, CAROL, "carol", 200, true);
    report();
    for (uint16_t id = 1; id <= 40; id++) {
        ask((struct sequenced_ask){.id = id, .low = 3, .pages = 16});
        stage_pass_ms(&stage, 4);
        for (const char *at = answered(); *at != '\0'; at++)
            pages += *at == '-' ? 1 : 0;
        fake_outbox_clear(&stage.outbox);
        alice.read = 0;
    }
    /* 250 in a second, and 16 at once. */
    cr_expect_leq(pages, 16 + 200 / 4 + 2);
    cr_expect_geq(pages, 40);
}

/* ---- with a log ---- */

static void tell(uint64_t seq, const char *text)
{
    struct event event = {.seq = seq,
                          .author = 1,
                          .kind = EVENT_CHAT,
                          .name = "carol",
                          .name_len = 5,
                          .text = text,
                          .text_len = (uint16_t)strlen(text)};

    room_history_event(stage.room, &stage.now, asked.id, &event);
}

static void start_full(void)
{
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    start(true);
    stage_say_long(&stage, CAROL, "carol", 200, true);
    report();
}

Test(session_history, what_the_ring_has_forgotten_comes_from_the_log)
{
    start_full();
    ask((struct sequenced_ask){.low = 3, .high = 5});
    cr_expect_eq(reads, 1);
    cr_expect_eq(asked.first, 3);
    cr_expect_eq(asked.last, 5);
    cr_expect_str_eq(answered(), "");
    tell(3, "three");
    tell(4, "four");
    tell(5, "five");
    tell(6, "six");
    room_history_end(stage.room, &stage.now, asked.id, ROOM_HISTORY_DONE, 7);
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(answered(), "0 3-5: 3 carol:three 4 carol:four 5 carol:five end");
}

Test(session_history, what_the_log_has_pruned_is_covered_by_the_page)
{
    start_full();
    ask((struct sequenced_ask){.low = 1, .high = 9});
    tell(8, "eight");
    room_history_end(stage.room, &stage.now, asked.id, ROOM_HISTORY_DONE, 9);
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(answered(), "0 1-8: 8 carol:eight end more");
}

Test(session_history, words_are_searched_in_the_log)
{
    start(true);
    say("tea");
    report();
    ask((struct sequenced_ask){.flags = SEQUENCED_ASK_FALLING, .words = {"tea", 3}});
    cr_expect_eq(reads, 1);
    cr_expect(asked.falling);
    cr_expect_str_eq(asked_words, "tea");
    tell(3, "tea");
    room_history_end(stage.room, &stage.now, asked.id, ROOM_HISTORY_DONE, 0);
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(answered(), "0 1-3: 3 carol:tea end");
}

Test(session_history, a_log_that_can_not_answer_is_asked_again_and_one_that_fails_is_told)
{
    start_full();
    is_busy = true;
    ask((struct sequenced_ask){.low = 3, .high = 5});
    cr_expect_eq(reads, 0);
    is_busy = false;
    stage_pass_ms(&stage, 20);
    cr_expect_eq(reads, 1);
    room_history_end(stage.room, &stage.now, asked.id, ROOM_HISTORY_FAILED, 0);
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(answered(), "0 3-2: end failed");
}

Test(session_history, another_question_cancels_the_one_before)
{
    start_full();
    ask((struct sequenced_ask){.low = 3, .high = 5});
    ask((struct sequenced_ask){.low = 3, .high = 5});
    cr_expect_eq(reads, 1);
    ask((struct sequenced_ask){.id = 2, .low = 4, .high = 5});
    cr_expect_eq(reads, 2);
    cr_expect_eq(cancels, 1);
}

Test(session_history, who_leaves_is_answered_no_further)
{
    struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};

    start_full();
    ask((struct sequenced_ask){.low = 3, .high = 5});
    hand_up(&alice, &leave, 1);
    stage_sweep(&stage);
    cr_expect_eq(cancels, 1);
    room_history_end(stage.room, &stage.now, asked.id, ROOM_HISTORY_DONE, 0);
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(answered(), "");
}

Test(session_history, without_a_log_what_is_gone_is_said)
{
    char begins[32];
    const char *text;
    struct room_stats stats;

    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    start(false);
    stage_say_long(&stage, CAROL, "carol", 200, true);
    report();
    room_stats(stage.room, &stats);
    snprintf(begins, sizeof(begins), "0 ");
    ask((struct sequenced_ask){.low = 3, .pages = 1});
    text = answered();
    cr_expect_eq(strncmp(text, begins, strlen(begins)), 0);
    cr_expect_not_null(strstr(text, " gone"), "%s", text);
}

Test(session_history, what_is_forgotten_is_in_no_page_that_was_made)
{
    uint64_t count = 0;

    start_full();
    ask((struct sequenced_ask){.low = 3, .high = 5});
    tell(3, "three");
    cr_expect_eq(room_forget(stage.room, "carol", 5, 0, &count) == 0, true);
    cr_expect_eq(cancels, 1);
    room_history_end(stage.room, &stage.now, asked.id, ROOM_HISTORY_DONE, 0);
    stage_pass_ms(&stage, 1);
    cr_expect_str_eq(answered(), "");
}
