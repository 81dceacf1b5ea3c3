/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Delivery to sequenced members: windows, repairs, the end of a burst, and gaps. */
#include "support/hand.h"

#include "core/model/session.h"
#include "core/room/room_state.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;
static struct hand alice, bob;
static char heard[65536];

static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
    hand_init(&bob, &stage, BOB);
    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_report(&alice, 2);
}

/* Datagrams of what is said below, which find room in a window of ten of 1200 bytes. */
#define WINDOW 13U

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_delivery, .init = open_stage, .fini = close_stage);

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
    bob.read = 0;
}

Test(session_delivery, what_comes_together_shares_a_datagram_of_1200_bytes_at_most)
{
    forget();
    for (int i = 0; i < 100; i++)
        say_word("some words that are not many");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 3);
    for (size_t i = 0; i < 3; i++)
        cr_expect_leq(fake_outbox_to(&stage.outbox, ALICE, i)->length,
                      SEQUENCED_DATAGRAM_MAX_BYTES);
}

static void say_long(unsigned bytes)
{
    char text[900], datagram[1000];

    memset(text, 'x', bytes);
    text[bytes] = '\0';
    snprintf(datagram, sizeof(datagram), "C carol %s", text);
    stage_send(&stage, CAROL, datagram);
}

Test(session_delivery, what_is_nearly_as_long_as_the_longest_is_padded_to_be_sent_together)
{
    static const unsigned lengths[] = {820, 800, 850, 500, 760, 840};
    /* The last one of all is not padded. */
    static const bool padded[] = {true, true, false, false, true, false};

    forget();
    for (size_t i = 0; i < 6; i++)
        say_long(lengths[i]);
    stage_sweep(&stage);
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, ALICE), 6);
    for (size_t i = 0; i < 6; i++) {
        const struct fake_datagram *datagram = fake_outbox_to(&stage.outbox, ALICE, i);
        size_t longest = fake_outbox_to(&stage.outbox, ALICE, 2)->length;

        cr_expect_eq(datagram->length, padded[i] ? longest : longest - 850 + lengths[i], "%zu", i);
        cr_expect_eq(datagram->bytes[datagram->length - 1], padded[i] ? '\0' : 'x', "%zu", i);
    }
    cr_expect_eq(hand_count_events(&alice), 6);
}

Test(session_delivery, members_at_one_place_are_sent_the_same_bytes)
{
    cr_assert(hand_enter(&bob, 8, "bob"));
    forget();
    say_word("hello");
    stage_sweep(&stage);
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
    cr_expect_eq(fake_outbox_to(&stage.outbox, ALICE, 0)->source,
                 fake_outbox_to(&stage.outbox, BOB, 0)->source);
}

Test(session_delivery, a_member_that_reports_nothing_is_sent_ten_datagrams_and_no_more)
{
    forget();
    say(30, true);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), WINDOW);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    hand_report(&alice, 4);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), WINDOW + 2, "two have come");
}

Test(session_delivery, what_is_missing_is_sent_again_byte_for_byte_and_before_what_follows)
{
    struct fake_datagram lost;
    struct sequenced_events events;

    forget();
    say(3, true);
    lost = *fake_outbox_to(&stage.outbox, ALICE, 1);
    forget();
    hand_missing(&alice, 4, 1);
    say_word("new");
    stage_sweep(&stage);
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, ALICE), 2);
    cr_expect_eq(fake_outbox_to(&stage.outbox, ALICE, 0)->length, lost.length);
    cr_expect_eq(memcmp(fake_outbox_to(&stage.outbox, ALICE, 0)->bytes, lost.bytes, lost.length),
                 0);
    cr_assert(hand_events(&alice, &events));
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.first, 6);
}

Test(session_delivery, a_repair_of_one_event_brings_the_datagram_it_was_in)
{
    struct sequenced_events events;

    say_word("one");
    say_word("two");
    say_word("three");
    stage_sweep(&stage);
    forget();
    hand_missing(&alice, 4, 1);
    stage_sweep(&stage);
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.first, 3);
    cr_expect_eq(events.count, 3);
    cr_expect_not(hand_events(&alice, &events));
}

Test(session_delivery, nobody_is_sent_again_what_was_not_sent_yet)
{
    struct sequenced_events events;
    uint64_t last = 0;

    say(20, true);
    forget();
    hand_missing(&alice, 3 + WINDOW, 100);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    alice.lost = WINDOW;
    hand_missing(&alice, 3, 100);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), WINDOW - 1, "a tenth less");
    while (hand_events(&alice, &events))
        last = events.first + events.count - 1;
    cr_expect_eq(last, 1 + WINDOW, "what was sent of that is sent again");
}

Test(session_delivery, a_position_beyond_the_head_is_ignored_but_not_what_stands_behind_it)
{
    say(20, true);
    forget();
    alice.position = 1000;
    hand_say(&alice, 1, "hello");
    stage_sweep(&stage);
    cr_expect_eq(hand_count_events(&alice), 0);
    cr_expect_eq(stage.happened[EVENT_CHAT], 21);
}

/*
 * EVENTS of the run before may come late. If such a position were ignored, its member would be
 * stalled for ever.
 */
Test(session_delivery, a_position_beyond_what_was_sent_counts_as_that)
{
    const struct session *session = sessions_find(stage.room->sessions, alice.token)->session;

    say(20, true);
    forget();
    hand_report(&alice, 20);
    cr_expect_eq(session->position, 2 + WINDOW);
    stage_sweep(&stage);
    cr_expect_eq(hand_count_events(&alice), 20 - WINDOW);
    hand_report(&alice, 22);
    cr_expect_eq(session->position, 22);
}

Test(session_delivery, repairs_to_a_member_are_at_most_256_in_a_second)
{
    struct session *session = sessions_find(stage.room->sessions, alice.token)->session;
    size_t repaired = 0;

    say(10, true);
    forget();
    for (int i = 0; i < 300; i++) {
        hand_missing(&alice, 3, 10);
        stage_sweep(&stage);
        repaired += hand_count_events(&alice);
    }
    cr_expect_eq(repaired, SESSION_REPAIRS_MAX);
    cr_expect(nacks_any(session->nacks));
    stage_pass_ms(&stage, 1000);
    cr_expect_gt(hand_count_events(&alice), 0, "the rest comes by itself");
}

/* ---- the end of a burst ---- */

static uint64_t told_head(void)
{
    struct sequenced_down_frame frame = {.head = 0};

    return hand_told(&alice, SEQUENCED_DOWN_HEAD, &frame) ? frame.head : 0;
}

Test(session_delivery,
     a_member_that_is_behind_is_sent_the_last_datagram_again_and_then_told_the_head_less_often)
{
    static const int64_t waits_ms[] = {48, 95, 190, 381, 761, 1522, 3044};
    struct sequenced_events events;

    /* The round trip is 0: 1 ms in place of four deviations, and 20 ms for the report. */
    say_word("hello");
    say_word("world");
    stage_sweep(&stage);
    say_word("end");
    stage_sweep(&stage);
    forget();
    stage_pass_ms(&stage, 23);
    cr_expect_eq(stage.outbox.count, 0);
    stage_pass_ms(&stage, 1);
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.first, 5);
    cr_expect_eq(stage.outbox.count, 1);
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        stage_pass_ms(&stage, waits_ms[i] - 1);
        cr_expect_eq(told_head(), 0, "%zu", i);
        stage_pass_ms(&stage, 1);
        cr_expect_eq(told_head(), 5, "%zu", i);
    }
    hand_report(&alice, 5);
    stage_pass_ms(&stage, 60000);
    cr_expect_eq(told_head(), 0);
}

Test(session_delivery, a_member_owed_more_than_its_window_is_told_the_head_at_least_every_1600_ms)
{
    static const int64_t waits_ms[] = {24, 48, 95, 190, 381, 761, 1522};

    say(30, true);
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++)
        stage_pass_ms(&stage, waits_ms[i]);
    for (int i = 0; i < 4; i++) {
        struct sequenced_down_frame frame;

        forget();
        stage_pass_ms(&stage, 1521);
        cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_HEAD, &frame));
        stage_pass_ms(&stage, 1);
        cr_expect(hand_told(&alice, SEQUENCED_DOWN_HEAD, &frame));
    }
}

Test(session_delivery, a_member_that_has_everything_is_told_nothing)
{
    say_word("hello");
    stage_sweep(&stage);
    hand_report(&alice, 3);
    forget();
    stage_pass_ms(&stage, 30000);
    cr_expect_eq(stage.outbox.count, 0);
}

Test(session_delivery, the_head_is_what_was_sent_and_not_what_waits_for_the_window)
{
    say(20, true);
    stage_pass_ms(&stage, 24);
    stage_pass_ms(&stage, 48);
    cr_expect_eq(told_head(), 2 + WINDOW);
}

static const struct controller *controller_of(const struct hand *hand)
{
    const struct session *session = sessions_find(stage.room->sessions, hand->token)->session;

    return controllers_at(&stage.room->controllers, session->controller);
}

Test(session_delivery, a_report_measures_the_round_trip_and_the_wait_follows_it)
{
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 40 * MOMENT_NS_PER_MS;
    hand_report(&alice, 3);
    say_word("hello");
    stage_sweep(&stage);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 5000, "an eighth of 40 ms");
    cr_expect_eq(controller_of(&alice)->deviation_us, 9999, "a quarter");
    forget();
    stage_pass_ms(&stage, 66);
    cr_expect_eq(stage.outbox.count, 0);
    stage_pass_ms(&stage, 1);
    cr_expect_eq(stage.outbox.count, 1, "5 + 40 + 20 ms");
}

/* 16 ms are measured once: 2 ms, deviation 4 ms. So after 40 ms what comes next is sent again. */
static void send_twice(void)
{
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 16 * MOMENT_NS_PER_MS;
    hand_report(&alice, 3);
    say_word("hello");
    stage_sweep(&stage);
    stage_pass_ms(&stage, 40);
}

Test(session_delivery, which_of_two_copies_has_come_is_not_known)
{
    send_twice();
    stage.now.mono_ns += 5 * MOMENT_NS_PER_MS;
    hand_report(&alice, 4);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 2000);
}

Test(session_delivery, a_report_in_the_millisecond_of_the_second_copy_is_no_long_round_trip)
{
    for (uint64_t i = 0; i < 4; i++) {
        say_word("hello");
        stage_sweep(&stage);
        stage_pass_ms(&stage, 24 + (int64_t)i);
        hand_report(&alice, 3 + i);
        cr_expect_leq(controller_of(&alice)->round_trip_us, 1000);
    }
}

Test(session_delivery, a_report_that_is_late_even_for_the_second_copy_tells_that_much)
{
    send_twice();
    stage.now.mono_ns += 41 * MOMENT_NS_PER_MS;
    hand_report(&alice, 4);
    cr_expect_geq(controller_of(&alice)->round_trip_us, 6000, "an eighth of 40 ms more");
    cr_expect_leq(controller_of(&alice)->round_trip_us, 7000);
}

Test(session_delivery, a_report_that_is_too_soon_for_the_second_copy_is_that_of_the_first)
{
    congestion_guess(&sessions_find(stage.room->sessions, alice.token)->session->congestion, 15000);
    send_twice();
    stage.now.mono_ns += 5 * MOMENT_NS_PER_MS;
    hand_report(&alice, 4);
    cr_expect_eq(controller_of(&alice)->round_trip_us, (7 * 2000 + 45000) / 8);
}

Test(session_delivery, what_one_member_measures_is_waited_for_with_all_at_its_address)
{
    struct sequenced_events events;

    cr_assert(hand_enter(&bob, 8, "bob"));
    hand_report(&bob, 3);
    hand_report(&alice, 3);
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 16 * MOMENT_NS_PER_MS;
    hand_report(&alice, 4);
    say_word("hello");
    stage_sweep(&stage);
    hand_count_events(&bob);
    stage_pass_ms(&stage, 39);
    cr_expect_not(hand_events(&bob, &events), "2 + 16 + 20 ms, and what a queue adds");
    stage_pass_ms(&stage, 1);
    cr_expect(hand_events(&bob, &events), "again");
}

Test(session_delivery, while_the_last_datagram_is_sent_again_one_before_it_is_still_measured)
{
    say_word("hello");
    stage_sweep(&stage);
    say_word("world");
    stage_sweep(&stage);
    stage_pass_ms(&stage, 24);
    stage_pass_ms(&stage, 16);
    hand_report(&alice, 3);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 5000, "an eighth of 40 ms");
}

Test(session_delivery, until_a_report_comes_the_handshake_measures_the_round_trip)
{
    bob.path.peer.address[ENDPOINT_ADDRESS_BYTES - 1] ^= 1U; /* nobody else is there */
    cr_assert(hand_hello(&bob, 8));
    stage.now.mono_ns += 30 * MOMENT_NS_PER_MS;
    cr_assert(hand_join(&bob, "bob", false));
    stage_sweep(&stage);
    cr_expect_eq(controller_of(&bob)->round_trip_us, 30001);
    stage.now.mono_ns += 10 * MOMENT_NS_PER_MS;
    hand_report(&bob, bob.position + 1);
    cr_expect_eq(controller_of(&bob)->round_trip_us, 10000, "and not a mean of both");
}

Test(session_delivery, a_report_measures_without_its_delay_and_only_for_the_event_at_its_end)
{
    say_word("hello");
    stage_sweep(&stage);
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 40 * MOMENT_NS_PER_MS;
    alice.delay = 0;
    hand_report(&alice, 4);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 1, "it measured the event before");
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 28 * MOMENT_NS_PER_MS;
    alice.delay = 200;
    hand_report(&alice, 5);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 1000, "an eighth of 28 - 20 ms");
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 28 * MOMENT_NS_PER_MS;
    alice.delay = SEQUENCED_DELAY_UNKNOWN;
    hand_report(&alice, 6);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 1000);
}

Test(session_delivery, a_gap_before_it_does_not_keep_an_event_from_measuring_the_round_trip)
{
    say_word("lost");
    stage_sweep(&stage);
    stage_pass_ms(&stage, 10);
    alice.delay = 0;
    hand_report(&alice, 2);
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 16 * MOMENT_NS_PER_MS;
    alice.ahead = 2;
    hand_report(&alice, 2);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 1,
                 "one at a time: it measured the lost one");
    say_word("hello");
    stage_sweep(&stage);
    stage.now.mono_ns += 16 * MOMENT_NS_PER_MS;
    alice.ahead = 3;
    hand_missing(&alice, 3, 1);
    cr_expect_eq(controller_of(&alice)->round_trip_us, 2000, "an eighth of 16 ms");
}

/* ---- gaps ---- */

static uint64_t told_gap(void)
{
    struct sequenced_down_frame frame = {.oldest = 0};

    return hand_told(&alice, SEQUENCED_DOWN_GAP, &frame) ? frame.oldest : 0;
}

Test(session_delivery, what_the_ring_forgets_is_told_as_a_gap_until_it_is_closed)
{
    struct room_stats stats;
    uint64_t oldest;

    say(1000, false);
    stage_sweep(&stage);
    stage_pass_ms(&stage, 0);
    room_stats(stage.room, &stats);
    oldest = transcript_oldest(stage.room->transcript);
    cr_expect_gt(stats.events_missed, 0);
    cr_expect_eq(told_gap(), oldest);
    stage_pass_ms(&stage, 200);
    cr_expect_eq(told_gap(), oldest);
    hand_report(&alice, oldest - 1);
    stage_pass_ms(&stage, 0);
    cr_expect_eq(told_gap(), 0);
    alice.read = 0;
    for (int i = 0; i < 2000 && alice.position < 1002; i++) {
        struct sequenced_events events;

        stage_sweep(&stage);
        while (hand_events(&alice, &events)) {
            if (events.first <= alice.position + 1 &&
                events.first + events.count - 1 > alice.position)
                alice.position = events.first + events.count - 1;
        }
        hand_report(&alice, alice.position);
    }
    cr_expect_eq(alice.position, 1002);
}

Test(session_delivery, a_repair_that_the_ring_has_forgotten_is_a_gap_too)
{
    uint64_t oldest;

    say(5, true);
    hand_report(&alice, 2);
    say(600, false);
    oldest = transcript_oldest(stage.room->transcript);
    cr_assert_gt(oldest, 4);
    hand_missing(&alice, 3, 2);
    stage_sweep(&stage);
    stage_pass_ms(&stage, 0);
    cr_expect_geq(told_gap(), oldest);
}

/* ---- doors ---- */

Test(session_delivery, a_full_socket_loses_nothing)
{
    forget();
    stage.outbox.take = 0;
    say(5, true);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    stage.outbox.take = SIZE_MAX;
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    stage_sweep(&stage);
    cr_expect_eq(hand_count_events(&alice), 5);
}

Test(session_delivery, a_path_that_takes_nothing_loses_nothing_and_keeps_nobody_waiting)
{
    cr_assert(hand_enter(&bob, 8, "bob"));
    forget();
    stage.outbox.slow_port = ALICE;
    say(5, true);
    cr_expect_eq(stage_sweep(&stage), SWEEP_BLOCKED);
    cr_expect_eq(hand_count_events(&alice), 0);
    cr_expect_eq(hand_count_events(&bob), 5);
    stage.outbox.slow_port = 0;
    stage_sweep(&stage);
    cr_expect_eq(hand_count_events(&alice), 0, "not before the door is writable");
    room_door_writable(stage.room, 0);
    stage_sweep(&stage);
    cr_expect_eq(hand_count_events(&alice), 5);
}

Test(session_delivery, joins_that_are_held_back_are_one_frame)
{
    struct sequenced_events events;

    stage.room->fold.min_members = 2;
    hand_report(&alice, 2);
    stage_send(&stage, 1010, "L dora");
    stage_pass_ms(&stage, 20);
    stage_pass_ms(&stage, 0);
    forget();
    stage_send(&stage, 1011, "L emil");
    stage_send(&stage, 1012, "L fritz");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    stage_pass_ms(&stage, 20);
    cr_assert(hand_events(&alice, &events));
    cr_expect_eq(events.count, 2);
    cr_expect_eq(fake_outbox_to(&stage.outbox, ALICE, 0)->bytes[SEQUENCED_EVENTS_HEADER_MIN_BYTES],
                 5);
}

/* ---- random losses ---- */

static void lossy_run(unsigned seed)
{
    bool has[700] = {false};
    uint64_t last = 2 + 600;

    for (unsigned i = 0; i < 600; i++)
        say_word("some words of no great length, so that a few share a datagram");
    for (unsigned round = 0; round < 3000 && alice.position < last; round++) {
        struct sequenced_events events;
        uint64_t top = alice.position, first;

        stage_sweep(&stage);
        while (hand_events(&alice, &events)) {
            seed = seed * 1103515245U + 12345U;
            if ((seed >> 16) % 100 < 30)
                continue;
            for (uint64_t i = 0; i < events.count; i++)
                has[events.first + i] = true;
            top = events.first + events.count - 1 > top ? events.first + events.count - 1 : top;
        }
        while (alice.position < last && has[alice.position + 1])
            alice.position++;
        first = alice.position + 1;
        if (top > first)
            hand_missing(&alice, first, 1);
        else
            hand_report(&alice, alice.position);
        forget();
        stage_pass_ms(&stage, 250);
        seed += told_head() > alice.position ? 1 : 0;
        if (top <= alice.position && alice.position < last)
            hand_missing(&alice, alice.position + 1, 1);
    }
    cr_expect_eq(alice.position, last, "seed %u: %llu", seed, (unsigned long long)alice.position);
}

Test(session_delivery, with_a_third_of_all_datagrams_lost_everything_comes)
{
    lossy_run(1);
}

Test(session_delivery, a_fresh_transcript_gives_nothing_before_a_join_but_what_shares_its_datagram)
{
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "+alice");
}
