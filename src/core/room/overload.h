/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Whether more comes into the room than goes out. While anybody is behind, once a second: how many
 * deliveries are owed, and how many have left since. Nobody is slowed down or refused for it; it is
 * for the administrator to know.
 *
 * Overload begins when what is owed has grown in OVERLOAD_LOOKS looks in a row and is more than
 * what leaves in a second: a burst that is being worked off shrinks before that. It ends when
 * nobody is behind, or when what is owed leaves in half a second.
 */
#ifndef ROOMD_CORE_ROOM_OVERLOAD_H
#define ROOMD_CORE_ROOM_OVERLOAD_H

#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* A look takes some ten microseconds for ten thousand members. */
#define OVERLOAD_INTERVAL_NS MOMENT_NS_PER_S

#define OVERLOAD_LOOKS 5U

struct overload {
    int64_t next_ns; /* the next look; MOMENT_NEVER_NS while nobody is behind */
    int64_t looked_ns;
    uint64_t owed;      /* at the last look */
    uint64_t delivered; /* the room's counts, at the last look */
    uint64_t missed;
    unsigned grown; /* looks in a row */
    bool active;
    int64_t since_ns; /* of what is active */
    uint64_t peak;
};

void overload_init(struct overload *overload);

/* A sweep has ended. */
void overload_swept(struct room *room, const struct moment *now);

/* Looks, where that is due, and tells when it will be (monotonic), or MOMENT_NEVER_NS. */
void overload_tick(struct room *room, const struct moment *now);
int64_t overload_next_tick(const struct room *room);

/* Deliveries owed: events that are released and still in the ring, summed over the members that
 * wait for them. Looks at each member that is behind. */
uint64_t overload_owed(const struct room *room);

#endif
