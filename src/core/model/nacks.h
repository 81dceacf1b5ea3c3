/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The events that a member has asked to be sent again: the four lowest ranges. Kept in 36 bytes: of
 * each number only the low half, from which the cursor restores the whole.
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

/* In each of these, `cursor` is above all ranges, by less than 2^32. */

/*
 * Adds first … last. If there are more than NACKS_MAX ranges, the highest is dropped: it will be
 * asked for again.
 */
void nacks_add(struct nacks *nacks, uint64_t cursor, uint64_t first, uint64_t last);

/* The first event to send again; only if count > 0. */
uint64_t nacks_first(const struct nacks *nacks, uint64_t cursor);

/* Removes the events below `next`: they were sent, or are no longer needed. */
void nacks_drop_below(struct nacks *nacks, uint64_t cursor, uint64_t next);

#endif
