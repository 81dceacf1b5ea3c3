/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sequenced protocol as real members speak it, with the client of core
 * (roomd/sequenced_client.h), whose waits and repetitions are those of the program `room`. It is
 * too heavy for ten thousand members; they have sequenced.c.
 */
#include "load.h"

#include <roomd/sequenced_client.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

#define REORDER_BYTES ((size_t)1 << 20)

struct seat {
    struct load *load;
    struct client *client;
    uint32_t index;
};

static struct seat *seat_of(struct load *load, uint32_t index)
{
    if (load->sessions == NULL) {
        load->sessions = calloc(load->capacity, sizeof(struct seat));
        if (load->sessions == NULL)
            load_die("out of memory");
    }
    return (struct seat *)load->sessions + index;
}

static struct moment moment_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_REALTIME, &time);
    return (struct moment){.mono_ns = load_now_ns(),
                           .wall_ns = (int64_t)time.tv_sec * LOAD_NS_PER_S + time.tv_nsec};
}

static void on_send(void *ctx, const void *bytes, size_t length)
{
    const struct seat *seat = ctx;

    members_send(seat->load, seat->index, bytes, length);
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    const struct seat *seat = ctx;

    (void)reason;
    (void)wait_s;
    if (state == CLIENT_IN)
        members_is_in(seat->load, seat->index);
    if (state == CLIENT_OUT)
        load_die("a sequenced member is out");
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    const struct seat *seat = ctx;
    struct load *load = seat->load;
    uint32_t number;

    (void)own;
    if (event->kind != EVENT_CHAT || load->chat == NULL)
        return;
    number = talk_read_bytes(event->text, event->text_len);
    if (number == 0 || event->text_len != load->text_bytes)
        load->wrong++;
    else
        chat_arrived(load, &load->members[seat->index], number);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    (void)ctx;
    (void)number;
    (void)why;
    if (outcome != CLIENT_TAKEN)
        load_die("a message of a sequenced member was not taken");
}

static void on_missed(void *ctx, uint64_t count)
{
    (void)ctx;
    (void)count;
    load_die("a sequenced member was told of a gap");
}

static void enter(struct load *load, uint32_t index)
{
    struct seat *seat = seat_of(load, index);
    struct moment now = moment_now();
    char name[16];
    struct client_setup setup = {
        .name = name,
        .carrier = {.send = on_send, .state = on_state, .ctx = seat},
        .sink = {.event = on_event, .outcome = on_outcome, .missed = on_missed, .ctx = seat}};

    if (seat->client != NULL)
        return; /* it repeats its requests by itself */
    *seat = (struct seat){.load = load, .index = index};
    snprintf(name, sizeof(name), "m%u", index);
    if (getrandom(setup.seed, sizeof(setup.seed), 0) != (ssize_t)sizeof(setup.seed) ||
        sequenced_client_new(&setup, NULL, REORDER_BYTES, &seat->client) != 0)
        load_die("no client");
    client_tick(seat->client, &now);
}

static size_t input(struct load *load, uint32_t index, char *bytes, size_t length)
{
    struct client *client = seat_of(load, index)->client;
    struct moment now = moment_now();

    client_receive(client, &now, bytes, length);
    return length;
}

static void say(struct load *load, uint32_t author, uint32_t first, uint32_t count)
{
    struct client *client = seat_of(load, author)->client;
    struct moment now = moment_now();
    char text[LOAD_TEXT_MAX_BYTES];
    uint32_t own;

    for (uint32_t number = first; number < first + count; number++) {
        talk_write_bytes(text, load->text_bytes, number);
        if (client_say(client, &now, text, load->text_bytes, &own) != 0)
            load_die("a sequenced member may not speak");
    }
    client_tick(client, &now);
}

static uint32_t room(struct load *load, uint32_t author)
{
    return CLIENT_PENDING_MAX - client_pending(seat_of(load, author)->client);
}

/* What is due after all that has come; one that has said something was called already. */
static int64_t tick(struct load *load, int64_t now_ns, bool everything)
{
    struct moment now = moment_now();
    int64_t next_ns = INT64_MAX;

    (void)now_ns;
    (void)everything;
    for (uint32_t index = 0; index < load->count; index++) {
        struct client *client = seat_of(load, index)->client;
        int64_t due_ns = client != NULL ? client_tick(client, &now) : INT64_MAX;

        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    return next_ns;
}

const struct protocol client_protocol = {
    .name = "client",
    .authors_listen = true,
    .window = CLIENT_PENDING_MAX,
    .counts_own_join = true,
    .enter = enter,
    .input = input,
    .say = say,
    .room = room,
    .tick = tick,
};
