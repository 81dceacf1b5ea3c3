/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Server and client of the sequenced protocol against each other, in worlds made from seeds
 * (support/world.h): 500 of them, and 200 in which the room is killed, or as the environment says:
 *
 *     ROOMD_SEED=17          one world
 *     ROOMD_SEEDS=1-10000    a range of worlds, both ends included
 *     ROOMD_TRACE=1          every datagram, event and outcome goes to stderr; with ROOMD_SEED
 *
 * Planted bugs show that these worlds find bugs. Each of these has to be found within 100 seeds;
 * git restore removes it.
 *
 * No deduplication: the server takes a message whose number is decided already.
 *     sed -i '/if (message.number > session->decided)$/c if (message.number <= session->decided) \
 *         say(room, now, member, &message, &(int64_t){0}); else' \
 *         src/core/sequenced_server/session_messages.c
 *
 * A repair is lost for good: the server ignores a request for event 40.
 *     sed -i 's/|| event >= cursor)/|| event >= cursor || event == 40)/' \
 *         src/core/sequenced_server/session_acks.c
 *
 * The server forgets messages that it has reported as kept.
 *     sed -i '/^    return owes_taken;/i reorder_forget(room->reorder, &session->reorder);' \
 *         src/core/sequenced_server/session_messages.c
 *
 * A client delivers an event twice.
 *     sed -i '/^    sequenced_client_members_event(client, from);/i if (from->seq % 64 == 0) \
 *         client->base.sink.event(client->base.sink.ctx, &event, own);' \
 *         src/core/sequenced_client/sequenced_client_events.c
 *
 * TAKEN does not wait for the log.
 *     sed -i '/case SEQUENCED_DOWN_TAKEN:/d' src/core/sequenced_server/session_send.c
 *
 * A session that has left is unknown before its exit is kept.
 *     sed -i 's/&stranger), true)/\&stranger), false)/' \
 *         src/core/sequenced_server/session_handshake.c
 */
#include "support/world.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>

#define SEEDS 500U
#define KILLS 200U /* of these, those in which the room is killed */

/*
 * The seeds continue after a failure, to show whether it is a rare one, up to this many failures.
 */
#define FAILURES_MAX 10U

static void read_seeds(uint64_t *ret_from, uint64_t *ret_to, uint64_t seeds)
{
    const char *one = getenv("ROOMD_SEED");
    const char *many = getenv("ROOMD_SEEDS");
    char *end = NULL;

    *ret_from = 1;
    *ret_to = seeds;
    if (one != NULL && *one != '\0') {
        *ret_from = *ret_to = strtoull(one, NULL, 10);
    } else if (many != NULL && *many != '\0') {
        *ret_from = strtoull(many, &end, 10);
        *ret_to = *end == '-' ? strtoull(end + 1, NULL, 10) : *ret_from;
    }
}

static void print_setup(const struct world_setup *setup)
{
    const struct fake_weather *up = &setup->weather[FAKE_UP], *down = &setup->weather[FAKE_DOWN];
    const struct link *from = &setup->access.ways[FAKE_UP], *to = &setup->access.ways[FAKE_DOWN];
    const struct world_incidents *incidents = &setup->incidents;

    fprintf(stderr,
            "  again: ROOMD_SEED=%llu; with ROOMD_TRACE=1 for every datagram\n"
            "  %u sequenced, %u plain, each says %u of up to %u bytes in %.1f s; outbox full %u, "
            "bursts %u permille\n"
            "  up: lost %u, twice %u, late %u permille, %.1f + %.1f ms; down: lost %u, twice %u, "
            "late %u, %.1f + %.1f ms\n"
            "  late %u, leave %u, crash %u, move %u, cut %u, sleep %u (up to %.0f s), rename %u, "
            "kick %u, notices %u\n"
            "  addresses %u; up: %llu B/s, queue %llu, bursts of losses begin %u, end %u permille, "
            "%.1f ms; down: %llu B/s, queue %llu, bursts begin %u, end %u, %.1f ms; routes %u\n",
            (unsigned long long)setup->seed, setup->sequenced, setup->plain, setup->says,
            setup->text_bytes, (double)setup->talk_ns / 1e9, setup->full_permille,
            setup->burst_permille, up->loss_permille, up->twice_permille, up->late_permille,
            (double)up->delay_ns / 1e6, (double)up->jitter_ns / 1e6, down->loss_permille,
            down->twice_permille, down->late_permille, (double)down->delay_ns / 1e6,
            (double)down->jitter_ns / 1e6, incidents->late, incidents->leave, incidents->crash,
            incidents->move, incidents->cut, incidents->sleep, (double)setup->cut_ns / 1e9,
            incidents->rename, incidents->kick, incidents->notices, setup->addresses,
            (unsigned long long)from->bytes_s, (unsigned long long)from->queue_bytes,
            from->burst_permille, from->calm_permille, (double)from->delay_ns / 1e6,
            (unsigned long long)to->bytes_s, (unsigned long long)to->queue_bytes,
            to->burst_permille, to->calm_permille, (double)to->delay_ns / 1e6, incidents->route);
    if (setup->log.lag_ns > 0)
        fprintf(stderr, "  log: late by %.1f ms, parts %u, stops of %.1f s %u, ends %u permille\n",
                (double)setup->log.lag_ns / 1e6, setup->log.part_permille,
                (double)setup->log.stop_ns / 1e9, setup->log.stop_permille,
                setup->log.end_permille);
}

static void add(struct world_figures *sum, const struct world *world)
{
    struct world_figures figures;

    world_figures(world, &figures);
    for (size_t way = 0; way < FAKE_WAYS; way++) {
        sum->datagrams[way] += figures.datagrams[way];
        sum->lost[way] += figures.lost[way];
    }
    for (size_t outcome = 0; outcome < 3; outcome++)
        sum->messages[outcome] += figures.messages[outcome];
    sum->delivered += figures.delivered;
    sum->resumed += figures.resumed;
    sum->dropped += figures.dropped;
    sum->recovered += figures.recovered;
    sum->kills += figures.kills;
    sum->unkept += figures.unkept;
}

typedef void setup_maker(struct world_setup *setup, uint64_t seed);

static bool run_seed(uint64_t seed, setup_maker *make, struct world_figures *sum)
{
    struct world_setup setup;
    struct world *world;
    bool is_right;

    make(&setup, seed);
    setup.trace = getenv("ROOMD_TRACE") != NULL;
    world = world_new(&setup);
    is_right = world_run(world);
    add(sum, world);
    if (!is_right) {
        fprintf(stderr, "%s\n", world_verdict(world));
        print_setup(&setup);
    }
    world_free(world);
    return is_right;
}

static void run_seeds(setup_maker *make, uint64_t count)
{
    struct world_figures sum = {0};
    uint64_t from, to, seeds = 0;
    unsigned failures = 0;

    read_seeds(&from, &to, count);
    for (uint64_t seed = from; seed <= to && failures < FAILURES_MAX; seed++, seeds++)
        failures += run_seed(seed, make, &sum) ? 0U : 1U;
    fprintf(stderr,
            "%llu seeds, %u wrong: %llu + %llu datagrams up and down, %llu + %llu of them lost, "
            "%llu by full queues; %llu events told, messages: %llu taken, %llu refused, %llu "
            "unknown; %llu sessions resumed by new programs, %llu recovered on a longer route; the "
            "room was killed %llu times, with %llu records that were not kept\n",
            (unsigned long long)seeds, failures, (unsigned long long)sum.datagrams[FAKE_UP],
            (unsigned long long)sum.datagrams[FAKE_DOWN], (unsigned long long)sum.lost[FAKE_UP],
            (unsigned long long)sum.lost[FAKE_DOWN], (unsigned long long)sum.dropped,
            (unsigned long long)sum.delivered, (unsigned long long)sum.messages[0],
            (unsigned long long)sum.messages[1], (unsigned long long)sum.messages[2],
            (unsigned long long)sum.resumed, (unsigned long long)sum.recovered,
            (unsigned long long)sum.kills, (unsigned long long)sum.unkept);
    cr_assert_eq(failures, 0U, "%u of %llu seeds", failures, (unsigned long long)seeds);
}

Test(simulation, everybody_has_every_message_once_and_in_one_order)
{
    run_seeds(world_setup_from_seed, SEEDS);
}

Test(simulation, everybody_has_them_where_the_room_is_killed_and_goes_on_from_its_log)
{
    run_seeds(world_setup_with_kills, KILLS);
}

/* If a seed did not make the same world each time, failures could not be investigated. */
Test(simulation, a_seed_makes_the_same_world_again)
{
    struct world_figures first = {0}, second = {0};

    cr_assert(run_seed(4711, world_setup_with_kills, &first));
    cr_assert(run_seed(4711, world_setup_with_kills, &second));
    cr_assert_eq(first.datagrams[FAKE_UP], second.datagrams[FAKE_UP]);
    cr_assert_eq(first.datagrams[FAKE_DOWN], second.datagrams[FAKE_DOWN]);
    cr_assert_eq(first.delivered, second.delivered);
}
