/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Detects that more comes into the room than goes out. While any member lags, it samples once a
 * second how many deliveries are owed and how many were made. Nobody is slowed down or refused for
 * it: it is information for the administrator.
 *
 * Overload begins when the deliveries owed have grown in OVERLOAD_SAMPLES samples in a row and are
 * more than those made in a second: a burst that is being worked off shrinks before that. It ends
 * when nobody lags, or when the deliveries owed take half a second.
 */
#ifndef ROOMD_CORE_ROOM_OVERLOAD_H
#define ROOMD_CORE_ROOM_OVERLOAD_H

#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* A sample takes about ten microseconds for ten thousand members. */
#define OVERLOAD_INTERVAL_NS MOMENT_NS_PER_S

#define OVERLOAD_SAMPLES 5U

struct overload {
    int64_t next_ns; /* the next sample; MOMENT_NEVER_NS while nobody lags */
    int64_t sampled_ns;
    uint64_t owed;      /* at the last sample */
    uint64_t delivered; /* the room's counts, at the last sample */
    uint64_t missed;
    unsigned grown; /* samples in a row */
    bool active;
    int64_t since_ns; /* when the overload began */
    uint64_t peak;
};

void overload_init(struct overload *overload);

/* A sweep has ended. */
void overload_swept(struct room *room, const struct moment *now);

/*
 * Takes a sample if one is due, and returns when the next one is (monotonic), or MOMENT_NEVER_NS.
 */
void overload_tick(struct room *room, const struct moment *now);
int64_t overload_next_tick(const struct room *room);

/*
 * Deliveries owed: events that are released and still in the ring, summed over the lagging members.
 * Visits each of them.
 */
uint64_t overload_owed(const struct room *room);

#endif
