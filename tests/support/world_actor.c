/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A client, its program and its user: what it says, what it is told, and what it keeps when it is
 * killed. */
#include "support/world_inside.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STORE_BYTES (320U * 1024U)

/* What it would find in its file after a crash is a few turns old, or new. */
#define KEEP_PERMILLE 200

void world_actor_init(struct actor *actor, struct world *world, uint16_t id, bool plain)
{
    actor->world = world;
    actor->id = id;
    actor->plain = plain;
    actor->tick_ns = MOMENT_NEVER_NS;
    /* Where a session may end for silence, a bad network alone can be silence enough. */
    actor->may_lose = world->setup.session_timeout_s < 120;
    snprintf(actor->name, sizeof(actor->name), "m%u", id);
    /* Each comes from a prefix of its own: limits for an address are tested elsewhere. */
    endpoint_address_from_ipv4((const uint8_t[]){10, (uint8_t)(id >> 8), (uint8_t)id, 1},
                               actor->path.peer.address);
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, actor->path.local);
    actor->path.peer.port = WORLD_PORT(id);
    for (size_t way = 0; way < FAKE_WAYS; way++) {
        actor->link.weather[way] = world->setup.weather[way];
        /* The plain protocol promises nothing over a bad network, so there would be nothing to
         * judge. */
        if (plain)
            actor->link.weather[way] =
                (struct fake_weather){.delay_ns = world->setup.weather[way].delay_ns};
    }
}

void world_actor_done(struct actor *actor)
{
    client_free(actor->client);
    free(actor->sayings);
    free(actor->people);
}

/* ---- what the client tells
 * -------------------------------------------------------------------------------------- */

static void send_up(struct actor *actor, const void *bytes, size_t length)
{
    const uint8_t *byte = bytes;

    world_trace(actor->world, "m%u -> %02x%02x%02x, %zu bytes", actor->id,
                length > 0 ? byte[0] : 0U, length > 1 ? byte[1] : 0U, length > 2 ? byte[2] : 0U,
                length);
    if (length > 1200)
        world_wrong(actor->world, "m%u sends a datagram of %zu bytes", actor->id, length);
    fake_network_send(&actor->world->network, &actor->link, FAKE_UP, actor->world->now.mono_ns,
                      &actor->path, bytes, length);
}

static void on_send(void *ctx, const void *bytes, size_t length)
{
    send_up(ctx, bytes, length);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    struct actor *actor = ctx;

    world_trace(actor->world, "m%u is told event %llu, own %u", actor->id,
                (unsigned long long)event->seq, own);
    world_judge_event(actor, event, own);
    actor->delivered++;
    if (actor->first == 0)
        actor->first = event->seq;
    actor->last = event->seq;
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    static const char *const words[] = {"taken", "refused", "unknown"};
    static const uint8_t outcomes[] = {SAYING_TAKEN, SAYING_REFUSED, SAYING_UNKNOWN};
    struct actor *actor = ctx;
    uint32_t at = actor->said;

    world_trace(actor->world, "m%u: message %u is %s (%u)", actor->id, number, words[outcome], why);
    while (at > 0 &&
           (actor->sayings[at - 1].number != number || actor->sayings[at - 1].life != actor->life))
        at--;
    /* What the program before had sent, and the server has not decided on. */
    if (at == 0 && outcome == CLIENT_UNKNOWN && actor->life > 1)
        return;
    if (at == 0) {
        world_wrong(actor->world, "m%u is told the outcome of message %u, which it has not said",
                    actor->id, number);
        return;
    }
    if (actor->sayings[at - 1].outcome != SAYING_WAITS)
        world_wrong(actor->world, "m%u is told the outcome of message %u again: %s", actor->id,
                    number, words[outcome]);
    actor->sayings[at - 1].outcome = outcomes[outcome];
    actor->sayings[at - 1].why = why;
    if (outcome == CLIENT_TAKEN && actor->sayings[at - 1].is_name)
        snprintf(actor->name, sizeof(actor->name), "m%u_%u", actor->id, at - 1);
}

static void on_missed(void *ctx, uint64_t count)
{
    struct actor *actor = ctx;

    world_trace(actor->world, "m%u has missed %llu", actor->id, (unsigned long long)count);
    if (!actor->world->setup.gaps)
        world_wrong(actor->world, "m%u is told of a gap of %llu events after event %llu", actor->id,
                    (unsigned long long)count, (unsigned long long)actor->last);
    actor->missed += count;
    actor->last += actor->last != 0 ? count : 0;
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    static const char *const words[] = {"joining", "in", "leaving", "out"};
    struct actor *actor = ctx;

    world_trace(actor->world, "m%u: %s, reason %d, wait %u s", actor->id, words[state], (int)reason,
                wait_s);
    if (reason == CLIENT_REFUSED_UNKNOWN) {
        if (!actor->may_lose)
            world_wrong(actor->world, "m%u has lost its session", actor->id);
        actor->first = actor->last = 0;
        actor->has_kept = false;
    }
    if (reason == CLIENT_REFUSED_TAKEN)
        actor->wants_name = true;
    actor->is_in = state == CLIENT_IN;
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    struct actor *actor = ctx;
    uint32_t at = 0;

    world_trace(actor->world, "m%u: member %llu (%.*s) is %s", actor->id,
                (unsigned long long)number, (int)name_len, name, here ? "here" : "gone");
    while (at < actor->people_count && actor->people[at].number != number)
        at++;
    if (!here) {
        if (at < actor->people_count)
            actor->people[at] = actor->people[--actor->people_count];
        return;
    }
    if (at == actor->people_max) {
        actor->people_max = actor->people_max == 0 ? 64 : actor->people_max * 2;
        actor->people = realloc(actor->people, actor->people_max * sizeof(*actor->people));
        if (actor->people == NULL)
            abort();
    }
    actor->people_count += at == actor->people_count ? 1U : 0U;
    actor->people[at].number = number;
    snprintf(actor->people[at].name, sizeof(actor->people[at].name), "%.*s", (int)name_len, name);
}

/* ---- its program
 * ------------------------------------------------------------------------------------------------
 */

static void keep(struct actor *actor)
{
    actor->has_kept = client_session(actor->client, &actor->kept);
    if (actor->has_kept && actor->last != 0 && actor->kept.position != actor->last)
        world_wrong(actor->world, "m%u keeps position %llu and was told event %llu", actor->id,
                    (unsigned long long)actor->kept.position, (unsigned long long)actor->last);
}

/* The program has ended by itself. */
static void reap(struct actor *actor)
{
    enum client_reason why = client_why(actor->client);

    world_trace(actor->world, "m%u has ended: %d", actor->id, (int)why);
    if (!actor->leaving && !actor->may_lose)
        world_wrong(actor->world, "m%u is out for the reason %d", actor->id, (int)why);
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->sayings[n].life == actor->life && actor->sayings[n].outcome == SAYING_WAITS)
            world_wrong(actor->world, "m%u is out (%d), and what became of message %u was not told",
                        actor->id, (int)why, actor->sayings[n].number);
    }
    client_free(actor->client);
    actor->client = NULL;
    actor->running = actor->is_in = actor->has_kept = false;
    actor->tick_ns = MOMENT_NEVER_NS;
    actor->first = actor->last = 0;
}

/* To be called after whatever was done with the client. */
static void after(struct actor *actor)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    uint32_t number;

    actor->tick_ns = client_tick(actor->client, &actor->world->now);
    if (actor->wants_name && client_state(actor->client) != CLIENT_OUT) {
        actor->wants_name = false;
        snprintf(name, sizeof(name), "m%ux%u", actor->id, actor->world->names++);
        memcpy(actor->name, name, sizeof(name));
        if (client_rename(actor->client, &actor->world->now, name, &number) != 0)
            world_wrong(actor->world, "m%u was refused its name, and may not try with %s",
                        actor->id, name);
        actor->tick_ns = client_tick(actor->client, &actor->world->now);
    }
    if (dice_chance(&actor->world->dice, KEEP_PERMILLE))
        keep(actor);
    if (client_state(actor->client) == CLIENT_OUT)
        reap(actor);
}

static void start_plain(struct actor *actor)
{
    char request[ROOM_NAME_MAX_BYTES + 8];

    actor->running = true;
    send_up(actor, request, (size_t)snprintf(request, sizeof(request), "L %s", actor->name));
}

void world_actor_start(struct actor *actor)
{
    struct client_setup setup = {.name = actor->name,
                                 .carrier = {.send = on_send, .ctx = actor},
                                 .sink = {.event = on_event,
                                          .outcome = on_outcome,
                                          .missed = on_missed,
                                          .state = on_state,
                                          .member = on_member,
                                          .ctx = actor}};

    if (actor->running)
        return;
    if (actor->plain) {
        start_plain(actor);
        return;
    }
    for (size_t i = 0; i < sizeof(setup.seed); i++)
        setup.seed[i] = (uint8_t)dice_below(&actor->world->dice, 256);
    if (sequenced_client_new(&setup, actor->has_kept ? &actor->kept : NULL, STORE_BYTES,
                             &actor->client) != 0)
        abort();
    actor->life++;
    actor->running = true;
    actor->leaving = actor->wants_name = false;
    actor->resumed += actor->has_kept ? 1 : 0;
    actor->last = actor->has_kept && actor->first != 0 ? actor->kept.position : 0;
    if (actor->first > actor->last)
        actor->first = actor->last = 0;
    actor->people_count = 0;
    after(actor);
}

void world_actor_crash(struct actor *actor)
{
    if (!actor->running || actor->leaving)
        return;
    if (dice_chance(&actor->world->dice, 500))
        keep(actor);
    client_free(actor->client);
    actor->client = NULL;
    actor->running = actor->is_in = false;
    actor->tick_ns = MOMENT_NEVER_NS;
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->sayings[n].life == actor->life && actor->sayings[n].outcome == SAYING_WAITS)
            actor->sayings[n].outcome = SAYING_BURIED;
    }
    if (!actor->has_kept)
        actor->first = actor->last = 0;
}

static bool is_awake(const struct actor *actor)
{
    return actor->running && actor->asleep_until_ns <= actor->world->now.mono_ns;
}

void world_actor_move(struct actor *actor, bool told)
{
    if (actor->moves == WORLD_MOVES_MAX)
        return;
    actor->moves++;
    actor->path.peer.port++;
    if (told && is_awake(actor)) {
        client_moved(actor->client, &actor->world->now);
        after(actor);
    }
}

void world_actor_leave(struct actor *actor, bool at_once)
{
    if (!is_awake(actor))
        return;
    actor->leaving = actor->ever_left = true;
    client_leave(actor->client, &actor->world->now, at_once);
    after(actor);
}

int64_t world_actor_next(const struct actor *actor)
{
    if (!actor->running || actor->plain || actor->tick_ns == MOMENT_NEVER_NS)
        return MOMENT_NEVER_NS;
    return actor->tick_ns > actor->asleep_until_ns ? actor->tick_ns : actor->asleep_until_ns;
}

void world_actor_tick(struct actor *actor)
{
    after(actor);
}

/* ---- what it says
 * -----------------------------------------------------------------------------------------------
 */

static struct saying *add_saying(struct actor *actor)
{
    if (actor->said == actor->sayings_max) {
        actor->sayings_max = actor->sayings_max == 0 ? 64 : actor->sayings_max * 2;
        actor->sayings = realloc(actor->sayings, actor->sayings_max * sizeof(*actor->sayings));
        if (actor->sayings == NULL)
            abort();
    }
    actor->sayings[actor->said] = (struct saying){.life = actor->life};
    return &actor->sayings[actor->said++];
}

static void say_plain(struct actor *actor, const char *text)
{
    char request[WORLD_TEXT_BYTES + ROOM_NAME_MAX_BYTES + 8];
    struct saying *saying;

    if (!actor->is_in)
        return;
    saying = add_saying(actor);
    saying->outcome = actor->world->setup.messages.per_second == 0 ? SAYING_TAKEN : SAYING_BURIED;
    send_up(actor, request,
            (size_t)snprintf(request, sizeof(request), "C %s %s", actor->name, text));
}

void world_actor_say(struct actor *actor)
{
    char text[WORLD_TEXT_BYTES];
    size_t length = world_text(actor->world, actor->id, actor->said, text);
    uint32_t number = 0;
    int status;

    if (!is_awake(actor) || actor->leaving)
        return;
    if (actor->plain) {
        say_plain(actor, text);
        return;
    }
    status = client_say(actor->client, &actor->world->now, text, length, &number);
    if (status == STATUS_FULL && client_pending(actor->client) >= CLIENT_PENDING_MAX)
        return;
    if (status != 0)
        world_wrong(actor->world, "m%u may not say %zu bytes, with %u pending: %s", actor->id,
                    length, client_pending(actor->client), status_text(status));
    else
        add_saying(actor)->number = number;
    after(actor);
}

void world_actor_rename(struct actor *actor)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    struct saying *saying;
    uint32_t number;

    /* Before it is in, another name is not a message but another attempt to join. */
    if (!is_awake(actor) || !actor->is_in || actor->leaving)
        return;
    snprintf(name, sizeof(name), "m%u_%u", actor->id, actor->said);
    if (client_rename(actor->client, &actor->world->now, name, &number) == 0) {
        saying = add_saying(actor);
        saying->number = number;
        saying->is_name = true;
    } else {
        world_wrong(actor->world, "m%u may not ask for the name %s", actor->id, name);
    }
    after(actor);
}

/* ---- what comes to it
 * ------------------------------------------------------------------------------------------- */

/* The texts in these lines have to be the next ones that are not its own. */
static void read_lines(struct actor *actor, const char *bytes, size_t length)
{
    struct world *world = actor->world;
    uint32_t who, index;

    for (const char *at = bytes; (at = memchr(at, '#', length - (size_t)(at - bytes))) != NULL;
         at++) {
        if (!world_text_of(at, length - (size_t)(at - bytes), &who, &index))
            continue;
        do
            actor->last++;
        while (actor->last <= world->records_count &&
               (world->records[actor->last - 1].actor == actor->id ||
                (world->records[actor->last - 1].kind != EVENT_CHAT &&
                 world->records[actor->last - 1].kind != EVENT_NOTICE)));
        if (actor->last > world->records_count || world->records[actor->last - 1].actor != who ||
            world->records[actor->last - 1].index != index) {
            world_wrong(
                world,
                "m%u, a plain member, is sent #%u.%u#, which is not the next text after event %llu",
                actor->id, who, index, (unsigned long long)actor->first);
            return;
        }
        actor->first = actor->last;
        actor->delivered++;
    }
}

static void receive_plain(struct actor *actor, const struct fake_flight *flight)
{
    struct world *world = actor->world;

    if (actor->is_in) {
        read_lines(actor, (const char *)flight->bytes, flight->length);
        return;
    }
    if (flight->length != 2 || memcmp(flight->bytes, "OK", 2) != 0) {
        world_wrong(world, "m%u, a plain member, is not accepted", actor->id);
        return;
    }
    actor->is_in = true;
    for (size_t n = world->records_count; n > 0 && actor->last == 0; n--) {
        const struct record *record = &world->records[n - 1];

        if (record->kind == EVENT_JOIN && record->name_len == strlen(actor->name) &&
            memcmp(record->name, actor->name, record->name_len) == 0)
            actor->first = actor->last = n;
    }
}

void world_actor_receive(struct actor *actor, const struct fake_flight *flight)
{
    if (!is_awake(actor) || flight->path.peer.port != actor->path.peer.port)
        return;
    if (actor->plain) {
        receive_plain(actor, flight);
        return;
    }
    client_receive(actor->client, &actor->world->now, flight->bytes, flight->length);
    after(actor);
}
