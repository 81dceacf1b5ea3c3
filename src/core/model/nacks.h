/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The events that a member has asked to be sent again: a bit for each of the 256 after its
 * position. Which position that is, its owner knows.
 */
#ifndef ROOMD_CORE_MODEL_NACKS_H
#define ROOMD_CORE_MODEL_NACKS_H

#include <stdbool.h>
#include <stdint.h>

#define NACKS_MAX 256U

struct nacks {
    uint64_t bits[NACKS_MAX / 64]; /* bit n % 64 of bits[n / 64]: event position + 1 + n */
};

bool nacks_any(const struct nacks *nacks);

/* Adds a number; those from NACKS_MAX on are ignored, and will be asked for again. */
void nacks_add(struct nacks *nacks, uint64_t n);

/* The lowest number; only if there is any. */
unsigned nacks_first(const struct nacks *nacks);

/* Removes the numbers below `n`: they were sent, or are no longer needed. */
void nacks_drop_below(struct nacks *nacks, uint64_t n);

/* The position has risen by `count`: all numbers become smaller by that, or are removed. */
void nacks_advance(struct nacks *nacks, uint64_t count);

void nacks_clear(struct nacks *nacks);

#endif
