/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * When members may see what was appended. What somebody says is released at once. Joins and exits
 * in a large room wait for company, for a moment: delivered one by one, ten thousand that come in a
 * few seconds would cost a hundred million datagrams; those that come together are folded into a
 * line.
 *
 * After each round of delivery there is a pause, as long as the round took and at least
 * FOLD_PAUSE_NS; a join in a quiet room meets none. So joins and exits never take more than about
 * half of the program's time.
 */
#ifndef ROOMD_CORE_ROOM_FOLD_H
#define ROOMD_CORE_ROOM_FOLD_H

#include <roomd/event.h>
#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* A smaller room is told of everything at once: a round over it takes a fraction of a millisecond.
 */
#define FOLD_CROWD_MEMBERS 256U

/* Nobody sees that a join was shown so much later; two thousand joins a second then make lines of
 * forty. */
#define FOLD_PAUSE_NS (20 * MOMENT_NS_PER_MS)
/* However slow a round was. */
#define FOLD_PAUSE_MAX_NS (500 * MOMENT_NS_PER_MS)

struct fold {
    uint32_t crowd;         /* FOLD_CROWD_MEMBERS, but in tests */
    bool in_round;          /* what was released is being delivered */
    int64_t round_ns;       /* since when */
    int64_t pause_until_ns; /* what can wait, does */
};

void fold_init(struct fold *fold);

/* An event of this kind was appended. */
void fold_event(struct room *room, const struct moment *now, enum event_kind kind);

/* Nothing that was appended waits any longer. */
void fold_flush(struct room *room, const struct moment *now);

/* A sweep has ended like that. */
void fold_swept(struct room *room, const struct moment *now, enum sweep_result result);

/* Ends the pause where it is over, and tells when it will be (monotonic), or MOMENT_NEVER_NS. */
void fold_tick(struct room *room, const struct moment *now);
int64_t fold_next_tick(const struct room *room);

#endif
