/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The reorder buffer: EVENTS datagrams that wait for those before them, in places of fixed size in
 * one allocation, sorted by their first events. Knows numbers of events, but not what they hold or
 * why they wait.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_REORDER_H
#define ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sequenced_client_reorder_place;

/* Its fields are private. */
struct sequenced_client_reorder {
    struct sequenced_client_reorder_place *places; /* owned */
    /* Indexes of places: `count` used ones in order, then the free ones. */
    uint16_t *row;
    size_t size;
    size_t count;
};

struct sequenced_client_reordered {
    uint64_t first; /* number of its first event */
    uint64_t last;
    const void *bytes; /* valid until the next put, pop or clear */
    size_t length;
};

/* `bytes` is the memory to allocate, enough for at least one datagram. STATUS_NO_MEMORY. */
int sequenced_client_reorder_init(struct sequenced_client_reorder *reorder, size_t bytes);
void sequenced_client_reorder_done(struct sequenced_client_reorder *reorder);

/*
 * Stores a copy. A datagram without new events is dropped. If no place is free, the datagram that
 * begins last is dropped, even if it is this one: the nearest is needed first, and the rest can be
 * requested again.
 */
void sequenced_client_reorder_put(struct sequenced_client_reorder *reorder,
                                  const struct sequenced_client_reordered *datagram);

size_t sequenced_client_reorder_count(const struct sequenced_client_reorder *reorder);

/* The datagram at `index` in order; 0 is the lowest. */
struct sequenced_client_reordered sequenced_client_reorder_get(
    const struct sequenced_client_reorder *reorder, size_t index);

/* Drops the datagrams with an event above `last`. */
void sequenced_client_reorder_drop_beyond(struct sequenced_client_reorder *reorder, uint64_t last);

/* Drops the lowest. */
void sequenced_client_reorder_pop(struct sequenced_client_reorder *reorder);
void sequenced_client_reorder_clear(struct sequenced_client_reorder *reorder);

#endif
