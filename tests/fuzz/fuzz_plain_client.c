/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A plain client and a server that may send anything: raw datagrams, replies and lines of its
 * dialect with anything in them, requests of the user, and steps of the clock. In all cases the
 * client sends only requests that no server ends at, each message has one outcome, and joins and
 * exits of a member alternate.
 */
#include "core/model/text.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/reply.h"
#include "core/plain_wire/template.h"
#include "fuzz/fuzz_input.h"

#include <roomd/moment.h>
#include <roomd/plain_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define NUMBERS 4096U

struct world {
    struct client *client;
    const struct dialect *dialect;
    struct moment now;
    uint32_t said;
    bool settled[NUMBERS];
    bool here[NUMBERS];
    uint32_t members;
    unsigned exits; /* since the last join */
};

/* ---- what the client does ---- */

static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct plain_request request;
    struct world *world = ctx;

    FUZZ_CHECK(length <= PLAIN_CLIENT_REQUEST_MAX_BYTES && text_is_utf8(bytes, length));
    FUZZ_CHECK(plain_parse(world->dialect, bytes, length, &request) == 0);
    FUZZ_CHECK(request.name_len >= 1 && request.name_len <= ROOM_NAME_MAX_BYTES);
    FUZZ_CHECK(memchr(request.name, ' ', request.name_len) == NULL);
    FUZZ_CHECK((request.kind == PLAIN_CHAT) == (request.text_len > 0));
    for (size_t i = 0; i < length; i++)
        FUZZ_CHECK(((const unsigned char *)bytes)[i] >= 0x20 &&
                   ((const unsigned char *)bytes)[i] != 0x7f);
    world->exits = request.kind == PLAIN_EXIT ? world->exits + 1 : 0;
    FUZZ_CHECK(world->exits <= 3);
}

static void check_text(const char *text, size_t length)
{
    FUZZ_CHECK(length <= PLAIN_CLIENT_LINE_MAX_BYTES && text_is_utf8(text, length));
    FUZZ_CHECK(length == 0 ||
               (memchr(text, '\0', length) == NULL && memchr(text, '\n', length) == NULL));
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    const struct world *world = ctx;

    FUZZ_CHECK(event->seq == 0 && event->kind <= EVENT_NOTICE &&
               event->name_len <= ROOM_NAME_MAX_BYTES);
    check_text(event->name, event->name_len);
    check_text(event->text, event->text_len);
    FUZZ_CHECK(own <= world->said &&
               (own == 0 || (event->kind == EVENT_CHAT && world->settled[own % NUMBERS])));
    FUZZ_CHECK(event->author == 0 || event->author >= NUMBERS || world->here[event->author]);
}

static void on_line(void *ctx, const char *text, size_t length)
{
    (void)ctx;
    FUZZ_CHECK(length > 0);
    check_text(text, length);
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
    const struct world *world = ctx;

    FUZZ_CHECK(client_state(world->client) == state && client_why(world->client) == reason);
    FUZZ_CHECK(wait_s <= 3600);
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    struct world *world = ctx;

    FUZZ_CHECK(number >= 1 && name_len >= 1 && name_len <= ROOM_NAME_MAX_BYTES &&
               text_is_utf8(name, name_len));
    FUZZ_CHECK(number >= NUMBERS || world->here[number] != here);
    if (number < NUMBERS)
        world->here[number] = here;
    world->members += here ? 1U : UINT32_MAX;
}

/* ---- what the server sends ---- */

static void receive(struct world *world, const char *bytes, size_t length)
{
    /* Exactly as long as the datagram, so that the sanitizer sees a read beyond its end. */
    char *copy = malloc(length > 0 ? length : 1);

    FUZZ_CHECK(copy != NULL);
    memcpy(copy, bytes, length);
    client_receive(world->client, &world->now, copy, length);
    free(copy);
}

/* Takes a length from the input, and then so many bytes. */
static const char *take_bytes(struct input *input, size_t *ret_length)
{
    size_t length = take_byte(input);
    const char *bytes;

    length = length < input->size ? length : input->size;
    bytes = (const char *)input->data;
    input->data += length;
    input->size -= length;
    *ret_length = length;
    return length > 0 ? bytes : "";
}

static void step_raw(struct world *world, struct input *input)
{
    size_t length;
    const char *bytes = take_bytes(input, &length);

    receive(world, bytes, length);
}

/* Longer than anything that roomd sends. */
static void step_long(struct world *world, struct input *input)
{
    static char bytes[2 * PLAIN_CLIENT_LINE_MAX_BYTES + 100];
    size_t length, used = 0;
    const char *piece = take_bytes(input, &length);

    while (length > 0 && used + length <= sizeof(bytes)) {
        memcpy(bytes + used, piece, length);
        used += length;
    }
    receive(world, bytes, used);
}

static void step_reply(struct world *world, struct input *input)
{
    enum dialect_key key =
        (enum dialect_key)(DIALECT_ACCEPT + take_byte(input) % (DIALECT_BYE - DIALECT_ACCEPT + 1));
    struct reply filled;
    const struct reply *reply = reply_fill(dialect_reply(world->dialect, key), "alice", 5, &filled);

    receive(world, reply->bytes, reply->length);
}

static void step_line(struct world *world, struct input *input)
{
    enum dialect_key key =
        (enum dialect_key)(DIALECT_JOIN + take_byte(input) % (DIALECT_LIMITED - DIALECT_JOIN + 1));
    struct template_values values = {.count = take_byte(input)};
    const struct plain_wording wording = {.dialect = world->dialect};
    char line[PLAIN_LINE_MAX_BYTES];

    values.name = take_bytes(input, &values.name_len);
    values.text = values.names = take_bytes(input, &values.text_len);
    values.names_len = values.text_len;
    receive(world, line, plain_render_line(&wording, key, &values, line));
}

/* ---- what the user does ---- */

static void step_say(struct world *world, struct input *input)
{
    size_t length;
    const char *text = take_bytes(input, &length);
    uint32_t number;

    if (world->said < NUMBERS - 512 &&
        client_say(world->client, &world->now, text, length, &number) == 0)
        world->said = number;
}

static void step_user(struct world *world, struct input *input)
{
    uint8_t what = take_byte(input);
    char name[ROOM_NAME_MAX_BYTES * 2] = "";
    uint32_t number = 0;
    size_t length;
    const char *bytes;

    switch (what % 8) {
    case 0:
        client_moved(world->client, &world->now);
        break;
    case 1:
        client_leave(world->client, &world->now, what >= 128);
        break;
    case 2:
        bytes = take_bytes(input, &length);
        memcpy(name, bytes, length < sizeof(name) - 1 ? length : sizeof(name) - 1);
        if (world->said < NUMBERS - 512 &&
            client_rename(world->client, &world->now, name, &number) == 0 && number != 0)
            world->said = number;
        break;
    default:
        for (unsigned i = 0; i < what % 64U && world->said < NUMBERS - 512; i++) {
            if (client_say(world->client, &world->now, "hello", 5, &number) == 0)
                world->said = number;
        }
    }
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
    static void (*const steps[])(struct world *world, struct input *input) = {
        step_raw,  step_reply, step_line,  step_line, step_say,
        step_user, step_time,  step_reply, step_raw,  step_long};

    steps[take_byte(input) % (sizeof(steps) / sizeof(steps[0]))](world, input);
}

static void check_tick(struct world *world)
{
    int64_t next_ns = client_tick(world->client, &world->now);

    FUZZ_CHECK(next_ns == client_next_tick(world->client));
    FUZZ_CHECK(next_ns > world->now.mono_ns || client_pending(world->client) > 0);
    FUZZ_CHECK(client_pending(world->client) <= CLIENT_PENDING_MAX);
    FUZZ_CHECK(client_members(world->client) == world->members);
    FUZZ_CHECK(client_state(world->client) != CLIENT_IN || client_name(world->client)[0] != '\0');
    FUZZ_CHECK(client_state(world->client) != CLIENT_OUT ||
               (next_ns == MOMENT_NEVER_NS && client_pending(world->client) == 0));
}

static void set(struct dialect *dialect, enum dialect_key key, const char *text)
{
    char why[DIALECT_WHY_BYTES];

    FUZZ_CHECK(dialect_set(dialect, key, text, why) == 0);
}

static void set_all(struct dialect *dialect)
{
    set(dialect, DIALECT_ACCEPT, "L {name} ok");
    set(dialect, DIALECT_BYE, "{name} bye");
    set(dialect, DIALECT_PREFIX, "\n> ");
    set(dialect, DIALECT_CHAT, "[{time}] {name}{text}: {name} {text}\n.");
    set(dialect, DIALECT_NOTICE, "{text}");
    set(dialect, DIALECT_JOINS, "{names} {count} {count}");
    set(dialect, DIALECT_EXIT, "Q {name}");
    set(dialect, DIALECT_KICKED, "{text} you go {text}");
}

/* The built-in dialects, and some that use every feature; made once. */
static const struct dialect *choose_dialect(uint8_t which)
{
    static struct dialect dialects[12];
    struct dialect *dialect = &dialects[which % 6 + (which >= 128 ? 6U : 0U)];

    if (dialect->max_lines != 0)
        return dialect;
    FUZZ_CHECK(dialect_init(dialect, which % 3 == 1 ? "yn" : "course",
                            which % 2 == 1 ? DIALECT_EN : DIALECT_ZH) == 0);
    if (which % 3 == 2)
        set_all(dialect);
    if (which >= 128)
        set(dialect, DIALECT_CHAT, "{text}{name}");
    return dialect;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    struct input input = {.data = data, .size = size};
    struct client_setup setup = {.name = "alice",
                                 .carrier = {.send = on_send, .ctx = &world},
                                 .sink = {.event = on_event,
                                          .outcome = on_outcome,
                                          .state = on_state,
                                          .member = on_member,
                                          .line = on_line,
                                          .ctx = &world}};
    uint32_t settled = 0;
    int64_t keepalive_ns;

    memset(&world, 0, sizeof(world));
    world.now.mono_ns = MOMENT_NS_PER_S;
    world.dialect = choose_dialect(take_byte(&input));
    keepalive_ns = take_byte(&input) % 4 == 3 ? 60 * MOMENT_NS_PER_S : 0;
    FUZZ_CHECK(plain_client_new(&setup, world.dialect, keepalive_ns, &world.client) == 0);
    check_tick(&world);
    while (input.size > 0) {
        step(&world, &input);
        check_tick(&world);
    }
    /* At the end, every message has an outcome. */
    client_leave(world.client, &world.now, true);
    client_leave(world.client, &world.now, true);
    check_tick(&world);
    FUZZ_CHECK(client_state(world.client) == CLIENT_OUT);
    for (uint32_t number = 1; number <= world.said; number++)
        settled += world.settled[number % NUMBERS] ? 0U : 1U;
    FUZZ_CHECK(settled == 0);
    client_free(world.client);
    return 0;
}
