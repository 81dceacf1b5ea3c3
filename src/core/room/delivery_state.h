/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a sweep is made of, for the files that share it: sweep.c, and the plain_delivery.c and
 * session_delivery.c of the protocols.
 */
#ifndef ROOMD_CORE_ROOM_DELIVERY_STATE_H
#define ROOMD_CORE_ROOM_DELIVERY_STATE_H

#include "core/plain_wire/bundle.h"
#include "core/room/delivery.h"
#include "core/sequenced_wire/segment.h"

/* What becomes of a member when one datagram of the batch is taken. */
struct pending {
    uint64_t cursor; /* where it then stands */
    uint32_t events; /* delivered by it */
    uint32_t missed;
    bool repair; /* sequenced: it was sent before, and moves no cursor */
};

/* One member's part of the batch. */
struct portion {
    uint64_t
        skipped;     /* where its cursor stands without any datagram: its own events are not owed */
    uint64_t next;   /* common: where it stands with all of them */
    uint32_t events; /* common: delivered by all of them */
    uint16_t first;  /* entry */
    uint16_t pending; /* the first of what becomes of them: a pattern's, where this is one more of
                         that */
    uint16_t count;
    bool blocked; /* its door is: nothing was tried */
    bool held; /* on probation, and has been sent all it may be sent: it leaves the window until it
                  is heard */
    bool common; /* plain, and there is nothing to it but a cursor that moves */
};

/* A portion that is the same for whoever stands at that place: nearly everybody, nearly always. */
struct pattern {
    uint64_t cursor; /* 0: there is none in this batch */
    uint32_t flags;  /* of the slot */
    uint16_t door;
    uint16_t first;         /* entry */
    struct portion portion; /* of whoever has it, too, but for its first entry */
};

struct batch {
    struct outbox_entry entries[DELIVERY_BATCH];
    struct pending pending[DELIVERY_BATCH];
    struct portion portions[DELIVERY_BATCH];
    struct pattern pattern;
    struct reply
        accepts[DELIVERY_BATCH]; /* filled in, beside turns: for dialects whose accept has {name} */
    size_t entry_count;
    size_t portion_count;
};

struct delivery {
    struct delivery_wiring wiring;
    uint32_t blocked; /* one bit a door */
    struct batch batch;
    struct bundle_cache cache;
    struct segment_cache segments;
    const struct moment *now; /* of the sweep under way */
};

/* The batch was sent and settled: what is in the caches may make place. */
void delivery_unpin(struct delivery *delivery);

/* Its socket is full. */
bool delivery_is_blocked(const struct delivery *delivery, uint16_t door);

/* Adds a datagram to the batch, as part of that portion. `bytes` stays as it is until the batch is
 * sent. */
void delivery_add_entry(struct batch *batch, struct portion *portion, const struct path *path,
                        const void *bytes, size_t length, const struct pending *pending);

/* Counts a datagram that could not be sent, and tells the observer; so many events are lost by it.
 */
void delivery_note_failure(struct delivery *delivery, struct member *member,
                           const struct path *path, uint32_t events);

#endif
