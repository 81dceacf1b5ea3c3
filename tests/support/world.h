/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A room and its members on a fake network, from the first datagram until all is quiet: both
 * machines of the sequenced protocol against each other, with plain members among them, and with
 * everything happening to them that a seed can think of. The world compares what each client is
 * told with what the room says it has appended, event by event; in the end it judges what became of
 * each message. It knows the contracts of both sides (room.h, client.h), not the datagrams between
 * them.
 *
 *     struct world_setup setup;
 *     world_setup_from_seed(&setup, seed);
 *     struct world *world = world_new(&setup);
 *     if (!world_run(world))
 *         fail(world_verdict(world));
 *     world_free(world);
 */
#ifndef TESTS_SUPPORT_WORLD_H
#define TESTS_SUPPORT_WORLD_H

#include "support/fake_network.h"

#include <roomd/limits.h>
#include <stdbool.h>
#include <stdint.h>

#define WORLD_ACTORS_MAX 256

struct world;

/* What happens to clients, each a number of them; chosen by the seed, the same one may be hit
 * twice. */
struct world_outcome {
    uint16_t late;    /* join in mid-talk */
    uint16_t leave;   /* leave in mid-talk, half of them at once; some come back */
    uint16_t crash;   /* are killed, and resume with what they have kept */
    uint16_t move;    /* are suddenly at another address; half of them are told so */
    uint16_t cut;     /* nothing passes for some seconds */
    uint16_t sleep;   /* their programs are stopped for some seconds */
    uint16_t rename;  /* ask for other names */
    uint16_t kick;    /* are removed by the administrator */
    uint16_t notices; /* what the administrator says to everybody */
};

struct world_setup {
    uint64_t seed;
    uint16_t sequenced, plain; /* clients of each protocol */
    uint16_t says;             /* messages of each; a plain member says a quarter */
    uint16_t text_bytes;       /* the longest; most are short */
    uint16_t burst_permille; /* of the messages, those that are the first of a burst of up to 60 */
    int64_t talk_ns;         /* all is said in this time */
    int64_t cut_ns;          /* a cut, or a sleep, lasts up to this long */
    int64_t linger_ns;       /* the network is healed so long after the talk */
    uint32_t session_timeout_s;
    struct fake_weather weather[FAKE_WAYS];
    uint32_t full_permille; /* how often the outbox is full for 1 to 30 ms, a datagram */
    struct room_rate messages;
    size_t ring_bytes;
    struct world_outcome outcome;
    bool lasting; /* the network is never healed */
    bool gaps;    /* members may miss what the ring has forgotten */
    bool trace;   /* every datagram and callback goes to stderr */
};

/* Small and nasty: what each seed of the simulation is. */
void world_setup_from_seed(struct world_setup *setup, uint64_t seed);

/* Aborts without memory, as all of tests/support does. */
struct world *world_new(const struct world_setup *setup);
void world_free(struct world *world);

/* Lets it all happen, heals the network, waits until all is quiet, and judges. False: world_verdict
 * says what is wrong. */
bool world_run(struct world *world);

/* What is wrong, first found first told, with the time at which it was; valid until world_free. */
const char *world_verdict(const struct world *world);

struct world_figures {
    uint64_t
        datagrams[FAKE_WAYS];  /* of sequenced clients, from the beginning until all was quiet */
    uint64_t bytes[FAKE_WAYS]; /* payload of these */
    uint64_t lost[FAKE_WAYS];
    uint64_t events;      /* in the transcript */
    uint64_t delivered;   /* events at sequenced clients */
    uint64_t messages[3]; /* of sequenced clients, by enum client_outcome */
    uint64_t resumed;     /* joins with a session, by programs that were started anew */
    uint64_t missed;
    int64_t talk_ns;  /* from the start until all was quiet */
    int64_t quiet_ns; /* of that, what came after the network was healed */
};

void world_figures(const struct world *world, struct world_figures *ret_figures);

#endif
