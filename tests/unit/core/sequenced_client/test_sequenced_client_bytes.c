/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Arbitrary bytes in any state: the client continues, and reads nothing beyond their end. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 20000

static struct client_stage stage;

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_bytes, .fini = close_stage);

/* In memory of exactly that length. */
static void receive(const uint8_t *bytes, size_t length)
{
    uint8_t *copy = malloc(length > 0 ? length : 1);

    cr_assert_not_null(copy);
    memcpy(copy, bytes, length);
    client_stage_receive(&stage, copy, length);
    free(copy);
    client_stage_lose(&stage);
    stage.event_count = 0;
    stage.outcome_count = 0;
    stage.members[0] = '\0';
}

static void receive_noise(void)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES + 8];
    size_t length = (size_t)rand() % sizeof(bytes);

    for (size_t i = 0; i < length; i++)
        bytes[i] = (uint8_t)rand();
    if (rand() % 2 == 0)
        bytes[0] = (uint8_t)(SEQUENCED_FIRST_HANDSHAKE_UP + rand() % 8);
    if (rand() % 2 == 0)
        bytes[1] = SEQUENCED_VERSION;
    receive(bytes, length);
}

Test(sequenced_client_bytes, noise_is_ignored_before_it_is_in)
{
    client_stage_new(&stage);
    srand(1);
    for (int i = 0; i < ROUNDS; i++)
        receive_noise();
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
}

Test(sequenced_client_bytes, noise_is_ignored_when_it_is_in)
{
    client_stage_new(&stage);
    client_stage_enter(&stage);
    srand(2);
    for (int i = 0; i < ROUNDS; i++)
        receive_noise();
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    client_stage_chat(&stage, 11, 3, 0, "hello");
    cr_expect_str_eq(client_stage_delivered(&stage), "11");
}

Test(sequenced_client_bytes, random_datagrams_of_every_length_are_ignored)
{
    static uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES + 100];

    client_stage_new(&stage);
    client_stage_enter(&stage);
    for (unsigned first = SEQUENCED_FIRST_HANDSHAKE_UP; first <= 0xff; first++) {
        bytes[0] = (uint8_t)first;
        bytes[1] = SEQUENCED_VERSION;
        for (size_t length = 0; length <= sizeof(bytes); length++)
            receive(bytes, length);
    }
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
}

/* A valid DOWN or EVENTS with a few bytes changed after those that make it count. */
static size_t make_down(uint8_t *bytes)
{
    struct sequenced_down down = {.token = CLIENT_STAGE_TOKEN, .run = stage.run};
    struct octets_writer writer = sequenced_write(bytes, SEQUENCED_DATAGRAM_MAX_BYTES);
    const struct sequenced_down_frame frames[] = {
        {.kind = SEQUENCED_DOWN_TAKEN, .taken = {.upto = 2, .refused = 1, .kept = 4}},
        {.kind = SEQUENCED_DOWN_NOT_TAKEN,
         .not_taken = {.number = 3, .why = SEQUENCED_WHY_SLOW_DOWN, .wait_cs = 9}},
        {.kind = SEQUENCED_DOWN_HEAD, .head = 40},
        {.kind = SEQUENCED_DOWN_HEARTBEAT, .heartbeat = {.echo = 1, .head = 50}},
        {.kind = SEQUENCED_DOWN_MEMBERS,
         .members = {.head = 30,
                     .last = 9,
                     .entries = {"\x03\x00\x01"
                                 "c",
                                 4}}},
        {.kind = SEQUENCED_DOWN_GAP, .oldest = 12},
        {.kind = SEQUENCED_DOWN_PATH, .challenge = 99}};

    sequenced_down_begin(&writer, &down);
    for (int i = 0; i < 5; i++)
        cr_assert_eq(sequenced_down_add(&writer, &frames[rand() % 7]), 0);
    return writer.length;
}

static size_t make_events(uint8_t *bytes)
{
    struct sequenced_bundle bundle;
    struct event event = {.seq = 1 + (uint64_t)rand() % 60,
                          .author = 3,
                          .name = "carol",
                          .name_len = 5,
                          .text = "hello"};

    sequenced_events_begin(&bundle, bytes, SEQUENCED_DATAGRAM_MAX_BYTES, CLIENT_STAGE_EPOCH);
    for (int i = 0; i < 5; i++) {
        event.kind = (uint8_t)(rand() % 4);
        event.author =
            event.kind == EVENT_NOTICE ? EVENT_AUTHOR_NOBODY : (uint64_t)(1 + rand() % 9);
        event.text_len = event.kind == EVENT_CHAT || event.kind == EVENT_NOTICE ? 5 : 0;
        cr_assert_eq(sequenced_events_add(&bundle, &event, (uint16_t)(rand() % 5)), 0);
        event.seq++;
    }
    return sequenced_events_length(&bundle);
}

Test(sequenced_client_bytes, good_datagrams_with_some_bytes_changed_do_no_harm)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    uint32_t number;

    client_stage_new(&stage);
    client_stage_enter(&stage);
    srand(3);
    for (int i = 0; i < ROUNDS; i++) {
        bool down = rand() % 2 == 0;
        size_t length = down ? make_down(bytes) : make_events(bytes),
               header = down ? SEQUENCED_DOWN_HEADER_BYTES : 11;

        for (int changes = rand() % 4; changes > 0; changes--)
            bytes[header + (size_t)rand() % (length - header)] = (uint8_t)rand();
        if (client_say(stage.client, &stage.now, "x", 1, &number) == 0)
            client_stage_tick(&stage);
        receive(bytes, rand() % 4 == 0 ? (size_t)rand() % length : length);
        stage.now.mono_ns += MOMENT_NS_PER_MS;
        /* A random epoch, head or CLOSED may end the client; then another begins. */
        if (client_state(stage.client) != CLIENT_IN || rand() % 200 == 0) {
            client_stage_done(&stage);
            client_stage_new(&stage);
            client_stage_enter(&stage);
        }
    }
}
