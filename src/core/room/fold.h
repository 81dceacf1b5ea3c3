/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Decides when committed events are released. Messages are released at once, except where datagrams
 * are lost on the way to members that are far: there those of a tenth of a round trip share a
 * datagram, since a few datagrams are repaired sooner than many. In large rooms joins
 * and exits are held back briefly so that they can be folded: delivered one by one, ten thousand in
 * a few seconds would cost a hundred million datagrams.
 *
 * After each round of delivery there is a pause, as long as the round took and at least
 * FOLD_PAUSE_NS; a join in a quiet room is not delayed. So joins and exits never take more than
 * about half of the program's time. A round in which only newcomers still wait (core/room/crowd.h)
 * holds joins and exits back for FOLD_PAUSE_MAX_NS at most.
 *
 * While the room can't keep up this holds for small rooms, too.
 */
#ifndef ROOMD_CORE_ROOM_FOLD_H
#define ROOMD_CORE_ROOM_FOLD_H

#include <roomd/event.h>
#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stdint.h>

/* In a smaller room everything is released at once: a round takes a fraction of a millisecond. */
#define FOLD_MIN_MEMBERS 256U

/*
 * Nobody notices that a join is shown this much later; two thousand joins a second then make lines
 * of forty.
 */
#define FOLD_PAUSE_NS (20 * MOMENT_NS_PER_MS)
/* An upper limit, however slow a round was. */
#define FOLD_PAUSE_MAX_NS (500 * MOMENT_NS_PER_MS)

/* Messages are held back for no longer, and not at all where it would be less than the other. */
#define FOLD_BUNDLE_MAX_NS (10 * MOMENT_NS_PER_MS)
#define FOLD_BUNDLE_MIN_NS MOMENT_NS_PER_MS

struct fold {
    uint32_t min_members; /* FOLD_MIN_MEMBERS, except in tests */
    bool has_message;     /* one is held back, until message_ns */
    int64_t message_ns;
    bool in_round;          /* released events are being delivered */
    int64_t round_ns;       /* when the round began */
    int64_t released_ns;    /* when events were released last */
    int64_t pause_until_ns; /* joins and exits are held back until then */
};

void fold_init(struct fold *fold);

/* An event of this kind was committed: releases it, or holds it back. */
void fold_event(struct room *room, const struct moment *now, enum event_kind kind);

/* Releases everything that was committed. */
void fold_flush(struct room *room, const struct moment *now);

/* A sweep has ended with this result. */
void fold_swept(struct room *room, const struct moment *now, enum sweep_result result);

/*
 * Releases what is held back if the pause is over, and returns when it will be (monotonic), or
 * MOMENT_NEVER_NS.
 */
void fold_tick(struct room *room, const struct moment *now);
int64_t fold_next_tick(const struct room *room);

#endif
