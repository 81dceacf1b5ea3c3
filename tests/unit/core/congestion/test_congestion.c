/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/congestion/congestion.h"

#include <criterion/criterion.h>

#define FULL  1200U /* bytes */
#define UNITS CONGESTION_DATAGRAM

static struct congestion path;
static struct congestion_flow flow;
static uint16_t received, lost;
static uint32_t now_ms;

static void begin(void)
{
    received = lost = 0;
    now_ms = 0;
    congestion_init(&path, now_ms);
    congestion_join(&path, &flow);
}

TestSuite(congestion, .init = begin);

/* Sends while there is room, and finds that there is none; returns how many. */
static unsigned fill(void)
{
    unsigned count = 0;

    while (congestion_flow_may_send(&flow) && congestion_may_send(&path, FULL, now_ms)) {
        congestion_sent(&path, &flow, FULL, now_ms);
        count++;
    }
    return count;
}

static void report(unsigned more_received, unsigned more_lost)
{
    received = (uint16_t)(received + more_received);
    lost = (uint16_t)(lost + more_lost);
    congestion_lost(&path, &flow, congestion_report(&path, &flow, received, lost, now_ms));
}

static void lose(unsigned count)
{
    report(0, count);
}

/* Two round trips, as many as it takes to be believed. */
static void measure(uint32_t round_trip_ms)
{
    congestion_sample(&path, &flow, round_trip_ms * 1000);
    congestion_sample(&path, &flow, round_trip_ms * 1000);
}

/* A full window was sent, and all of it received, that many times. */
static void rounds(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        fill();
        report(flow.flight, 0);
    }
}

/* The same, and each time a round trip is measured. */
static void measured_rounds(unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        congestion_sample(&path, &flow, 20000);
        rounds(1);
    }
}

Test(congestion, controllers_and_flows_are_small)
{
    cr_expect_leq(sizeof(struct congestion), 80);
    cr_expect_leq(sizeof(struct congestion_flow), 16);
}

Test(congestion, each_flow_brings_ten_datagrams_and_they_share_them)
{
    struct congestion_flow other;

    congestion_join(&path, &other);
    cr_expect_eq(fill(), 20, "one flow may use what two have brought");
    cr_expect_not(congestion_may_send(&path, 0, now_ms));
    congestion_leave(&path, &flow);
    cr_expect_eq(path.flight, 0, "what it had in flight is gone with it");
}

Test(congestion, what_a_flow_brought_is_gone_after_its_first_report_if_it_was_not_needed)
{
    struct congestion_flow others[29];

    for (unsigned i = 0; i < 29; i++)
        congestion_join(&path, &others[i]);
    congestion_sent(&path, &flow, 100, now_ms);
    report(1, 0);
    cr_expect_eq(path.window, 290 * UNITS);
    for (unsigned i = 0; i < 29; i++) {
        congestion_sent(&path, &others[i], 100, now_ms);
        congestion_report(&path, &others[i], 1, 0, now_ms);
    }
    cr_expect_eq(path.window, 60 * UNITS, "two for each of thirty stay");
}

Test(congestion, small_datagrams_take_little_room)
{
    congestion_sent(&path, &flow, 36, now_ms);
    cr_expect_eq(path.flight, 4, "64 bytes with headers");
    congestion_sent(&path, &flow, 37, now_ms);
    cr_expect_eq(path.flight, 9);
    congestion_settle(&path, &flow, 1);
    congestion_settle(&path, &flow, 1);
    cr_expect_eq(path.flight, 0);
}

Test(congestion, a_full_window_doubles_in_a_round_before_the_first_loss)
{
    rounds(1);
    cr_expect_eq(path.window, 20 * UNITS);
    rounds(1);
    cr_expect_eq(path.window, 40 * UNITS);
}

Test(congestion, it_does_not_double_where_no_round_trip_is_measured)
{
    rounds(9);
    cr_expect_lt(path.window, 60 * UNITS);
}

Test(congestion, a_window_that_is_not_needed_does_not_grow)
{
    for (int i = 0; i < 50; i++) {
        congestion_sent(&path, &flow, FULL, now_ms);
        report(1, 0);
    }
    cr_expect_eq(path.window, 10 * UNITS);
}

Test(congestion, a_window_that_is_not_used_halves_in_each_second_down_to_ten_datagrams)
{
    measured_rounds(4);
    cr_assert_gt(path.window, 120 * UNITS);
    for (int i = 0; i < 10; i++) {
        now_ms += 1000;
        congestion_sent(&path, &flow, FULL, now_ms);
        report(1, 0);
    }
    cr_expect_eq(path.window, 10 * UNITS);
    measured_rounds(4);
    cr_expect_gt(path.window, 80 * UNITS, "but it comes back as fast");
}

Test(congestion, a_loss_takes_a_tenth_where_no_queue_is_measured)
{
    measure(50);
    fill();
    lose(1);
    cr_expect_eq(path.window, 9 * UNITS);
}

Test(congestion, a_loss_takes_three_tenths_where_a_queue_is_measured)
{
    measure(50);
    measure(63); /* more than a quarter, and more than 10 ms */
    fill();
    lose(1);
    cr_expect_eq(path.window, 7 * UNITS);
}

Test(congestion, a_loss_halves_a_window_of_less_than_eight_datagrams_there)
{
    measure(50);
    measure(63);
    path.window = 8 * UNITS - 1;
    fill();
    lose(1);
    cr_expect_eq(path.window, path.peak / 2);
}

Test(congestion, less_than_10_ms_or_than_a_quarter_of_the_base_is_no_queue)
{
    measure(1);
    measure(11);
    fill();
    lose(1);
    cr_expect_eq(path.window, 9 * UNITS);
    begin();
    measure(400);
    measure(500);
    fill();
    lose(1);
    cr_expect_eq(path.window, 9 * UNITS);
}

Test(congestion, one_long_round_trip_is_no_queue)
{
    measure(50);
    congestion_sample(&path, &flow, 500000);
    fill();
    lose(1);
    cr_expect_eq(path.window, 9 * UNITS);
}

Test(congestion, losses_of_one_round_count_once)
{
    measure(50);
    measure(100);
    fill();
    for (int i = 0; i < 4; i++)
        lose(1);
    cr_expect_eq(path.window, 7 * UNITS);
    report(6, 0);
    fill();
    lose(1);
    cr_expect_lt(path.window, 4 * UNITS, "a loss of the next round counts");
}

/* That many times a full window, of which one datagram in five is lost. */
static void lose_a_fifth(unsigned count, uint32_t round_trip_ms)
{
    for (unsigned i = 0; i < count; i++) {
        measure(round_trip_ms);
        fill();
        lose((flow.flight + 2U) / 5);
        report(flow.flight, 0);
    }
}

Test(congestion, a_path_that_loses_many_anyway_is_not_halved_for_as_many)
{
    lose_a_fifth(60, 10);
    cr_assert_gt(path.background, UINT16_MAX / 8);
    lose_a_fifth(20, 100);
    cr_expect_geq(path.window, 3 * UNITS);
}

Test(congestion, without_a_queue_the_window_stays_above_two_datagrams)
{
    measure(50);
    for (int i = 0; i < 100; i++) {
        fill();
        lose(flow.flight);
    }
    cr_expect_eq(path.window, 2 * UNITS);
}

Test(congestion, with_a_queue_a_window_below_two_datagrams_is_kept_by_pacing)
{
    measure(50);
    for (int i = 0; i < 20; i++) {
        congestion_sent(&path, &flow, FULL, now_ms);
        lose(flow.flight);
        measure(400);
    }
    cr_assert_lt(path.window, UNITS / 2);
    now_ms += 100000;
    cr_expect(congestion_may_send(&path, FULL, now_ms));
    congestion_sent(&path, &flow, FULL, now_ms);
    cr_expect_gt(congestion_paced(&path, now_ms), 800, "a window of half a datagram, of two");
    cr_expect_not(congestion_may_send(&path, FULL, now_ms));
    report(1, 0);
    cr_expect_not(congestion_may_send(&path, FULL, now_ms), "whether it was received or not");
    now_ms += congestion_paced(&path, now_ms);
    cr_expect(congestion_may_send(&path, FULL, now_ms));
}

Test(congestion, a_longer_route_is_the_base_after_two_periods)
{
    for (int i = 0; i < 65; i++) {
        measure(20);
        rounds(1);
    }
    for (int i = 0; i < 130; i++) {
        measure(200);
        rounds(1);
    }
    cr_expect_eq(flow.base, 2000);
    cr_expect_eq(path.delayed, 0);
}

/* The same with a small window, of which a queue drops something in every fourth round. */
Test(congestion, a_queue_of_others_that_stands_is_the_base_only_after_twice_as_long)
{
    measure(20);
    measure(400);
    path.window = path.threshold = 2 * UNITS;
    for (int i = 0; i < 100; i++) {
        measure(400);
        fill();
        if (i % 4 == 0)
            report(1, 1);
        else
            report(flow.flight, 0);
    }
    cr_expect_eq(flow.base, 200);
}

Test(congestion, a_shorter_route_is_the_base_at_once)
{
    measure(200);
    measure(20);
    cr_expect_eq(flow.base, 200);
}

Test(congestion, slow_start_ends_where_a_queue_is_measured)
{
    measure(20);
    fill();
    measure(60);
    report(10, 0);
    rounds(5);
    cr_expect_leq(path.window, 16 * UNITS, "no more than one datagram a round");
}

Test(congestion, without_a_queue_each_flow_adds_a_datagram_a_round)
{
    struct congestion_flow others[9];
    uint32_t before;

    for (unsigned i = 0; i < 9; i++)
        congestion_join(&path, &others[i]);
    measure(20);
    fill();
    lose(1);
    report(flow.flight, 0);
    before = path.window;
    rounds(1);
    cr_expect_gt(path.window, before + 8 * UNITS);
}

Test(congestion, a_report_that_is_older_or_says_too_much_does_no_harm)
{
    fill();
    report(10, 0);
    congestion_report(&path, &flow, 3, 0, now_ms);
    cr_expect_eq(flow.received, 10);
    fill();
    report(30000, 0);
    cr_expect_eq(path.flight, 0);
    report(0, 30000);
    cr_expect_eq(path.flight, 0);
    cr_expect_geq(path.window, 2 * UNITS);
}

Test(congestion, the_datagram_that_is_measured_is_likely_the_last_of_a_report)
{
    unsigned skipped = 0;

    fill();
    report(5, 0);
    /* Five are in flight, and the next one would be the first of five. */
    congestion_aim(&path, &flow, 5);
    while (!congestion_aimed(&flow))
        skipped++;
    cr_expect_eq(skipped, 4);
    congestion_aim(&path, &flow, 1);
    cr_expect(congestion_aimed(&flow), "each is reported by itself");
    congestion_aim(&path, &flow, 60);
    for (skipped = 0; !congestion_aimed(&flow); skipped++)
        ;
    cr_expect_eq(skipped, 4, "reports were lost: no report is of more than five");
    path.limited = 0;
    congestion_aim(&path, &flow, 5);
    for (skipped = 0; !congestion_aimed(&flow); skipped++)
        ;
    cr_expect_eq(skipped, 19, "the window suffices, and nothing is lost: each fourth will do");
}

Test(congestion, a_loss_while_the_window_is_not_needed_leaves_it)
{
    congestion_sent(&path, &flow, FULL, now_ms);
    lose(1);
    cr_expect_eq(path.window, 10 * UNITS);
}

Test(congestion, late_for_the_third_time_a_flow_has_nothing_in_flight_and_is_sent_nothing_new)
{
    measure(20);
    fill();
    congestion_late(&path, &flow);
    congestion_late(&path, &flow);
    cr_expect_eq(flow.flight, 10);
    cr_expect(congestion_flow_may_send(&flow));
    congestion_late(&path, &flow);
    cr_expect_eq(flow.flight, 0);
    cr_expect_not(congestion_flow_may_send(&flow));
    cr_expect_eq(path.window, 2 * UNITS, "nobody was heard meanwhile");
    congestion_sent(&path, &flow, FULL, now_ms);
    report(1, 0);
    cr_expect(congestion_flow_may_send(&flow));
}

Test(congestion, a_flow_with_nothing_in_flight_is_not_late)
{
    for (int i = 0; i < 5; i++)
        congestion_late(&path, &flow);
    cr_expect(congestion_flow_may_send(&flow));
}

Test(congestion, while_others_have_something_in_flight_the_path_is_not_gone)
{
    struct congestion_flow other;

    congestion_join(&path, &other);
    congestion_sent(&path, &flow, FULL, now_ms);
    congestion_sent(&path, &other, FULL, now_ms);
    for (int i = 0; i < 3; i++)
        congestion_late(&path, &flow);
    cr_expect_eq(path.window, 20 * UNITS);
    for (int i = 0; i < 3; i++)
        congestion_late(&path, &other);
    cr_expect_eq(path.window, 2 * UNITS, "nothing is heard of anybody");
}

Test(congestion, a_flow_that_goes_silent_alone_costs_the_others_nothing)
{
    struct congestion_flow other;

    congestion_join(&path, &other);
    measure(20);
    congestion_sent(&path, &flow, FULL, now_ms);
    for (uint16_t i = 1; i <= 20; i++) {
        congestion_sent(&path, &other, FULL, now_ms);
        congestion_late(&path, &flow);
        congestion_report(&path, &other, i, 0, now_ms);
    }
    cr_expect_eq(path.flight, 0);
    cr_expect_eq(path.window, 10 * UNITS, "which they share after the first report");
}
