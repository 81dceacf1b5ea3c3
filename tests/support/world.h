/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A room and its members on a fake network, from the first datagram until all is quiet: both ends
 * of the sequenced protocol, with plain members among them, and with everything that a seed can
 * make happen to them. The world compares what each client reports with what the room has appended,
 * event by event; in the end it checks the outcome of each message. It knows the contracts of both
 * ends (room.h, client.h), not the datagrams between them.
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

/*
 * Incidents of clients: how many of each kind. The seed chooses the clients; one may be hit twice.
 */
struct world_incidents {
    uint16_t late;    /* join during the talk */
    uint16_t leave;   /* leave during the talk, half of them at once; some come back */
    uint16_t crash;   /* are killed, and resume with what they have saved */
    uint16_t move;    /* change their address; half of them are told */
    uint16_t cut;     /* lose all datagrams for some seconds */
    uint16_t sleep;   /* are stopped for some seconds */
    uint16_t rename;  /* request other names */
    uint16_t route;   /* get another route, with all at their address: it is longer or shorter */
    uint16_t kick;    /* are removed by the administrator */
    uint16_t notices; /* from the administrator */
};

/*
 * A log that is late, stops, and ends, and a room that is killed and goes on from it; all zero: the
 * room has none.
 */
struct world_log_setup {
    int64_t lag_ns;         /* the longest, of most commits */
    uint32_t part_permille; /* of commits, how many keep only a part of what waits */
    uint32_t stop_permille; /* … come up to stop_ns later */
    uint32_t end_permille;  /* … do not come: its process ends, and is begun again */
    int64_t stop_ns;
    /* Instead of some commits the room's process is killed, and another one begins. */
    uint32_t kill_permille;
    uint32_t boot_permille;     /* of these, how many follow a reboot: another boot id */
    uint32_t renumber_permille; /* … begin another epoch: sessions are lost */
};

struct world_setup {
    uint64_t seed;
    struct world_log_setup log;
    uint16_t sequenced, plain; /* clients of each protocol */
    uint16_t addresses;        /* of sequenced clients; 0: each has its own, as plain ones do */
    uint16_t says;             /* messages of each; a plain member says a quarter */
    uint16_t text_bytes;       /* the longest; most are short */
    /* Of the messages, those that are the first of a burst of up to 60. */
    uint16_t burst_permille;
    int64_t talk_ns;   /* all is said in this time */
    int64_t cut_ns;    /* the longest cut, or sleep */
    int64_t linger_ns; /* from the end of the talk until the network is healed */
    uint32_t session_timeout_s;
    struct fake_weather weather[FAKE_WAYS];
    struct fake_access access; /* of each address of sequenced clients, at the beginning */
    uint32_t full_permille; /* of datagrams, how many fill the outbox, or a path, for 1 to 30 ms */
    struct room_rate messages;
    size_t ring_bytes;
    struct world_incidents incidents;
    bool lasting; /* the network is never healed */
    bool gaps;    /* members may miss what the ring has forgotten */
    bool trace;   /* writes every datagram and callback to stderr */
};

/* A small world with many incidents: one seed of the simulation. */
void world_setup_from_seed(struct world_setup *setup, uint64_t seed);

/* One in which the room is killed again and again. */
void world_setup_with_kills(struct world_setup *setup, uint64_t seed);

/* Aborts without memory, like all of tests/support. */
struct world *world_new(const struct world_setup *setup);
void world_free(struct world *world);

/*
 * Runs the script, heals the network, waits until all is quiet, and checks the end. False:
 * world_verdict says what is wrong.
 */
bool world_run(struct world *world);

/* The first thing that is wrong, with its time; valid until world_free. */
const char *world_verdict(const struct world *world);

struct world_figures {
    /* Of sequenced clients, from the beginning until all was quiet. */
    uint64_t datagrams[FAKE_WAYS];
    uint64_t bytes[FAKE_WAYS]; /* payload of these */
    uint64_t lost[FAKE_WAYS];
    uint64_t dropped;     /* of those, by full queues */
    uint64_t recovered;   /* clients that were checked after their route had become longer */
    uint64_t events;      /* in the transcript */
    uint64_t delivered;   /* events at sequenced clients */
    uint64_t messages[3]; /* of sequenced clients, by enum client_outcome */
    uint64_t resumed;     /* joins with a session, by restarted programs */
    uint64_t missed;
    uint64_t kills;   /* of the room … */
    uint64_t unkept;  /* … with so many records in all that were not kept */
    int64_t talk_ns;  /* from the start until all was quiet */
    int64_t quiet_ns; /* of that, the time after the network was healed */
};

void world_figures(const struct world *world, struct world_figures *ret_figures);

#endif
