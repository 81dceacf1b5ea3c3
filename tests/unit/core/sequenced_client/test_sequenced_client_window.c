/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How much of what a client says is in flight (doc/protocol.md, 2.5). */
#include "core/sequenced_client/sequenced_client_state.h"
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define LONG_BYTES 900

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

TestSuite(sequenced_client_window, .init = open_stage, .fini = close_stage);

static struct congestion *path_of(void)
{
    return &((struct sequenced_client *)(void *)stage.client)->window.path;
}

static void say_long(unsigned count)
{
    char text[LONG_BYTES + 1];

    memset(text, 'x', LONG_BYTES);
    text[LONG_BYTES] = '\0';
    for (unsigned i = 0; i < count; i++)
        client_stage_say(&stage, text);
}

/* So many datagrams were sent and not read; reads them. */
static size_t count_sent(void)
{
    size_t count = 0;

    while (client_stage_next(&stage) != NULL)
        count++;
    return count;
}

Test(sequenced_client_window, ten_whole_datagrams_are_in_flight_and_answers_make_room)
{
    say_long(20);
    cr_expect_str_eq(client_stage_messages(&stage), "1 2 3 4 5 6 7 8 9 10 11 12",
                     "these are shorter");
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect_str_eq(client_stage_messages(&stage), "13 14", "one has come: one more may be");
    client_stage_taken(&stage, 1, 0, 2);
    cr_expect_str_eq(client_stage_messages(&stage), "15 16", "what is kept has come, too");
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 2, "x");
    cr_expect_str_eq(client_stage_messages(&stage), "17 18", "and so has what became an event");
}

Test(sequenced_client_window, nothing_is_in_flight_when_all_is_answered)
{
    say_long(20);
    for (uint32_t upto = 1; upto <= 20; upto++)
        client_stage_taken(&stage, upto, 0, 0);
    cr_expect_eq(path_of()->flight, 0);
    for (uint32_t n = 1; n <= 20; n++)
        cr_expect(client_stage_outcome(&stage, n, CLIENT_TAKEN, 0));
}

Test(sequenced_client_window, short_messages_find_room)
{
    for (unsigned i = 0; i < 32; i++)
        client_stage_say(&stage, "hello");
    cr_expect_eq(count_sent(), 32);
}

Test(sequenced_client_window,
     what_is_repeated_takes_no_room_twice_and_is_lost_if_the_server_says_so)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_REPORT, .report = {9, 8}};
    uint32_t before;

    say_long(3);
    before = path_of()->flight;
    client_stage_pass_ms(&stage, 500);
    cr_expect_eq(path_of()->flight, before);
    cr_expect_eq(path_of()->lost, 0, "the answers may be late");
    client_stage_down(&stage, &frame);
    client_stage_pass_ms(&stage, 5000);
    cr_expect_eq(path_of()->lost, 1);
    cr_expect_eq(path_of()->flight, before);
}

Test(sequenced_client_window, messages_that_are_repeated_together_share_an_up)
{
    client_stage_say(&stage, "one");
    stage.now.mono_ns += MOMENT_NS_PER_MS / 2;
    client_stage_say(&stage, "two");
    cr_expect_eq(count_sent(), 2);
    client_stage_pass_ms(&stage, 10);
    cr_expect_eq(stage.sent_count - stage.read, 1);
    cr_expect_str_eq(client_stage_messages(&stage), "1 2");
}

Test(sequenced_client_window, where_a_queue_is_found_nothing_is_repeated_in_advance)
{
    client_stage_head(&stage, 11); /* something may be lost */
    client_stage_lose(&stage);
    client_stage_say(&stage, "one");
    client_stage_pass_ms(&stage, 1);
    client_stage_say(&stage, "two");
    cr_expect_str_eq(client_stage_messages(&stage), "1 1 2", "once more with the request");
    path_of()->delayed = 3;
    client_stage_say(&stage, "three");
    client_stage_pass_ms(&stage, 1);
    client_stage_lose(&stage);
    client_stage_say(&stage, "four");
    cr_expect_str_eq(client_stage_messages(&stage), "4");
}

Test(sequenced_client_window, below_two_datagrams_ups_are_sent_apart)
{
    path_of()->window = CONGESTION_DATAGRAM / 2;
    path_of()->round_trip_us = 100000;
    say_long(2);
    cr_expect_str_eq(client_stage_messages(&stage), "1");
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect_str_eq(client_stage_messages(&stage), "", "time makes room, and nothing else");
    client_stage_pass_ms(&stage, 200);
    cr_expect_str_eq(client_stage_messages(&stage), "2");
}

Test(sequenced_client_window, a_new_run_begins_with_an_empty_window)
{
    struct sequenced_join join;

    say_long(20);
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    client_stage_lose(&stage);
    while (client_stage_next(&stage) == NULL)
        client_stage_pass_ms(&stage, 100);
    stage.read = 0;
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    stage.run++;
    stage.silent = true;
    client_stage_welcome(&stage, true);
    cr_expect_eq(path_of()->flight, 0);
    client_stage_taken(&stage, 0, 0, 0);
    cr_expect_gt(path_of()->flight, 9 * CONGESTION_DATAGRAM / 2);
}
