/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The cost of a bad network in bytes: the same talk in worlds that lose nothing, and more and more
 * in both directions. Counts the payload of both directions, from the first HELLO until everybody
 * has everything; the network is never healed. The clock is fake, so the figures are the same on
 * every machine.
 *
 *     bench_sequenced_bytes [CLIENTS [MESSAGES [SECONDS]]]
 *
 * By default, 20 clients say 100 messages each in 10 seconds.
 */
#include "support/world.h"

#include <roomd/moment.h>
#include <stdio.h>
#include <stdlib.h>

/* How many talks each figure is the average of. */
#define TALKS 3

static const uint32_t losses[] = {0, 50, 100, 200, 300};

/* False: something in a world went wrong, so its bytes mean nothing. */
static bool measure(const struct world_setup *talk, uint32_t loss_permille,
                    struct world_figures *sum)
{
    *sum = (struct world_figures){0};
    for (uint64_t seed = 1; seed <= TALKS; seed++) {
        struct world_setup setup = *talk;
        struct world_figures figures;
        struct world *world;
        bool is_right;

        setup.seed = seed;
        setup.weather[FAKE_UP].loss_permille = setup.weather[FAKE_DOWN].loss_permille =
            loss_permille;
        world = world_new(&setup);
        is_right = world_run(world);
        if (!is_right)
            fprintf(stderr, "%s\n", world_verdict(world));
        world_figures(world, &figures);
        world_free(world);
        if (!is_right)
            return false;
        for (size_t way = 0; way < FAKE_WAYS; way++) {
            sum->bytes[way] += figures.bytes[way];
            sum->datagrams[way] += figures.datagrams[way];
        }
        sum->quiet_ns = figures.quiet_ns > sum->quiet_ns ? figures.quiet_ns : sum->quiet_ns;
    }
    return true;
}

static bool print_table(const struct world_setup *talk)
{
    uint64_t clean = 0;

    printf("%u clients say %u messages each in %.1f s; one way takes %.1f ms\n", talk->sequenced,
           talk->says, (double)talk->talk_ns / 1e9, (double)talk->weather[FAKE_UP].delay_ns / 1e6);
    printf("  lost   bytes up    bytes down  datagrams up    down   bytes, of those at 0 %%   "
           "quiet after\n");
    for (size_t i = 0; i < sizeof(losses) / sizeof(losses[0]); i++) {
        struct world_figures sum;
        uint64_t bytes;

        if (!measure(talk, losses[i], &sum))
            return false;
        bytes = sum.bytes[FAKE_UP] + sum.bytes[FAKE_DOWN];
        clean = clean == 0 ? bytes : clean;
        printf("%4u %%  %10llu  %12llu  %12llu  %6llu  %22.3f  %10.1f s\n", losses[i] / 10,
               (unsigned long long)sum.bytes[FAKE_UP] / TALKS,
               (unsigned long long)sum.bytes[FAKE_DOWN] / TALKS,
               (unsigned long long)sum.datagrams[FAKE_UP] / TALKS,
               (unsigned long long)sum.datagrams[FAKE_DOWN] / TALKS, (double)bytes / (double)clean,
               (double)sum.quiet_ns / 1e9);
    }
    return true;
}

static long argument(int argc, char **argv, int n, long otherwise)
{
    return argc > n ? strtol(argv[n], NULL, 10) : otherwise;
}

int main(int argc, char **argv)
{
    /* A loopback, and a network across a continent. */
    static const int64_t delays_ns[] = {MOMENT_NS_PER_MS / 10, 25 * MOMENT_NS_PER_MS};
    struct world_setup talk = {.sequenced = (uint16_t)argument(argc, argv, 1, 20),
                               .says = (uint16_t)argument(argc, argv, 2, 100),
                               .text_bytes = 100,
                               .talk_ns = argument(argc, argv, 3, 10) * MOMENT_NS_PER_S,
                               .session_timeout_s = 600,
                               .ring_bytes = (size_t)16 * 1024 * 1024,
                               .lasting = true};

    if (talk.sequenced == 0 || talk.sequenced > WORLD_ACTORS_MAX) {
        fprintf(stderr, "bench_sequenced_bytes: 1 to %d clients\n", WORLD_ACTORS_MAX);
        return 64;
    }
    for (size_t i = 0; i < sizeof(delays_ns) / sizeof(delays_ns[0]); i++) {
        talk.weather[FAKE_UP].delay_ns = talk.weather[FAKE_DOWN].delay_ns = delays_ns[i];
        if (!print_table(&talk))
            return 1;
    }
    return 0;
}
