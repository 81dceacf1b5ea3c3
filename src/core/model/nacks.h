/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The events that members have asked to be sent again: for each, a set of numbers below 256, which
 * count from its position on. Which position that is, its owner knows. Most members ask for nothing
 * most of the time, or for one event: such a set is a number, and only the others take a place in a
 * pool.
 */
#ifndef ROOMD_CORE_MODEL_NACKS_H
#define ROOMD_CORE_MODEL_NACKS_H

#include <stdbool.h>
#include <stdint.h>

#define NACKS_MAX 256U

/* Sets that take a place: as many as there are repairs to all in a second. */
#define NACKS_PLACES 16384U

/* Bit n % 64 of bits[n / 64]: event position + 1 + n. Of a free place, bits[0] is the next one. */
struct nacks {
    uint64_t bits[NACKS_MAX / 64];
};

struct nacks_pool {
    struct nacks *places; /* owned; touched as they are used */
    uint32_t used;        /* that were ever in use */
    uint32_t free;        /* the first free one of them, + 1 */
};

/* STATUS_NO_MEMORY. */
int nacks_pool_init(struct nacks_pool *pool);
void nacks_pool_done(struct nacks_pool *pool);

/* A set: 0 if it is empty, NACKS_ONE and the number if there is one, otherwise its place + 1. */
#define NACKS_ONE (UINT32_C(1) << 31)

static inline bool nacks_any(uint32_t set)
{
    return set != 0;
}

/*
 * Adds a number. Those from NACKS_MAX on are ignored, and so are all if a place is needed and there
 * is none: they will be asked for again.
 */
void nacks_add(struct nacks_pool *pool, uint32_t *set, uint64_t n);

/* The lowest number from `from` on; NACKS_MAX if there is none. */
uint32_t nacks_next(const struct nacks_pool *pool, uint32_t set, uint64_t from);

/* Removes the numbers below `n`: they were sent, or are no longer needed. */
void nacks_drop_below(struct nacks_pool *pool, uint32_t *set, uint64_t n);

/* The position has risen by `count`: all numbers become smaller by that, or are removed. */
void nacks_advance(struct nacks_pool *pool, uint32_t *set, uint64_t count);

void nacks_clear(struct nacks_pool *pool, uint32_t *set);

#endif
