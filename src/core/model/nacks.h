/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a member has asked to be sent again: at most four ranges of events, the lowest. Kept in 36 bytes: of each number the low half, which the cursor beyond them makes whole.
 */
#ifndef ROOMD_CORE_MODEL_NACKS_H
#define ROOMD_CORE_MODEL_NACKS_H

#include <stdbool.h>
#include <stdint.h>

#define REPAIRS_MAX 4

struct repairs {
    uint32_t first[REPAIRS_MAX]; /* rising; ranges neither overlap nor touch */
    uint32_t last[REPAIRS_MAX];
    uint8_t count;
};

/* `cursor` is beyond all ranges in each of these, by less than 2^32. */

/* Adds first … last. What has no place any more, the highest, is dropped: it will be asked for again. */
void repairs_add(struct repairs *repairs, uint64_t cursor, uint64_t first, uint64_t last);

/* The first event to be sent again; only where count > 0. */
uint64_t repairs_first(const struct repairs *repairs, uint64_t cursor);

/* Events below `next` were sent, or are wanted no more. */
void repairs_drop_below(struct repairs *repairs, uint64_t cursor, uint64_t next);

#endif
