/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Pseudo-random numbers from a seed, for clients: the same seed makes the same client. */
#ifndef ROOMD_CORE_CLIENT_PRNG_H
#define ROOMD_CORE_CLIENT_PRNG_H

#include <roomd/client.h>
#include <stdint.h>

struct prng {
    uint8_t seed[CLIENT_SEED_BYTES];
    uint64_t drawn; /* how many numbers have been drawn */
};

/* The next number. */
uint64_t prng_next(struct prng *prng);

/* `wait_ns`, less a random part of up to a fifth. */
int64_t prng_jitter(struct prng *prng, int64_t wait_ns);

#endif
