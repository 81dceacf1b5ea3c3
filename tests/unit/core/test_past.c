/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Events of the past, from a room to a real client, over a network that loses some. */
#include "support/fake_network.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <roomd/sequenced_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALICE 1001
#define CAROL 1003

#define STEP_NS MOMENT_NS_PER_MS

static struct stage stage;
static struct client *client;
static struct fake_network network;
static struct fake_link link;
static struct path path;
static struct client_past_query wanted;

/* What the client has told. */
static uint64_t past_count, past_last, live_count, ends, last_text;
static bool out_of_order, live_before_end;
static struct client_past_end end;

static void on_send(void *ctx, const void *bytes, size_t length)
{
    (void)ctx;
    fake_network_send(&network, &link, FAKE_UP, stage.now.mono_ns, &path, bytes, length);
}

static void on_past(void *ctx, const struct event *event)
{
    char number[16];

    (void)ctx;
    out_of_order = out_of_order || event->seq != past_last + 1;
    past_last = event->seq;
    past_count++;
    snprintf(number, sizeof(number), "%.*s", event->text_len < 15 ? (int)event->text_len : 15,
             event->text);
    last_text = strtoull(number, NULL, 10);
}

static void on_past_end(void *ctx, const struct client_past_end *ended)
{
    (void)ctx;
    end = *ended;
    ends++;
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    (void)ctx;
    (void)event;
    (void)own;
    live_count++;
    live_before_end = live_before_end || ends == 0;
}

static void open_world(void)
{
    stage_open(&stage);
    stage.config.limits.history = 50;
    stage.config.limits.messages = (struct room_rate){0};
    stage.config.limits.bytes = (struct room_rate){0};
    stage.setup.ring_bytes = 64U * 1024 * 1024;
    fake_network_init(&network, 7);
    link = (struct fake_link){
        .weather = {{.delay_ns = 5 * MOMENT_NS_PER_MS}, {.delay_ns = 5 * MOMENT_NS_PER_MS}}};
    path = stage_path(ALICE, 0);
    past_count = past_last = live_count = ends = last_text = 0;
    out_of_order = live_before_end = false;
    end = (struct client_past_end){0};
}

static void close_world(void)
{
    client_free(client);
    fake_network_done(&network);
    stage_done(&stage);
}

TestSuite(past, .init = open_world, .fini = close_world);

/* `count` messages were said before the client comes. */
static void start(unsigned count, const struct client_past_query *query)
{
    struct client_setup setup = {
        .seed = {1},
        .name = "alice",
        .carrier = {.send = on_send},
        .past = query,
        .sink = {.event = on_event, .past = on_past, .past_end = on_past_end}};
    char line[64];

    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, CAROL, "carol");
    for (unsigned i = 1; i <= count; i++) {
        snprintf(line, sizeof(line), "C carol %u is the number of this message", i);
        stage_send(&stage, CAROL, line);
        if (i % 64 == 0) {
            stage_sweep(&stage);
            fake_outbox_clear(&stage.outbox);
        }
    }
    cr_assert_eq(sequenced_client_new(&setup, NULL, SEQUENCED_CLIENT_REORDER_MIN_BYTES, &client),
                 0);
}

static void carry_down(void)
{
    for (size_t i = 0; i < stage.outbox.count; i++) {
        const struct fake_datagram *datagram = &stage.outbox.sent[i];

        if (datagram->path.peer.port == ALICE)
            fake_network_send(&network, &link, FAKE_DOWN, stage.now.mono_ns, &path, datagram->bytes,
                              datagram->length);
    }
    fake_outbox_clear(&stage.outbox);
}

/* A millisecond; carol may say something. */
static void step(bool says)
{
    struct fake_flight *flight;

    stage.now.mono_ns += STEP_NS;
    stage.now.wall_ns += STEP_NS;
    while ((flight = fake_network_take(&network, stage.now.mono_ns)) != NULL) {
        if (flight->way == FAKE_UP)
            room_receive(stage.room, &stage.now, &flight->path, flight->bytes, flight->length);
        else
            client_receive(client, &stage.now, flight->bytes, flight->length);
        free(flight);
    }
    if (says && client_state(client) == CLIENT_IN)
        stage_send(&stage, CAROL, "C carol meanwhile");
    client_tick(client, &stage.now);
    room_tick(stage.room, &stage.now);
    stage_sweep(&stage);
    carry_down();
}

static unsigned run(unsigned ms, bool says)
{
    unsigned n = 0;

    for (; n < ms && ends == 0; n++)
        step(says && n % 10 == 0);
    return n;
}

Test(past, a_newcomer_gets_the_last_events_before_its_own_join_and_then_what_happens)
{
    wanted = (struct client_past_query){0};
    start(200, &wanted);
    past_last = 201 - 50;
    run(2000, true);
    cr_expect_eq(ends, 1);
    cr_expect_eq(past_count, 50);
    cr_expect_not(out_of_order);
    cr_expect_eq(last_text, 200);
    cr_expect_eq(end.gone, 0);
    cr_expect(end.more);
    cr_expect_not(live_before_end);
    step(true);
    step(true);
    cr_expect_gt(live_count, 0);
}

Test(past, a_hundred_thousand_events_come_complete_and_in_order_where_a_twentieth_is_lost,
     .timeout = 120)
{
    unsigned ms;

    link.weather[FAKE_UP].loss_permille = link.weather[FAKE_DOWN].loss_permille = 50;
    wanted = (struct client_past_query){.first = 1};
    start(100000, &wanted);
    ms = run(300000, true);
    cr_log_info("100001 events in %u ms", ms);
    cr_expect_eq(ends, 1);
    cr_expect_not(end.failed);
    cr_expect_not(out_of_order);
    cr_expect_eq(past_count, 100001);
    cr_expect_eq(last_text, 100000);
    cr_expect_eq(end.gone, 0);
}

Test(past, a_room_that_has_forgotten_some_says_how_many)
{
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    wanted = (struct client_past_query){.first = 1};
    start(5000, &wanted);
    run(5000, false);
    cr_expect_eq(ends, 1);
    cr_expect_gt(past_count, 100);
    cr_expect_eq(past_count + end.gone, 5001);
    cr_expect_eq(last_text, 5000);
}

Test(past, words_are_found_the_latest_first)
{
    struct client_past_query query = {.words = "NUMBER 12", .words_len = 9, .most = 3};

    start(300, NULL);
    for (unsigned i = 0; i < 100; i++)
        step(false);
    cr_assert_eq(client_state(client), CLIENT_IN);
    cr_assert_eq(client_ask_past(client, &stage.now, &query), 0);
    cr_expect(client_asks_past(client));
    run(5000, false);
    cr_expect_eq(ends, 1);
    cr_expect_eq(past_count, 3);
    cr_expect_eq(last_text, 128); /* 212, 129, 128 */
    cr_expect(end.more);
    cr_expect_not(client_asks_past(client));
}

Test(past, a_client_that_is_closed_delivers_what_it_has_held)
{
    wanted = (struct client_past_query){.first = 1};
    start(20000, &wanted);
    for (unsigned i = 0; i < 300; i++)
        step(i % 10 == 0);
    cr_expect_eq(ends, 0);
    cr_expect_eq(live_count, 0);
    client_leave(client, &stage.now, true);
    step(false);
    client_leave(client, &stage.now, true);
    cr_expect_eq(ends, 1);
    cr_expect(end.failed);
    cr_expect_gt(live_count, 0);
}
