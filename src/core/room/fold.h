/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * When members may see what was appended. What somebody says is released at once. Joins and exits in a large room wait for company, for a moment: delivered one by one, ten thousand
 * that come in a few seconds would cost a hundred million datagrams; those that come together are folded into a line.
 *
 * After each round of delivery there is a pause, as long as the round took and at least RELEASE_PAUSE_NS; a join in a quiet room meets none. So joins and exits never take more than about half of the program's time.
 */
#ifndef ROOMD_CORE_ROOM_FOLD_H
#define ROOMD_CORE_ROOM_FOLD_H

#include <roomd/event.h>
#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* A smaller room is told of everything at once: a round over it takes a fraction of a millisecond. */
#define RELEASE_CROWD_MEMBERS 256U

/* Nobody sees that a join was shown so much later; two thousand joins a second then make lines of forty. */
#define RELEASE_PAUSE_NS (20 * MOMENT_NS_PER_MS)
/* However slow a round was. */
#define RELEASE_PAUSE_MAX_NS (500 * MOMENT_NS_PER_MS)

struct release {
    uint32_t crowd;         /* RELEASE_CROWD_MEMBERS, but in tests */
    bool in_round;          /* what was released is being delivered */
    int64_t round_ns;       /* since when */
    int64_t pause_until_ns; /* what can wait, does */
};

void release_init(struct release *release);

/* An event of this kind was appended. */
void release_event(struct room *room, const struct moment *now, enum event_kind kind);

/* Nothing that was appended waits any longer. */
void release_all(struct room *room, const struct moment *now);

/* A sweep has ended like that. */
void release_swept(struct room *room, const struct moment *now, enum sweep_result result);

/* Ends the pause where it is over, and tells when it will be (monotonic), or MOMENT_NEVER_NS. */
void release_tick(struct room *room, const struct moment *now);
int64_t release_next_tick(const struct room *room);

#endif
