/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A client, its program and its user: what it says, what it reports, and what it saves. */
#include "support/world_internal.h"

#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define REORDER_BYTES (320U * 1024U)

/* After a crash, the saved session is a few calls old, or current. */
#define SAVE_PERMILLE 200

void world_actor_init(struct actor *actor, struct world *world, uint16_t id, bool plain)
{
    actor->world = world;
    actor->id = id;
    actor->plain = plain;
    actor->tick_ns = MOMENT_NEVER_NS;
    /* With a session timeout that short, a bad network alone can end a session. */
    actor->may_lose = world->setup.session_timeout_s < 120;
    snprintf(actor->name, sizeof(actor->name), "m%u", id);
    actor->address = id;
    if (!plain && world->setup.addresses != 0)
        actor->address = (uint16_t)(id % world->setup.addresses);
    /* Each address has its own prefix: limits per address are tested elsewhere. */
    endpoint_address_from_ipv4(
        (const uint8_t[]){10, (uint8_t)(actor->address >> 8), (uint8_t)actor->address, 1},
        actor->path.peer.address);
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 254}, actor->path.local);
    actor->path.peer.port = WORLD_PORT(id);
    actor->link.access = plain ? NULL : &world->accesses[actor->address];
    for (size_t way = 0; way < FAKE_WAYS; way++) {
        actor->link.weather[way] = world->setup.weather[way];
        /*
         * The plain protocol guarantees nothing over a bad network, so there would be nothing to
         * check.
         */
        if (plain)
            actor->link.weather[way] =
                (struct fake_weather){.delay_ns = world->setup.weather[way].delay_ns};
    }
}

void world_actor_done(struct actor *actor)
{
    client_free(actor->client);
    free(actor->messages);
    free(actor->members);
}

/* ---- what the client reports ---- */

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
    world_check_event(actor, event, own);
    actor->delivered++;
    actor->anew = false;
    if (actor->first == 0)
        actor->first = event->seq;
    actor->last = event->seq;
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    static const char *const words[] = {"taken", "refused", "unknown"};
    static const uint8_t outcomes[] = {MESSAGE_TAKEN, MESSAGE_REFUSED, MESSAGE_UNKNOWN};
    struct actor *actor = ctx;
    uint32_t at = actor->said;

    world_trace(actor->world, "m%u: message %u is %s (%u)", actor->id, number, words[outcome], why);
    while (at > 0 && (actor->messages[at - 1].number != number ||
                      actor->messages[at - 1].life != actor->life))
        at--;
    /* An earlier program had sent it, and the server has not decided on it. */
    if (at == 0 && outcome == CLIENT_UNKNOWN && actor->life > 1)
        return;
    if (at == 0) {
        world_wrong(actor->world, "m%u is told the outcome of message %u, which it has not said",
                    actor->id, number);
        return;
    }
    if (actor->messages[at - 1].outcome != MESSAGE_WAITS)
        world_wrong(actor->world, "m%u is told the outcome of message %u again: %s", actor->id,
                    number, words[outcome]);
    actor->messages[at - 1].outcome = outcomes[outcome];
    actor->messages[at - 1].why = why;
    if (outcome == CLIENT_TAKEN && actor->messages[at - 1].is_name)
        snprintf(actor->name, sizeof(actor->name), "m%u_%u", actor->id, at - 1);
}

static void on_missed(void *ctx, uint64_t count)
{
    struct actor *actor = ctx;

    world_trace(actor->world, "m%u has missed %llu", actor->id, (unsigned long long)count);
    /* Its own join must come next. */
    if (actor->anew) {
        if (actor->forgotten != 0 && count != CLIENT_MISSED_UNKNOWN)
            actor->last = actor->forgotten + count;
        return;
    }
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
        actor->anew = true;
        actor->forgotten = actor->last;
        actor->disturbances++;
        actor->first = actor->last = 0;
        actor->has_saved = false;
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
    while (at < actor->members_count && actor->members[at].number != number)
        at++;
    if (!here) {
        if (at < actor->members_count)
            actor->members[at] = actor->members[--actor->members_count];
        return;
    }
    if (at == actor->members_max) {
        actor->members_max = actor->members_max == 0 ? 64 : actor->members_max * 2;
        actor->members = realloc(actor->members, actor->members_max * sizeof(*actor->members));
        if (actor->members == NULL)
            abort();
    }
    actor->members_count += at == actor->members_count ? 1U : 0U;
    actor->members[at].number = number;
    snprintf(actor->members[at].name, sizeof(actor->members[at].name), "%.*s", (int)name_len, name);
}

/* ---- its program ---- */

static void save_session(struct actor *actor)
{
    actor->has_saved = client_session(actor->client, &actor->saved);
    if (actor->has_saved && actor->last != 0 && actor->saved.position != actor->last)
        world_wrong(actor->world, "m%u keeps position %llu and was told event %llu", actor->id,
                    (unsigned long long)actor->saved.position, (unsigned long long)actor->last);
}

/* The program has ended by itself. */
static void reap(struct actor *actor)
{
    enum client_reason why = client_why(actor->client);

    world_trace(actor->world, "m%u has ended: %d", actor->id, (int)why);
    if (!actor->leaving && !actor->may_lose)
        world_wrong(actor->world, "m%u is out for the reason %d", actor->id, (int)why);
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->messages[n].life == actor->life && actor->messages[n].outcome == MESSAGE_WAITS)
            world_wrong(actor->world, "m%u is out (%d), and what became of message %u was not told",
                        actor->id, (int)why, actor->messages[n].number);
    }
    client_free(actor->client);
    actor->client = NULL;
    actor->running = actor->is_in = actor->has_saved = false;
    actor->disturbances++;
    actor->tick_ns = MOMENT_NEVER_NS;
    actor->first = actor->last = 0;
}

/* Must follow every call of the client. */
static void after_call(struct actor *actor)
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
    if (dice_chance(&actor->world->dice, SAVE_PERMILLE))
        save_session(actor);
    if (client_state(actor->client) == CLIENT_OUT)
        reap(actor);
}

static void start_plain(struct actor *actor)
{
    char request[ROOM_NAME_MAX_BYTES + 8];

    actor->running = true;
    send_up(actor, request, (size_t)snprintf(request, sizeof(request), "L %s", actor->name));
}

void world_actor_killed(struct actor *actor, bool anew)
{
    actor->may_lose = actor->may_lose || anew;
    actor->disturbances++;
    if (!actor->plain || !actor->running)
        return;
    actor->forgiven = actor->world->records_count;
    if (!actor->is_in)
        start_plain(actor);
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
    if (sequenced_client_new(&setup, actor->has_saved ? &actor->saved : NULL, REORDER_BYTES,
                             &actor->client) != 0)
        abort();
    actor->life++;
    actor->running = true;
    actor->leaving = actor->wants_name = actor->anew = false;
    actor->resumed += actor->has_saved ? 1 : 0;
    actor->last = actor->has_saved && actor->first != 0 ? actor->saved.position : 0;
    if (actor->first > actor->last)
        actor->first = actor->last = 0;
    actor->members_count = 0;
    after_call(actor);
}

void world_actor_crash(struct actor *actor)
{
    if (!actor->running || actor->leaving)
        return;
    if (dice_chance(&actor->world->dice, 500))
        save_session(actor);
    client_free(actor->client);
    actor->client = NULL;
    actor->running = actor->is_in = false;
    actor->tick_ns = MOMENT_NEVER_NS;
    for (uint32_t n = 0; n < actor->said; n++) {
        if (actor->messages[n].life == actor->life && actor->messages[n].outcome == MESSAGE_WAITS)
            actor->messages[n].outcome = MESSAGE_ORPHANED;
    }
    if (!actor->has_saved)
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
        after_call(actor);
    } else {
        actor->unnoticed_until_ns = actor->world->now.mono_ns + WORLD_UNNOTICED_S * MOMENT_NS_PER_S;
    }
}

void world_actor_leave(struct actor *actor, bool at_once)
{
    if (!is_awake(actor))
        return;
    actor->leaving = actor->ever_left = true;
    client_leave(actor->client, &actor->world->now, at_once);
    after_call(actor);
}

int64_t world_actor_next(const struct actor *actor)
{
    if (!actor->running || actor->plain || actor->tick_ns == MOMENT_NEVER_NS)
        return MOMENT_NEVER_NS;
    return actor->tick_ns > actor->asleep_until_ns ? actor->tick_ns : actor->asleep_until_ns;
}

void world_actor_tick(struct actor *actor)
{
    after_call(actor);
}

/* ---- what it says ---- */

static struct message *add_message(struct actor *actor)
{
    if (actor->said == actor->messages_max) {
        actor->messages_max = actor->messages_max == 0 ? 64 : actor->messages_max * 2;
        actor->messages = realloc(actor->messages, actor->messages_max * sizeof(*actor->messages));
        if (actor->messages == NULL)
            abort();
    }
    actor->messages[actor->said] = (struct message){.life = actor->life};
    return &actor->messages[actor->said++];
}

static void say_plain(struct actor *actor, const char *text)
{
    char request[WORLD_TEXT_BYTES + ROOM_NAME_MAX_BYTES + 8];
    struct message *message;

    if (!actor->is_in)
        return;
    message = add_message(actor);
    message->outcome =
        actor->world->setup.messages.per_second == 0 && actor->world->setup.log.kill_permille == 0
            ? MESSAGE_TAKEN
            : MESSAGE_ORPHANED;
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
        add_message(actor)->number = number;
    after_call(actor);
}

void world_actor_rename(struct actor *actor)
{
    char name[ROOM_NAME_MAX_BYTES + 1];
    struct message *message;
    uint32_t number;
    int status;

    /* Before it is in, a rename is not a message but another attempt to join. */
    if (!is_awake(actor) || !actor->is_in || actor->leaving)
        return;
    snprintf(name, sizeof(name), "m%u_%u", actor->id, actor->said);
    status = client_rename(actor->client, &actor->world->now, name, &number);
    if (status == 0) {
        message = add_message(actor);
        message->number = number;
        message->is_name = true;
    } else if (status != STATUS_FULL || client_pending(actor->client) < CLIENT_PENDING_MAX) {
        world_wrong(actor->world, "m%u may not ask for the name %s", actor->id, name);
    }
    after_call(actor);
}

/* ---- what it receives ---- */

/* The texts in these lines must be the next ones that are not its own. */
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
        while (
            actor->last <= world->records_count &&
            (world->records[actor->last - 1].actor == actor->id ||
             (actor->last <= actor->forgiven && (world->records[actor->last - 1].actor != who ||
                                                 world->records[actor->last - 1].index != index)) ||
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
    after_call(actor);
}
