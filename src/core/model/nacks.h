/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a member has asked to be sent again: at most four ranges of events, the lowest. Kept in 36
 * bytes: of each number the low half, which the cursor beyond them makes whole.
 */
#ifndef ROOMD_CORE_MODEL_NACKS_H
#define ROOMD_CORE_MODEL_NACKS_H

#include <stdbool.h>
#include <stdint.h>

#define NACKS_MAX 4

struct nacks {
    uint32_t first[NACKS_MAX]; /* rising; ranges neither overlap nor touch */
    uint32_t last[NACKS_MAX];
    uint8_t count;
};

/* `cursor` is beyond all ranges in each of these, by less than 2^32. */

/* Adds first … last. What has no place any more, the highest, is dropped: it will be asked for
 * again. */
void nacks_add(struct nacks *nacks, uint64_t cursor, uint64_t first, uint64_t last);

/* The first event to be sent again; only where count > 0. */
uint64_t nacks_first(const struct nacks *nacks, uint64_t cursor);

/* Events below `next` were sent, or are wanted no more. */
void nacks_drop_below(struct nacks *nacks, uint64_t cursor, uint64_t next);

#endif
