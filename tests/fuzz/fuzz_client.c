/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client of the sequenced protocol and a server that may say anything: raw datagrams, datagrams
 * with the right nonce, epoch or token followed by anything, requests of the user, and steps of the
 * clock. In all cases sequence numbers rise, each message has one outcome, joins and exits of a
 * member alternate, and all that is sent can be decoded.
 */
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"
#include "fuzz/fuzz_input.h"

#include <roomd/moment.h>
#include <roomd/sequenced_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define EPOCH   UINT64_C(0x0101010101010101)
#define TOKEN   UINT64_C(0x0202020202020202)
#define NUMBERS 4096U

struct world {
    struct client *client;
    struct moment now;
    uint64_t nonce;
    uint16_t run;
    uint64_t seq; /* of the last event */
    uint32_t said;
    bool settled[NUMBERS];
    bool here[NUMBERS];
    uint32_t packet; /* of the last UP in this run */
    uint16_t up_run;
    uint64_t position;
};

/* ---- what the client does ---- */

static void check_up(struct world *world, const void *bytes, size_t length)
{
    struct sequenced_up_reader reader;
    struct sequenced_up_frame frame;
    struct sequenced_up up;
    int status;

    FUZZ_CHECK(sequenced_up_open(bytes, length, &up, &reader) == 0);
    FUZZ_CHECK(up.run != world->up_run ||
               (up.packet == world->packet + 1 && up.position >= world->position) ||
               up.packet == 1);
    world->up_run = up.run;
    world->packet = up.packet;
    world->position = up.position;
    while ((status = sequenced_up_next(&reader, &frame)) == 1)
        ;
    FUZZ_CHECK(status == 0);
}

static void on_send(void *ctx, const void *bytes, size_t length)
{
    enum sequenced_datagram datagram;
    struct sequenced_hello hello;
    struct sequenced_join join;
    struct world *world = ctx;

    FUZZ_CHECK(sequenced_identify(bytes, length, &datagram) == 0);
    if (datagram == SEQUENCED_HELLO) {
        FUZZ_CHECK(sequenced_handshake_read_hello(bytes, length, &hello) == 0);
        world->nonce = hello.nonce;
    } else if (datagram == SEQUENCED_JOIN) {
        FUZZ_CHECK(sequenced_handshake_read_join(bytes, length, &join) == 0 &&
                   join.nonce == world->nonce);
    } else {
        FUZZ_CHECK(datagram == SEQUENCED_UP);
        check_up(world, bytes, length);
    }
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct world *world = ctx;

    FUZZ_CHECK(event->seq > world->seq && event->name_len <= ROOM_NAME_MAX_BYTES);
    FUZZ_CHECK(own == 0 || event->author == client_number(world->client));
    world->seq = event->seq;
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    struct world *world = ctx;

    (void)outcome;
    (void)why;
    FUZZ_CHECK(number >= 1 && number <= world->said);
    FUZZ_CHECK(!world->settled[number % NUMBERS]);
    world->settled[number % NUMBERS] = true;
    /* client_say is the one function that may be called from the sink. */
    if (number % 8 == 0 && client_say(world->client, &world->now, "again", 5, &number) == 0)
        world->said = number;
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct world *world = ctx;

    FUZZ_CHECK(wait_s <= 3600);
    if (state == CLIENT_JOINING && reason == CLIENT_REFUSED_UNKNOWN)
        world->seq = 0;
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    struct world *world = ctx;

    (void)name;
    FUZZ_CHECK(name_len >= 1 && name_len <= ROOM_NAME_MAX_BYTES);
    FUZZ_CHECK(number >= NUMBERS || world->here[number] != here);
    if (number < NUMBERS)
        world->here[number] = here;
}

/* ---- what the server sends ---- */

static void receive(struct world *world, const struct octets_writer *writer)
{
    /* Exactly as long as the datagram, so that the sanitizer sees a read beyond its end. */
    uint8_t *copy = malloc(writer->length > 0 ? writer->length : 1);

    FUZZ_CHECK(copy != NULL);
    memcpy(copy, writer->bytes, writer->length);
    client_receive(world->client, &world->now, copy, writer->length);
    free(copy);
}

static void write_rest(struct octets_writer *writer, struct input *input)
{
    size_t length = take_byte(input);

    length = length < input->size ? length : input->size;
    octets_write_slice(writer, (struct octets_slice){(const char *)input->data, length});
    input->data += length;
    input->size -= length;
}

static void step_raw(struct world *world, struct input *input)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    write_rest(&writer, input);
    receive(world, &writer);
}

/* A header that the client accepts, followed by anything. */
static void step_session(struct world *world, struct input *input, bool events)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    octets_write_u8(&writer, events ? SEQUENCED_FIRST_EVENTS : SEQUENCED_FIRST_DOWN);
    octets_write_u8(&writer, SEQUENCED_VERSION);
    octets_write_u64(&writer, events ? EPOCH : TOKEN);
    if (events) {
        octets_write_u64(&writer, 1 + take_byte(input));
        octets_write_u48(&writer, 0);
    } else {
        octets_write_u16(&writer, world->run);
    }
    write_rest(&writer, input);
    receive(world, &writer);
}

static void step_challenge(struct world *world)
{
    struct sequenced_challenge challenge = {.nonce = world->nonce, .cookie = {"cookie", 6}};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    writer.length = (size_t)sequenced_handshake_write_challenge(bytes, sizeof(bytes), &challenge);
    receive(world, &writer);
}

static void step_welcome(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);
    struct sequenced_welcome welcome = {.resumed = (what & 1) != 0,
                                        .nonce = world->nonce,
                                        .epoch = EPOCH,
                                        .token = TOKEN,
                                        .run = ++world->run,
                                        .member = 1 + (what >> 1 & 7),
                                        .position = what >> 4,
                                        .max_text_bytes = take_byte(input),
                                        .timeout_s = take_byte(input),
                                        .name = {"alice", 5},
                                        .room = {"lobby", 5}};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    writer.length = (size_t)sequenced_handshake_write_welcome(bytes, sizeof(bytes), &welcome);
    receive(world, &writer);
}

static void step_refusal(struct world *world, struct input *input)
{
    struct sequenced_refusal refusal = {.version = SEQUENCED_VERSION,
                                        .code = (uint8_t)(1 + take_byte(input) % 10),
                                        .nonce = world->nonce};
    struct sequenced_stranger stranger = {.token = TOKEN};
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    refusal.wait = (uint16_t)(take_byte(input) * 257);
    writer.length =
        (size_t)(refusal.code == 10
                     ? sequenced_handshake_write_stranger(bytes, sizeof(bytes), &stranger)
                     : sequenced_handshake_write_refusal(bytes, sizeof(bytes), &refusal));
    receive(world, &writer);
}

/* ---- what the user does ---- */

static void step_user(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);
    uint32_t number = 0;
    int status = -1;

    switch (what % 8) {
    case 0:
        status = client_rename(world->client, &world->now, "bob", &number);
        break;
    case 1:
        client_moved(world->client, &world->now);
        break;
    case 2:
        client_leave(world->client, &world->now, what >= 128);
        break;
    default:
        for (unsigned i = 0; i < what % 64U && world->said < NUMBERS - 512; i++) {
            if (client_say(world->client, &world->now, "hello", 5, &number) == 0)
                world->said = number;
        }
    }
    if (status == 0 && number != 0)
        world->said = number;
}

static void step_time(struct world *world, struct input *input)
{
    static const int64_t steps_ns[] = {MOMENT_NS_PER_MS, 10 * MOMENT_NS_PER_MS, MOMENT_NS_PER_S,
                                       3600 * MOMENT_NS_PER_S};
    uint8_t what = take_byte(input);

    world->now.mono_ns += steps_ns[what & 3] * (what >> 2);
    /* Advances to the next tick, or not. */
    if (what == 0 && client_next_tick(world->client) < MOMENT_NEVER_NS &&
        client_next_tick(world->client) > world->now.mono_ns)
        world->now.mono_ns = client_next_tick(world->client);
}

static void step(struct world *world, struct input *input)
{
    switch (take_byte(input) % 10) {
    case 0:
        step_raw(world, input);
        break;
    case 1:
        step_challenge(world);
        break;
    case 2:
        step_welcome(world, input);
        break;
    case 3:
        step_refusal(world, input);
        break;
    case 4:
        step_user(world, input);
        break;
    case 5:
    case 6:
        step_session(world, input, true);
        break;
    case 7:
        step_time(world, input);
        break;
    default:
        step_session(world, input, false);
    }
}

static void check_tick(struct world *world)
{
    int64_t next_ns = client_tick(world->client, &world->now);
    struct client_session session;

    FUZZ_CHECK(next_ns == client_next_tick(world->client) && next_ns > world->now.mono_ns);
    FUZZ_CHECK(client_pending(world->client) <= CLIENT_PENDING_MAX);
    FUZZ_CHECK(client_state(world->client) != CLIENT_OUT ||
               (next_ns == MOMENT_NEVER_NS && client_pending(world->client) == 0));
    FUZZ_CHECK(!client_session(world->client, &session) || session.position >= world->seq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    struct input input = {.data = data, .size = size};
    struct client_session session = {EPOCH, TOKEN, 5, 40, 20};
    struct client_setup setup = {.name = "alice",
                                 .carrier = {.send = on_send, .ctx = &world},
                                 .sink = {.event = on_event,
                                          .outcome = on_outcome,
                                          .state = on_state,
                                          .member = on_member,
                                          .ctx = &world}};
    const struct client_session *resume = NULL;
    uint32_t settled = 0;

    memset(&world, 0, sizeof(world));
    world.now.mono_ns = MOMENT_NS_PER_S;
    if (take_byte(&input) % 2 == 1) {
        resume = &session;
        world.said = session.said;
    }
    FUZZ_CHECK(sequenced_client_new(&setup, resume, SEQUENCED_CLIENT_REORDER_MIN_BYTES,
                                    &world.client) == 0);
    check_tick(&world);
    while (input.size > 0) {
        step(&world, &input);
        check_tick(&world);
    }
    /* At the end, every message has an outcome. */
    client_leave(world.client, &world.now, true);
    client_leave(world.client, &world.now, true);
    world.now.mono_ns += 3600 * MOMENT_NS_PER_S;
    for (int i = 0; i < 14; i++) {
        world.now.mono_ns += 60 * MOMENT_NS_PER_S;
        check_tick(&world);
    }
    FUZZ_CHECK(client_state(world.client) == CLIENT_OUT);
    for (uint32_t number = resume != NULL ? session.said + 1 : 1; number <= world.said; number++)
        settled += world.settled[number % NUMBERS] ? 0U : 1U;
    FUZZ_CHECK(settled == 0);
    client_free(world.client);
    return 0;
}
