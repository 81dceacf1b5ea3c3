/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A route that becomes longer makes all that is measured of it too short: what was sent is taken to
 * be lost, and sent again, until the round trip is measured anew. Clients to which nothing else
 * happens must soon be told everything as before, and must not be sent everything again and again.
 */
#include "support/world_internal.h"

/*
 * What an event may take where something is lost, and what more than two round trips where nothing
 * is: until the longer route is the base, it looks like a queue, and the window grows slowly.
 */
#define MOST_NS (20 * MOMENT_NS_PER_S)
#define CALM_NS (3 * MOMENT_NS_PER_S)

/* Where more is lost, half of it is lost now and then, and that is taken for congestion. */
#define HEAVY_PERMILLE 300U

/* So many datagrams, up and down, for each event; and for so many events if there are none. */
#define DATAGRAMS_FACTOR 10U
#define DATAGRAMS_IDLE   30U

static uint64_t datagrams_of(const struct actor *actor)
{
    return actor->link.datagrams[FAKE_UP] + actor->link.datagrams[FAKE_DOWN];
}

static bool has_bottleneck(const struct world *world)
{
    const struct link *ways = world->setup.access.ways;

    return ways[FAKE_UP].bytes_s != 0 || ways[FAKE_DOWN].bytes_s != 0;
}

static bool has_losses(const struct world *world)
{
    const struct fake_weather *weather = world->setup.weather;
    const struct link *ways = world->setup.access.ways;

    return weather[FAKE_UP].loss_permille + weather[FAKE_DOWN].loss_permille > 0 ||
           ways[FAKE_UP].burst_permille + ways[FAKE_DOWN].burst_permille > 0;
}

static bool is_heavy(const struct fake_weather *weather, const struct link *way)
{
    return weather->loss_permille > HEAVY_PERMILLE ||
           (weather->loss_permille > 0 && way->burst_permille > 0);
}

/* It can only be expected that a client gets on. */
static bool is_slow(const struct world *world)
{
    const struct fake_weather *weather = world->setup.weather;
    const struct link *ways = world->setup.access.ways;

    return has_bottleneck(world) || is_heavy(&weather[FAKE_UP], &ways[FAKE_UP]) ||
           is_heavy(&weather[FAKE_DOWN], &ways[FAKE_DOWN]);
}

/* There and back, without a queue. */
static int64_t longest_round_trip_ns(const struct actor *actor)
{
    int64_t sum_ns = 0;

    for (size_t way = 0; way < FAKE_WAYS; way++) {
        const struct fake_weather *weather = &actor->world->setup.weather[way];

        sum_ns += weather->delay_ns + weather->jitter_ns + actor->link.access->ways[way].delay_ns;
        sum_ns += weather->late_permille > 0 ? weather->late_ns : 0;
    }
    return sum_ns;
}

/* ---- the marks ---- */

/* It is in the room, and nothing keeps datagrams from it. */
static bool is_undisturbed(const struct actor *actor)
{
    int64_t now_ns = actor->world->now.mono_ns;

    return actor->is_in && !actor->leaving && actor->link.cut_until_ns <= now_ns &&
           actor->asleep_until_ns <= now_ns && actor->unnoticed_until_ns <= now_ns;
}

static void set_mark(struct actor *actor)
{
    uint64_t oldest;

    actor->mark = (struct mark){.at_ns = actor->world->now.mono_ns,
                                .last = actor->last,
                                .said = actor->said,
                                .disturbances = actor->disturbances};
    room_events(actor->world->room, &oldest, &actor->mark.released);
}

void world_routes_change(struct world *world, uint16_t address, int64_t delay_ns)
{
    struct link *ways = world->accesses[address].ways;
    bool is_longer = 2 * delay_ns > ways[FAKE_UP].delay_ns + ways[FAKE_DOWN].delay_ns;

    for (size_t way = 0; way < FAKE_WAYS; way++)
        ways[way].delay_ns = delay_ns;
    for (size_t i = 0; i < world->setup.sequenced && is_longer; i++) {
        struct actor *actor = &world->actors[i];

        if (actor->address == address && is_undisturbed(actor))
            set_mark(actor);
    }
}

/* Its route became longer so long ago, and nothing has happened to it since. */
static bool is_marked(const struct actor *actor, uint16_t address, int64_t seconds)
{
    int64_t at_ns = actor->mark.at_ns;

    return actor->address == address && at_ns != 0 &&
           at_ns + seconds * MOMENT_NS_PER_S <= actor->world->now.mono_ns &&
           actor->mark.disturbances == actor->disturbances;
}

void world_routes_settle(struct world *world, uint16_t address)
{
    for (size_t i = 0; i < world->setup.sequenced; i++) {
        struct actor *actor = &world->actors[i];

        if (!is_marked(actor, address, WORLD_SETTLED_S) || actor->mark.settled)
            continue;
        actor->mark.settled = true;
        actor->mark.delivered = actor->delivered;
        actor->mark.datagrams = datagrams_of(actor);
    }
}

/* ---- the checks ---- */

/* From when the room has an event until a client has it. */
static int64_t most_latency_ns(const struct actor *actor)
{
    if (is_slow(actor->world))
        return MOMENT_NEVER_NS;
    return has_losses(actor->world) ? MOST_NS : 2 * longest_round_trip_ns(actor) + CALM_NS;
}

void world_routes_told(struct actor *actor, uint64_t seq)
{
    const struct record *record = &actor->world->records[seq - 1];
    const struct mark *mark = &actor->mark;
    int64_t took_ns;

    if (!mark->settled || mark->disturbances != actor->disturbances ||
        record->at_ns < mark->at_ns + WORLD_SETTLED_S * MOMENT_NS_PER_S)
        return;
    took_ns = actor->world->now.mono_ns - record->at_ns;
    if (took_ns > most_latency_ns(actor))
        world_wrong(actor->world,
                    "m%u is told event %llu %lld ms after it has happened; since its route became "
                    "longer, %lld ms have passed",
                    actor->id, (unsigned long long)seq, (long long)(took_ns / MOMENT_NS_PER_MS),
                    (long long)((actor->world->now.mono_ns - mark->at_ns) / MOMENT_NS_PER_MS));
}

/* On a slow way it may not have everything yet, but it must have got on. */
static void check_events(struct actor *actor)
{
    const struct mark *mark = &actor->mark;
    uint64_t least =
        is_slow(actor->world) && mark->last < mark->released ? mark->last + 1 : mark->released;

    if (actor->last < least)
        world_wrong(actor->world,
                    "m%u was at event %llu of %llu when its route became longer, %d s ago, and is "
                    "at event %llu",
                    actor->id, (unsigned long long)mark->last, (unsigned long long)mark->released,
                    WORLD_RECOVERED_S, (unsigned long long)actor->last);
}

/* A bottleneck, or a limit on messages, lets them wait for longer. */
static void check_said(struct actor *actor)
{
    const struct world *world = actor->world;

    if (is_slow(world) || world->setup.messages.per_second != 0)
        return;
    for (uint32_t n = 0; n < actor->mark.said; n++) {
        const struct message *message = &actor->messages[n];

        if (message->outcome == MESSAGE_WAITS && message->life == actor->life)
            world_wrong(actor->world,
                        "m%u still waits for the outcome of message %u, which it said before its "
                        "route became longer, %d s ago",
                        actor->id, message->number, WORLD_RECOVERED_S);
    }
}

static void check_datagrams(struct actor *actor)
{
    uint64_t datagrams = datagrams_of(actor) - actor->mark.datagrams;
    uint64_t delivered = actor->delivered - actor->mark.delivered;
    uint64_t most = DATAGRAMS_FACTOR * (DATAGRAMS_IDLE + delivered);

    if (actor->mark.settled && datagrams > most)
        world_wrong(actor->world,
                    "m%u was told %llu events in the %d s since its route became longer, and that "
                    "took %llu datagrams",
                    actor->id, (unsigned long long)delivered, WORLD_RECOVERED_S - WORLD_SETTLED_S,
                    (unsigned long long)datagrams);
}

void world_routes_check(struct world *world, uint16_t address)
{
    for (size_t i = 0; i < world->setup.sequenced; i++) {
        struct actor *actor = &world->actors[i];

        if (!is_marked(actor, address, WORLD_RECOVERED_S))
            continue;
        world->recovered++;
        check_events(actor);
        check_said(actor);
        check_datagrams(actor);
        actor->mark.at_ns = 0;
        actor->mark.settled = false;
    }
}
