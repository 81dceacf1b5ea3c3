/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What measures the round trip of a client, and what follows from the first sample. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct client_stage stage;

static void open_stage(void)
{
    client_stage_new(&stage);
}

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_round_trip, .init = open_stage, .fini = close_stage);

/* The client does not know the round trip: its HELLO and its JOIN were repeated. */
static void enter_unmeasured(void)
{
    struct sequenced_join join;

    close_stage();
    client_stage_new(&stage);
    client_stage_pass_ms(&stage, 100);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    client_stage_pass_ms(&stage, 100);
    client_stage_lose(&stage);
    client_stage_challenge(&stage);
    cr_assert_not(client_stage_join(&stage, &join));
    client_stage_welcome(&stage, false);
    client_stage_joined(&stage, stage.head, CLIENT_STAGE_MEMBER, 0, "alice");
    client_stage_page(&stage, stage.head, 0, CLIENT_STAGE_MEMBER, false, "3 carol, 7 alice");
    client_stage_lose(&stage);
    cr_assert_eq(sequenced_client_round_trip_ns(stage.client), 0);
}

Test(sequenced_client_round_trip, waits_that_run_follow_the_first_round_trip)
{
    enter_unmeasured();
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_pass_ms(&stage, 20);
    client_stage_lose(&stage);
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 2, "two");
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 20 * MOMENT_NS_PER_MS);
    client_stage_pass_ms(&stage, 59);
    cr_expect_str_eq(client_stage_messages(&stage), "");
    client_stage_pass_ms(&stage, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "1", "a round trip and four deviations later");
}

Test(sequenced_client_round_trip, kept_and_not_taken_measure_the_round_trip)
{
    enter_unmeasured();
    client_stage_say(&stage, "one");
    client_stage_pass_ms(&stage, 30);
    client_stage_not_taken(&stage, 1, SEQUENCED_WHY_MUTED, 0);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 30 * MOMENT_NS_PER_MS);
    enter_unmeasured();
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_pass_ms(&stage, 30);
    client_stage_taken(&stage, 0, 0, 0x2);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 30 * MOMENT_NS_PER_MS);
}

Test(sequenced_client_round_trip, what_was_repeated_or_missing_measures_nothing)
{
    enter_unmeasured();
    client_stage_say(&stage, "one");
    client_stage_pass_ms(&stage, 1000);
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 1, "one");
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 0, "of two, it may be either");
    client_stage_say(&stage, "two");
    client_stage_chat(&stage, 13, 3, 0, "later");
    client_stage_pass_ms(&stage, 100);
    client_stage_chat(&stage, 12, CLIENT_STAGE_MEMBER, 2, "two");
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 0, "that is a repair");
}

Test(sequenced_client_round_trip, an_own_event_that_comes_as_a_repeat_measures_nothing)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_bundle bundle;
    struct event own = {
        .seq = 11, .author = CLIENT_STAGE_MEMBER, .kind = EVENT_CHAT, .text = "x", .text_len = 1};
    struct event next = {.seq = 12, .author = 3, .kind = EVENT_CHAT, .text = "x", .text_len = 1};

    enter_unmeasured();
    client_stage_say(&stage, "x");
    client_stage_pass_ms(&stage, 30);
    sequenced_events_begin(&bundle, bytes, sizeof(bytes), CLIENT_STAGE_EPOCH);
    sequenced_events_repeat(&bundle, 1);
    cr_assert_eq(sequenced_events_add(&bundle, &own, 1), 0);
    cr_assert_eq(sequenced_events_add(&bundle, &next, 0), 0);
    client_stage_receive(&stage, bytes, sequenced_events_length(&bundle));
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 0);
}

Test(sequenced_client_round_trip,
     a_report_of_ups_measures_the_round_trip_of_the_one_that_is_answered)
{
    struct sequenced_down_frame report = {.kind = SEQUENCED_DOWN_REPORT, .report = {1, 1}};
    const struct client_stage_datagram *datagram;
    struct sequenced_up_reader reader;
    struct sequenced_up up = {0};

    enter_unmeasured();
    client_stage_say(&stage, "one");
    while ((datagram = client_stage_next(&stage)) != NULL)
        sequenced_up_open(datagram->bytes, datagram->length, &up, &reader);
    client_stage_pass_ms(&stage, 30);
    report.report.packet = up.packet + 1000;
    client_stage_down(&stage, &report);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 0, "it was never sent");
    report.report.packet = up.packet;
    client_stage_down(&stage, &report);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 30 * MOMENT_NS_PER_MS);
    client_stage_pass_ms(&stage, 30);
    client_stage_down(&stage, &report);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 30 * MOMENT_NS_PER_MS,
                 "that may be a copy");
}
