/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Datagrams of events that wait for those before them: places of fixed size in one allocation, in
 * the order of their first events. Knows numbers of events, and neither what is in them nor why
 * they wait.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_REORDER_H
#define ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sequenced_client_reorder_place;

/* Its fields are its own. */
struct sequenced_client_reorder {
    struct sequenced_client_reorder_place *places; /* owned */
    uint16_t *row; /* indexes of places: `count` that are taken, in order, then the free ones */
    size_t size;
    size_t count;
};

struct sequenced_client_reordered {
    uint64_t first; /* number of its first event */
    uint64_t last;
    const void *bytes; /* valid until the next put, pop or clear */
    size_t length;
};

/* `bytes` is all the memory it takes for datagrams, enough for one at least. STATUS_NO_MEMORY. */
int sequenced_client_reorder_init(struct sequenced_client_reorder *reorder, size_t bytes);
void sequenced_client_reorder_done(struct sequenced_client_reorder *reorder);

/*
 * Keeps a copy. One that brings nothing new to what is kept is dropped. Without a free place the
 * one that begins last is given up, be it this one: what is nearest is needed first, and the rest
 * can be had again.
 */
void sequenced_client_reorder_put(struct sequenced_client_reorder *reorder,
                                  const struct sequenced_client_reordered *datagram);

size_t sequenced_client_reorder_count(const struct sequenced_client_reorder *reorder);

/* The one that is `index` in order; 0 is the lowest. */
struct sequenced_client_reordered sequenced_client_reorder_get(
    const struct sequenced_client_reorder *reorder, size_t index);

/* Drops the lowest. */
void sequenced_client_reorder_pop(struct sequenced_client_reorder *reorder);
void sequenced_client_reorder_clear(struct sequenced_client_reorder *reorder);

#endif
