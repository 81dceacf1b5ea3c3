/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Random numbers that depend only on a seed, on every machine (splitmix64). For tests only. */
#ifndef TESTS_SUPPORT_DICE_H
#define TESTS_SUPPORT_DICE_H

#include <stdbool.h>
#include <stdint.h>

struct dice {
    uint64_t state; /* set it to the seed */
};

uint64_t dice_roll(struct dice *dice);
/* 0 … count - 1; 0 if count is 0. */
uint32_t dice_below(struct dice *dice, uint32_t count);
/* from … to, both included; `from` if `to` is not above it. */
int64_t dice_between(struct dice *dice, int64_t from, int64_t to);
/* True with this probability. */
bool dice_chance(struct dice *dice, uint32_t permille);

#endif
