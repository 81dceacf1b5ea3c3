/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Datagrams of events that wait for those before them: places of fixed size in one allocation, in the order of their first events. Knows numbers of events, and neither what is in them nor why they wait.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_CLIENT_REORDER_H
#define ROOMD_CORE_SEQUENCED_CLIENT_CLIENT_REORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client_reorder;

struct client_reordered {
    uint64_t first; /* number of its first event */
    uint64_t last;
    const void *bytes; /* valid until the next put, pop or clear */
    size_t length;
};

/* `bytes` is all the memory it takes for datagrams, at least one. STATUS_NO_MEMORY, STATUS_INVALID (too little). */
int client_reorder_new(size_t bytes, struct client_reorder **ret_reorder);
void client_reorder_free(struct client_reorder *reorder);

/*
 * Keeps a copy. One that brings nothing new to what is kept is dropped. Without a free place the one that begins last is given up, be it this one: what is nearest is needed first, and the rest
 * can be had again.
 */
void client_reorder_put(struct client_reorder *reorder, const struct client_reordered *datagram);

size_t client_reorder_count(const struct client_reorder *reorder);

/* The one that is `index` in order; 0 is the lowest. */
struct client_reordered client_reorder_get(const struct client_reorder *reorder, size_t index);

/* Drops the lowest. */
void client_reorder_pop(struct client_reorder *reorder);
void client_reorder_clear(struct client_reorder *reorder);

#endif
