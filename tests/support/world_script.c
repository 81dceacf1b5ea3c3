/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The script, written before the first datagram is sent, so that changes of either end do not
 * change the script.
 */
#include "support/world_internal.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define MS MOMENT_NS_PER_MS
#define S  MOMENT_NS_PER_S

static void seed_weather(struct dice *dice, struct fake_weather *weather)
{
    static const uint32_t losses[] = {0, 0, 20, 100, 200, 200, 300, 350};

    weather->loss_permille = losses[dice_below(dice, 8)];
    weather->twice_permille = dice_chance(dice, 500) ? dice_below(dice, 150) : 0;
    weather->late_permille = dice_chance(dice, 400) ? dice_below(dice, 100) : 0;
    weather->late_ns = dice_between(dice, 10 * MS, 3 * S);
    weather->delay_ns = dice_between(dice, MS / 10, dice_chance(dice, 700) ? 20 * MS : 200 * MS);
    weather->jitter_ns = dice_chance(dice, 600) ? dice_between(dice, 0, 40 * MS) : 0;
}

/*
 * Members that are away for so long that nothing is sent to them, that their sessions end, or that
 * the room has forgotten what they need.
 */
static void seed_absence(struct dice *dice, struct world_setup *setup)
{
    if (!dice_chance(dice, 150))
        return;
    setup->incidents.cut = (uint16_t)(1 + dice_below(dice, 2));
    setup->cut_ns = setup->linger_ns = dice_between(dice, 30 * S, 200 * S);
    if (dice_chance(dice, 500)) {
        setup->session_timeout_s = 30;
    } else if (dice_chance(dice, 500)) {
        setup->gaps = true;
        setup->ring_bytes = 64U * 1024U;
        setup->says = (uint16_t)(setup->says + 40U);
        setup->text_bytes = 1000;
        /* They would miss what the ring forgets, as this protocol says. */
        setup->plain = 0;
    }
}

/*
 * Some share addresses, and some addresses have a bottleneck, or losses in bursts, or routes that
 * change. A queue holds at most so much that waiting in it takes two seconds.
 */
static void seed_access(struct dice *dice, struct world_setup *setup)
{
    static const uint32_t rates[] = {4000, 8000, 16000, 32000, 64000};

    if (dice_chance(dice, 500))
        setup->addresses = (uint16_t)(1 + dice_below(dice, setup->sequenced));
    if (dice_chance(dice, 500)) {
        for (size_t way = 0; way < FAKE_WAYS; way++) {
            struct link *link = &setup->access.ways[way];

            link->bytes_s = rates[dice_below(dice, 5)];
            link->queue_bytes = 1500 + link->bytes_s * dice_below(dice, 2000) / 1000;
        }
    }
    if (dice_chance(dice, 300)) {
        uint32_t calm = 1000 / (2 + dice_below(dice, 9));

        for (size_t way = 0; way < FAKE_WAYS; way++) {
            setup->access.ways[way].calm_permille = calm;
            setup->access.ways[way].burst_permille = 1 + dice_below(dice, calm / 8);
        }
    }
    if (dice_chance(dice, 500)) {
        setup->incidents.route = (uint16_t)(1 + dice_below(dice, 3));
        for (size_t way = 0; way < FAKE_WAYS && dice_chance(dice, 500); way++)
            setup->access.ways[way].delay_ns = dice_between(dice, 0, 50 * MS);
    }
}

/* With dice of its own, so that the rest of a world is the same with a log and without. */
static void seed_log(struct world_log_setup *log, uint64_t seed)
{
    struct dice dice = {.state = seed ^ UINT64_C(0x6c6f67)};

    if (!dice_chance(&dice, 400))
        return;
    *log = (struct world_log_setup){.lag_ns = dice_between(&dice, MS / 10, 50 * MS),
                                    .part_permille = dice_below(&dice, 500),
                                    .stop_permille = dice_below(&dice, 30),
                                    .end_permille = dice_below(&dice, 30),
                                    .stop_ns = dice_between(&dice, S, 5 * S)};
}

void world_setup_from_seed(struct world_setup *setup, uint64_t seed)
{
    struct dice dice = {.state = seed ^ UINT64_C(0x736574757073)};
    uint16_t count = (uint16_t)(2 + dice_below(&dice, 7));

    *setup = (struct world_setup){
        .seed = seed,
        .sequenced = count,
        .plain = (uint16_t)dice_below(&dice, 4),
        .says = (uint16_t)(5 + dice_below(&dice, 30)),
        .text_bytes = dice_chance(&dice, 300) ? 1000 : 200,
        .burst_permille = dice_chance(&dice, 300) ? 50 : 0,
        .talk_ns = dice_between(&dice, 2 * S, 20 * S),
        .cut_ns = 5 * S,
        .session_timeout_s = 600,
        .full_permille = dice_chance(&dice, 300) ? dice_below(&dice, 50) : 0,
        .ring_bytes = 1024 * 1024,
        .incidents = {.late = (uint16_t)dice_below(&dice, count / 2U + 1U),
                      .leave = (uint16_t)dice_below(&dice, count / 3U + 1U),
                      .crash = (uint16_t)dice_below(&dice, 4),
                      .move = (uint16_t)dice_below(&dice, 4),
                      .cut = (uint16_t)dice_below(&dice, 3),
                      .sleep = (uint16_t)dice_below(&dice, 2),
                      .rename = (uint16_t)dice_below(&dice, 3),
                      .kick = dice_chance(&dice, 100) ? 1 : 0,
                      .notices = (uint16_t)dice_below(&dice, 4)},
    };
    seed_log(&setup->log, seed);
    seed_weather(&dice, &setup->weather[FAKE_UP]);
    seed_weather(&dice, &setup->weather[FAKE_DOWN]);
    seed_absence(&dice, setup);
    seed_access(&dice, setup);
    if (dice_chance(&dice, 150))
        setup->messages = (struct room_rate){.per_second = 2 + dice_below(&dice, 10), .burst = 5};
}

void world_setup_with_kills(struct world_setup *setup, uint64_t seed)
{
    struct dice dice = {.state = seed ^ UINT64_C(0x6b696c6c)};

    world_setup_from_seed(setup, seed);
    if (setup->log.lag_ns == 0)
        setup->log = (struct world_log_setup){.lag_ns = dice_between(&dice, MS / 10, 50 * MS),
                                              .part_permille = 200};
    setup->log.kill_permille = 1 + dice_below(&dice, dice_chance(&dice, 100) ? 300 : 40);
    setup->log.boot_permille = 200;
    setup->incidents.rename = (uint16_t)(setup->incidents.rename + dice_below(&dice, 6));
    setup->log.renumber_permille = dice_chance(&dice, 200) ? 200 : 0;
}

static void write_act(struct world *world, enum act_kind kind, uint16_t actor, int64_t at_ns,
                      int64_t value)
{
    if (world->acts_count == world->acts_max) {
        world->acts_max = world->acts_max == 0 ? 256 : world->acts_max * 2;
        world->acts = realloc(world->acts, world->acts_max * sizeof(*world->acts));
        if (world->acts == NULL)
            abort();
    }
    world->acts[world->acts_count] = (struct act){.at_ns = at_ns,
                                                  .order = (uint32_t)world->acts_count,
                                                  .kind = kind,
                                                  .actor = actor,
                                                  .value = value};
    world->acts_count++;
}

static int compare_acts(const void *left, const void *right)
{
    const struct act *a = left, *b = right;

    if (a->at_ns != b->at_ns)
        return a->at_ns < b->at_ns ? -1 : 1;
    return (a->order > b->order) - (a->order < b->order);
}

/* A moment of the talk, between two permille of it. */
static int64_t moment_of(struct world *world, int64_t from, int64_t to)
{
    return world->start_ns + dice_between(&world->dice, world->setup.talk_ns * from / 1000,
                                          world->setup.talk_ns * to / 1000);
}

/* One that stays from the beginning to the end, as far as the script goes: number 0 always does. */
static uint16_t somebody(struct world *world)
{
    return (uint16_t)dice_below(&world->dice, world->setup.sequenced);
}

static uint16_t somebody_else(struct world *world)
{
    return world->setup.sequenced < 2
               ? 0
               : (uint16_t)(1 + dice_below(&world->dice, world->setup.sequenced - 1U));
}

static void write_talk(struct world *world, uint16_t id)
{
    bool plain = id >= world->setup.sequenced;
    bool late = !plain && id > 0 && id <= world->setup.incidents.late;
    int64_t from = late ? dice_between(&world->dice, 100, 800) : 0;
    unsigned says = plain ? world->setup.says / 4U : world->setup.says;

    /* Members that start together start at one moment, or one after the other. */
    write_act(world, ACT_START, id,
              late ? world->start_ns + world->setup.talk_ns * from / 1000
                   : moment_of(world, 0, (int64_t)id % 2 * 50),
              0);
    for (unsigned n = 0; n < says; n++) {
        int64_t burst = dice_chance(&world->dice, plain ? 0 : world->setup.burst_permille)
                            ? dice_between(&world->dice, 2, 60)
                            : 1;

        write_act(world, ACT_SAY, id, moment_of(world, from, 990), burst);
    }
}

static void write_incidents(struct world *world)
{
    const struct world_incidents *incidents = &world->setup.incidents;
    struct dice *dice = &world->dice;

    for (unsigned n = 0; n < incidents->leave; n++) {
        uint16_t id = somebody_else(world);

        write_act(world, ACT_LEAVE, id, moment_of(world, 100, 900), dice_below(dice, 2));
        if (dice_chance(dice, 500))
            write_act(world, ACT_START, id, moment_of(world, 910, 990), 0);
    }
    for (unsigned n = 0; n < incidents->crash; n++) {
        uint16_t id = somebody(world);
        int64_t at_ns = moment_of(world, 100, 900);

        write_act(world, ACT_CRASH, id, at_ns, 0);
        write_act(world, ACT_START, id, at_ns + dice_between(dice, 0, 3 * S), 0);
    }
    for (unsigned n = 0; n < incidents->move; n++)
        write_act(world, ACT_MOVE, somebody(world), moment_of(world, 50, 950), dice_below(dice, 2));
    for (unsigned n = 0; n < incidents->cut; n++)
        write_act(world, ACT_CUT, somebody(world), moment_of(world, 50, 950),
                  dice_between(dice, 0, world->setup.cut_ns));
    for (unsigned n = 0; n < incidents->sleep; n++)
        write_act(world, ACT_SLEEP, somebody(world), moment_of(world, 50, 950),
                  dice_between(dice, 0, world->setup.cut_ns));
    for (unsigned n = 0; n < incidents->rename; n++)
        write_act(world, ACT_RENAME, somebody(world), moment_of(world, 50, 950), 0);
    for (unsigned n = 0; n < incidents->route; n++) {
        uint16_t id = somebody(world);
        int64_t at_ns = moment_of(world, 50, 950);

        write_act(world, ACT_ROUTE, id, at_ns, dice_between(dice, 0, WORLD_ROUTE_NS / 2));
        write_act(world, ACT_SETTLED, id, at_ns + WORLD_SETTLED_S * S, 0);
        write_act(world, ACT_RECOVERED, id, at_ns + WORLD_RECOVERED_S * S, 0);
    }
    for (unsigned n = 0; n < incidents->kick; n++)
        write_act(world, ACT_KICK, somebody_else(world), moment_of(world, 200, 900), 0);
    for (unsigned n = 0; n < incidents->notices; n++)
        write_act(world, ACT_NOTICE, 0, moment_of(world, 0, 990), 0);
}

void world_script_write(struct world *world)
{
    for (uint16_t id = 0; id < world->actors_count; id++)
        write_talk(world, id);
    if (world->setup.sequenced > 0)
        write_incidents(world);
    qsort(world->acts, world->acts_count, sizeof(*world->acts), compare_acts);
}

static void notice(struct world *world)
{
    char text[WORLD_TEXT_BYTES];
    size_t length = world_text(world, WORLD_ADMIN, world->notices++, text);
    uint32_t members;

    if (room_notice(world->room, &world->now, text, length, &members) != 0 &&
        !world_log_is_on(world))
        world_wrong(world, "the room does not take a notice");
}

static void kick(struct world *world, struct actor *actor)
{
    int status = room_kick(world->room, &world->now, actor->name, "a test");

    world_trace(world, "m%u is kicked: %s", actor->id, status_text(status));
    if (status == 0)
        actor->may_lose = true;
}

static void cut(struct world *world, struct actor *actor, int64_t length_ns, bool sleeps)
{
    int64_t *until_ns = sleeps ? &actor->asleep_until_ns : &actor->link.cut_until_ns;

    if (*until_ns < world->now.mono_ns + length_ns)
        *until_ns = world->now.mono_ns + length_ns;
}

/* What it does to one client may keep that one from being told anything for long. */
static bool disturbs(enum act_kind kind)
{
    return kind == ACT_START || kind == ACT_LEAVE || kind == ACT_CRASH || kind == ACT_MOVE ||
           kind == ACT_CUT || kind == ACT_SLEEP || kind == ACT_KICK;
}

void world_script_act(struct world *world, const struct act *act)
{
    static const char *const words[] = {"starts",
                                        "says",
                                        "renames",
                                        "leaves",
                                        "crashes",
                                        "moves",
                                        "is cut off",
                                        "sleeps",
                                        "is kicked",
                                        "(notice)",
                                        "has another route",
                                        "should have settled",
                                        "should have recovered"};
    struct actor *actor = &world->actors[act->actor];

    world_trace(world, "script: m%u %s (%lld)", actor->id, words[act->kind], (long long)act->value);
    actor->disturbances += disturbs(act->kind) ? 1U : 0U;
    switch (act->kind) {
    case ACT_START:
        world_actor_start(actor);
        break;
    case ACT_SAY:
        for (int64_t n = 0; n < act->value; n++)
            world_actor_say(actor);
        break;
    case ACT_RENAME:
        world_actor_rename(actor);
        break;
    case ACT_LEAVE:
        world_actor_leave(actor, act->value != 0);
        break;
    case ACT_CRASH:
        world_actor_crash(actor);
        break;
    case ACT_MOVE:
        world_actor_move(actor, act->value != 0);
        break;
    case ACT_CUT:
    case ACT_SLEEP:
        cut(world, actor, act->value, act->kind == ACT_SLEEP);
        break;
    case ACT_KICK:
        kick(world, actor);
        break;
    case ACT_NOTICE:
        notice(world);
        break;
    case ACT_ROUTE:
        world_routes_change(world, actor->address, act->value);
        break;
    case ACT_SETTLED:
        world_routes_settle(world, actor->address);
        break;
    case ACT_RECOVERED:
        world_routes_check(world, actor->address);
        break;
    }
}
