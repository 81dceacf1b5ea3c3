/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Time, the network and the room. */
#include "support/world_internal.h"

#include "core/model/transcript.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After so many turns at one moment, something asks to be called again and again. */
#define TURNS_MAX 20000

void world_wrong(struct world *world, const char *format, ...)
{
    va_list arguments;
    int length;

    if (world->is_wrong)
        return;
    world->is_wrong = true;
    length = snprintf(world->verdict, sizeof(world->verdict),
                      "seed %llu, %.3f s%s: ", (unsigned long long)world->setup.seed,
                      (double)(world->now.mono_ns - world->start_ns) / (double)MOMENT_NS_PER_S,
                      world->healed ? ", network healed" : "");
    va_start(arguments, format);
    vsnprintf(world->verdict + length, sizeof(world->verdict) - (size_t)length, format, arguments);
    va_end(arguments);
    world_trace(world, "WRONG: %s", world->verdict);
}

void world_trace(const struct world *world, const char *format, ...)
{
    va_list arguments;

    if (!world->setup.trace)
        return;
    fprintf(stderr, "%10.3f ms  ",
            (double)(world->now.mono_ns - world->start_ns) / (double)MOMENT_NS_PER_MS);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

size_t world_text(const struct world *world, uint32_t actor, uint32_t index,
                  char ret_text[WORLD_TEXT_BYTES])
{
    struct dice dice = {.state = world->setup.seed ^ (uint64_t)actor << 40 ^ (uint64_t)index << 8};
    size_t length = (size_t)snprintf(ret_text, WORLD_TEXT_BYTES, "#%u.%u#", actor, index);
    size_t whole =
        length + dice_below(&dice, dice_chance(&dice, 100) ? world->setup.text_bytes : 40U);

    if (whole > world->setup.text_bytes && length <= world->setup.text_bytes)
        whole = world->setup.text_bytes;
    for (; length < whole; length++)
        ret_text[length] = (char)('a' + dice_below(&dice, 26));
    ret_text[length] = '\0';
    return length;
}

bool world_text_of(const char *text, size_t length, uint32_t *ret_actor, uint32_t *ret_index)
{
    char copy[32];
    char end = '\0';

    snprintf(copy, sizeof(copy), "%.*s", (int)(length < sizeof(copy) ? length : sizeof(copy) - 1),
             text);
    return sscanf(copy, "#%u.%u%c", ret_actor, ret_index, &end) == 3 && end == '#';
}

/* ---- the room's ports ---- */

void world_happened(struct world *world, const struct event *event)
{
    struct record record = {.author = event->author,
                            .wall_ns = event->wall_ns,
                            .at_ns = world->now.mono_ns,
                            .kind = event->kind,
                            .reason = event->reason,
                            .name_len = (uint8_t)event->name_len};

    if (event->seq != world->records_count + 1 || event->name_len > sizeof(record.name)) {
        world_wrong(world, "the room says that event %llu has happened after event %zu",
                    (unsigned long long)event->seq, world->records_count);
        return;
    }
    if (event->name_len > 0)
        memcpy(record.name, event->name, event->name_len);
    if (event->text_len > 0 &&
        !world_text_of(event->text, event->text_len, &record.actor, &record.index))
        world_wrong(world, "event %llu holds a text that nobody has said",
                    (unsigned long long)event->seq);
    if (world->records_count == world->records_max) {
        world->records_max = world->records_max == 0 ? 1024 : world->records_max * 2;
        world->records = realloc(world->records, world->records_max * sizeof(*world->records));
        if (world->records == NULL)
            abort();
    }
    world->records[world->records_count++] = record;
    world_trace(world, "room: event %zu kind %u member %llu #%u.%u#", world->records_count,
                record.kind, (unsigned long long)record.author, record.actor, record.index);
    world_check_record(world, &world->records[world->records_count - 1]);
}

static void on_happened(void *ctx, const struct moment *now, const struct event *event,
                        const struct path *path)
{
    (void)now;
    (void)path;
    world_happened(ctx, event);
}

static struct actor *actor_of(struct world *world, const struct endpoint *peer)
{
    size_t id = peer->port < WORLD_PORT(0)
                    ? SIZE_MAX
                    : (size_t)(peer->port - WORLD_PORT(0)) / (WORLD_MOVES_MAX + 1);

    return id < world->actors_count ? &world->actors[id] : NULL;
}

static void send_entry(struct world *world, const struct outbox_entry *entry)
{
    struct actor *actor = actor_of(world, &entry->path->peer);

    if (actor == NULL) {
        world_wrong(world, "the room sends %u bytes to somebody who was never there",
                    entry->length);
        return;
    }
    if (entry->length > 1200)
        world_wrong(world, "the room sends m%u a datagram of %u bytes", actor->id, entry->length);
    world_trace(world, "m%u <- %02x%02x%02x, %u bytes", actor->id,
                entry->length > 0 ? ((const uint8_t *)entry->bytes)[0] : 0U,
                entry->length > 1 ? ((const uint8_t *)entry->bytes)[1] : 0U,
                entry->length > 2 ? ((const uint8_t *)entry->bytes)[2] : 0U, entry->length);
    world_promises_note(world, entry->bytes, entry->length);
    world_log_note(world, entry->path, entry->bytes, entry->length);
    fake_network_send(&world->network, &actor->link, FAKE_DOWN, world->now.mono_ns, entry->path,
                      entry->bytes, entry->length);
}

/* The door is full for a while, or only the path to `peer`. */
static void fill_outbox(struct world *world, const struct endpoint *peer)
{
    world->full_until_ns =
        world->now.mono_ns + dice_between(&world->dice, MOMENT_NS_PER_MS, 30 * MOMENT_NS_PER_MS);
    world->full_path = dice_chance(&world->dice, 500);
    world->full_peer = *peer;
}

static void send_entries(void *ctx, struct outbox_entry *entries, size_t count)
{
    struct world *world = ctx;

    for (size_t i = 0; i < count; i++) {
        if (world->full_until_ns == 0 && !world->healed &&
            dice_chance(&world->dice, world->setup.full_permille))
            fill_outbox(world, &entries[i].path->peer);
        if (world->full_until_ns != 0 &&
            (!world->full_path || endpoint_equal(&world->full_peer, &entries[i].path->peer))) {
            entries[i].result = world->full_path ? OUTBOX_PATH_LATER : OUTBOX_LATER;
            continue;
        }
        entries[i].result = OUTBOX_TAKEN;
        send_entry(world, &entries[i]);
    }
}

/* ---- creating and freeing ---- */

void world_open_room(struct world *world)
{
    struct room_door door = {.dialect = &world->dialect};
    struct room_setup setup = {
        .ring_bytes = world->setup.ring_bytes,
        .config = {.limits = {.max_members = 10000,
                              .max_name_codepoints = 32,
                              .max_text_bytes = 1000,
                              .idle_timeout_s = 43200,
                              .messages = world->setup.messages,
                              .session_timeout_s = world->setup.session_timeout_s,
                              .plain_enabled = true,
                              .sequenced_enabled = true},
                   .access = {.plain_from = {.sets = NETWORK_SET_BIT(NETWORK_ALL)},
                              .trusted = {.sets = NETWORK_SET_BIT(NETWORK_ALL)}},
                   .title = "room",
                   .doors = &door,
                   .door_count = 1},
        .outbox = {.send = send_entries, .ctx = world},
    };
    const struct observer observer = {.happened = on_happened, .ctx = world};

    for (size_t i = 0; i < sizeof(setup.key); i++)
        setup.key[i] = (uint8_t)dice_below(&world->dice, 256);
    for (size_t i = 0; i < sizeof(setup.secret); i++)
        setup.secret[i] = (uint8_t)dice_below(&world->dice, 256);
    if (world_log_is_on(world))
        setup.log = fake_log_port(&world->log.fake);
    dialect_init(&world->dialect, "course", DIALECT_EN);
    endpoint_parse("0.0.0.0:8888", &door.listen);
    if (room_new(&setup, &world->room) != 0 || room_observe(world->room, &observer) != 0)
        abort();
}

struct world *world_new(const struct world_setup *setup)
{
    struct world *world = calloc(1, sizeof(*world));

    if (world == NULL || setup->sequenced + setup->plain > WORLD_ACTORS_MAX)
        abort();
    world->setup = *setup;
    world->dice.state = setup->seed;
    world->now =
        (struct moment){.mono_ns = 1000 * MOMENT_NS_PER_S, .wall_ns = 1700000000 * MOMENT_NS_PER_S};
    world->start_ns = world->now.mono_ns;
    fake_network_init(&world->network, setup->seed ^ UINT64_C(0x6e6574776f726b));
    world_log_init(world);
    world_open_room(world);
    if (world_log_is_on(world))
        world_log_restore(world, (struct room_kept){.record = 0}, &(struct room_restored){0});
    world->actors_count = (size_t)setup->sequenced + setup->plain;
    world->actors = calloc(world->actors_count, sizeof(*world->actors));
    world->accesses = calloc(world->actors_count, sizeof(*world->accesses));
    world->flights = calloc(world->actors_count + 1, sizeof(*world->flights));
    if (world->actors == NULL || world->accesses == NULL || world->flights == NULL)
        abort();
    for (size_t i = 0; i < world->actors_count; i++)
        world->accesses[i] = setup->access;
    for (size_t i = 0; i < world->actors_count; i++)
        world_actor_init(&world->actors[i], world, (uint16_t)i, i >= setup->sequenced);
    world_script_write(world);
    return world;
}

void world_free(struct world *world)
{
    if (world == NULL)
        return;
    for (size_t i = 0; i < world->actors_count; i++)
        world_actor_done(&world->actors[i]);
    room_free(world->room);
    fake_log_done(&world->log.fake);
    fake_network_done(&world->network);
    free(world->actors);
    free(world->accesses);
    free(world->flights);
    free(world->acts);
    free(world->records);
    free(world->promises);
    free(world);
}

const char *world_verdict(const struct world *world)
{
    return world->is_wrong ? world->verdict : "nothing is wrong";
}

/* ---- time ---- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_ns(const struct world *world)
{
    int64_t next = earlier(fake_network_next(&world->network), room_next_tick(world->room));

    if (world->acts_done < world->acts_count)
        next = earlier(next, world->acts[world->acts_done].at_ns);
    if (world->full_until_ns != 0)
        next = earlier(next, world->full_until_ns);
    next = earlier(next, world_log_next(world));
    for (size_t i = 0; i < world->actors_count; i++)
        next = earlier(next, world_actor_next(&world->actors[i]));
    return next;
}

static void receive_arrived(struct world *world)
{
    struct fake_flight *flight;

    while ((flight = fake_network_take(&world->network, world->now.mono_ns)) != NULL) {
        struct actor *actor = actor_of(world, &flight->path.peer);

        if (flight->way == FAKE_UP)
            room_receive(world->room, &world->now, &flight->path, flight->bytes, flight->length);
        else
            world_actor_receive(actor, flight);
        free(flight);
    }
}

/* Does all that is due at this moment, in the order of the program's loop. */
static void turn(struct world *world)
{
    unsigned sweeps = 0;

    while (world->acts_done < world->acts_count &&
           world->acts[world->acts_done].at_ns <= world->now.mono_ns)
        world_script_act(world, &world->acts[world->acts_done++]);
    if (world->full_until_ns != 0 && world->full_until_ns <= world->now.mono_ns) {
        world->full_until_ns = 0;
        room_door_writable(world->room, 0);
    }
    receive_arrived(world);
    for (size_t i = 0; i < world->actors_count; i++) {
        if (world_actor_next(&world->actors[i]) <= world->now.mono_ns)
            world_actor_tick(&world->actors[i]);
    }
    if (room_next_tick(world->room) <= world->now.mono_ns)
        room_tick(world->room, &world->now);
    world_log_turn(world);
    while (room_sweep(world->room, &world->now, 1024) == SWEEP_MORE && ++sweeps < TURNS_MAX)
        continue;
    if (sweeps == TURNS_MAX)
        world_wrong(world, "sweeps that never end");
}

/* Lets time pass until `until_ns`, or with `until_quiet` until all is quiet. */
static bool pass(struct world *world, int64_t until_ns, bool until_quiet)
{
    int64_t look_ns = 0, next;
    unsigned turns = 0;

    while (!world->is_wrong) {
        turn(world);
        world_windows_check(world);
        if (until_quiet && world->now.mono_ns >= look_ns) {
            look_ns = world->now.mono_ns + 50 * MOMENT_NS_PER_MS;
            if (world_is_quiet(world))
                return true;
        }
        next = next_ns(world);
        if (next > until_ns)
            break;
        turns = next > world->now.mono_ns ? 0 : turns + 1;
        if (turns == TURNS_MAX)
            world_wrong(world, "somebody wants to be called again and again (%s)",
                        room_next_tick(world->room) <= world->now.mono_ns ? "the room"
                                                                          : "a client");
        if (next > world->now.mono_ns) {
            world->now.wall_ns += next - world->now.mono_ns;
            world->now.mono_ns = next;
        }
    }
    if (!world->is_wrong && until_ns > world->now.mono_ns) {
        world->now.wall_ns += until_ns - world->now.mono_ns;
        world->now.mono_ns = until_ns;
    }
    return false;
}

/* Its route stays as long as it is. */
static void heal_link(struct link *link)
{
    *link = (struct link){
        .delay_ns = link->delay_ns, .dropped = link->dropped, .free_ns = link->free_ns};
}

static void heal(struct world *world)
{
    world->healed = true;
    world->heal_ns = world->now.mono_ns;
    world_trace(world, "the network is healed");
    for (size_t i = 0; i < world->actors_count; i++) {
        struct fake_link *link = &world->actors[i].link;

        link->cut_until_ns = 0;
        world->actors[i].asleep_until_ns = 0;
        for (size_t way = 0; way < FAKE_WAYS && !world->setup.lasting; way++)
            link->weather[way] = (struct fake_weather){.delay_ns = link->weather[way].delay_ns};
        for (size_t way = 0; way < FAKE_WAYS && !world->setup.lasting; way++)
            heal_link(&world->accesses[i].ways[way]);
    }
}

static uint64_t datagrams_of(const struct actor *actor)
{
    return actor->link.datagrams[FAKE_UP] + actor->link.datagrams[FAKE_DOWN];
}

/* An end that still sends when nothing is left to be said would do so for ever. */
static void check_calm(struct world *world)
{
    /* What was sent again and was not needed is still on its way. */
    pass(world, world->now.mono_ns + WORLD_CALM_S * MOMENT_NS_PER_S, false);
    for (size_t i = 0; i < world->actors_count; i++)
        world->actors[i].calm_mark = datagrams_of(&world->actors[i]);
    pass(world, world->now.mono_ns + WORLD_CALM_S * MOMENT_NS_PER_S, false);
    for (size_t i = 0; i < world->actors_count; i++) {
        uint64_t count = datagrams_of(&world->actors[i]) - world->actors[i].calm_mark;

        if (count > WORLD_CALM_DATAGRAMS)
            world_wrong(world, "all was quiet, and m%zu and the room go on: %llu datagrams in %d s",
                        i, (unsigned long long)count, WORLD_CALM_S);
    }
}

bool world_run(struct world *world)
{
    pass(world, world->start_ns + world->setup.talk_ns + world->setup.linger_ns, false);
    heal(world);
    pass(world,
         world->now.mono_ns +
             (world->setup.lasting ? WORLD_LASTING_QUIET_S : WORLD_QUIET_S) * MOMENT_NS_PER_S,
         true);
    world->quiet_ns = world->now.mono_ns;
    if (!world->is_wrong)
        world_check_end(world);
    if (!world->is_wrong && !world->setup.lasting)
        check_calm(world);
    if (!world->is_wrong)
        world_check_end(world);
    if (!world->is_wrong)
        world_log_check_end(world);
    return !world->is_wrong;
}

void world_figures(const struct world *world, struct world_figures *ret_figures)
{
    struct world_figures figures = {.events = world->records_count,
                                    .kills = world->log.kills,
                                    .unkept = world->log.unkept,
                                    .recovered = world->recovered,
                                    .talk_ns = world->quiet_ns - world->start_ns,
                                    .quiet_ns = world->quiet_ns - world->heal_ns};

    for (size_t i = 0; i < world->setup.sequenced; i++) {
        const struct actor *actor = &world->actors[i];

        figures.dropped += world->accesses[i].ways[FAKE_UP].dropped;
        figures.dropped += world->accesses[i].ways[FAKE_DOWN].dropped;
        for (size_t way = 0; way < FAKE_WAYS; way++) {
            figures.datagrams[way] += actor->link.datagrams[way];
            figures.bytes[way] += actor->link.bytes[way];
            figures.lost[way] += actor->link.lost[way];
        }
        figures.delivered += actor->delivered;
        figures.resumed += actor->resumed;
        figures.missed += actor->missed;
        for (uint32_t n = 0; n < actor->said; n++) {
            uint8_t outcome = actor->messages[n].outcome;

            figures.messages[0] += outcome == MESSAGE_TAKEN;
            figures.messages[1] += outcome == MESSAGE_REFUSED;
            figures.messages[2] += outcome == MESSAGE_UNKNOWN || outcome == MESSAGE_ORPHANED;
        }
    }
    *ret_figures = figures;
}
