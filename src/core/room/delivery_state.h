/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The state of a sweep, for the files that share it: sweep.c, and the plain_delivery.c and
 * session_delivery.c of the protocols.
 */
#ifndef ROOMD_CORE_ROOM_DELIVERY_STATE_H
#define ROOMD_CORE_ROOM_DELIVERY_STATE_H

#include "core/plain_wire/bundle.h"
#include "core/room/delivery.h"
#include "core/sequenced_wire/segment.h"

/* The change of a member once a datagram of the batch is taken. */
struct pending {
    uint64_t cursor; /* its cursor then */
    uint32_t events; /* delivered by it */
    uint32_t missed;
    bool repair; /* sequenced: it was sent before, and moves no cursor */
};

/* One member's part of the batch. */
struct portion {
    /* Its cursor without any datagram: its own events are not owed. */
    uint64_t skipped;
    uint64_t next;   /* common: its cursor with all of them */
    uint32_t events; /* common: delivered by all of them */
    uint16_t first;  /* entry */
    /* Index of the first struct pending; a pattern's, if this is a copy. */
    uint16_t pending;
    uint16_t count;
    bool blocked; /* its door or its path is: nothing was tried */
    bool held;    /* its budget does not suffice: it stops lagging until it is heard */
    bool common;  /* plain, and only its cursor moves */
};

/* A portion that fits every member at the same place: nearly everybody, nearly always. */
struct pattern {
    uint64_t cursor; /* 0: this batch has none */
    uint64_t own;    /* it does not fit members that have an own event from this one on */
    uint32_t flags;  /* of the slot */
    uint16_t door;
    uint16_t first; /* entry */
    /* The protocol's fits_pattern. */
    bool (*fits)(const struct delivery *delivery, uint32_t position, const struct pattern *pattern);
    struct portion portion; /* of each of them, except for `first` */
};

struct batch {
    struct outbox_entry entries[DELIVERY_BATCH];
    struct pending pending[DELIVERY_BATCH];
    struct portion portions[DELIVERY_BATCH];
    struct pattern pattern;
    /* For dialects whose accept has {name}: filled in, by portion. */
    struct reply accepts[DELIVERY_BATCH];
    size_t entry_count;
    size_t portion_count;
};

struct delivery {
    struct delivery_wiring wiring;
    uint32_t blocked; /* one bit per door */
    bool paths_wait;  /* some slots may have SLOT_PATH_WAITS */
    struct batch batch;
    struct bundle_cache cache;
    struct segment_cache segments;
    const struct moment *now; /* of the present sweep */
    int64_t more_ns;          /* see delivery_next_tick */
};

/* The batch was sent and settled: entries of the caches may be replaced. */
void delivery_unpin(struct delivery *delivery);

/* True if the door's socket, or the path to this member, takes nothing now. */
bool delivery_is_blocked(const struct delivery *delivery, const struct path *path,
                         const struct slot *slot);

/*
 * True if the outbox has put this entry off; its door, or the path to this member, is blocked from
 * now on.
 */
bool delivery_was_put_off(struct delivery *delivery, const struct outbox_entry *entry,
                          struct slot *slot);

/*
 * Adds a datagram to the batch and to that portion. `bytes` must stay unchanged until the batch is
 * sent.
 */
void delivery_add_entry(struct batch *batch, struct portion *portion, const struct path *path,
                        const void *bytes, size_t length, const struct pending *pending);

/*
 * Counts a datagram that could not be sent, with so many events that are lost, and tells the
 * observers.
 */
void delivery_note_failure(struct delivery *delivery, struct member *member,
                           const struct path *path, uint32_t events);

#endif
