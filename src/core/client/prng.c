/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A keyed hash of a counter: half of the seed is the key, the rest is hashed with the counter. */
#include "core/client/prng.h"

#include "core/model/hash.h"

#include <string.h>

uint64_t prng_next(struct prng *prng)
{
    uint8_t digest[crypto_shorthash_BYTES];
    struct {
        uint8_t seed[CLIENT_SEED_BYTES - HASH_KEY_BYTES];
        uint64_t n;
    } input;
    uint64_t value;

    memset(&input, 0, sizeof(input));
    memcpy(input.seed, prng->seed + HASH_KEY_BYTES, sizeof(input.seed));
    input.n = ++prng->drawn;
    crypto_shorthash(digest, (const uint8_t *)&input, sizeof(input), prng->seed);
    memcpy(&value, digest, sizeof(value));
    return value;
}

int64_t prng_jitter(struct prng *prng, int64_t wait_ns)
{
    return wait_ns - (int64_t)(prng_next(prng) % ((uint64_t)wait_ns / 5 + 1));
}
