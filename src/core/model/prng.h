/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Random numbers that follow from a seed, for the machines of clients: the same seed makes the same client.
 */
#ifndef ROOMD_CORE_MODEL_PRNG_H
#define ROOMD_CORE_MODEL_PRNG_H

#include <roomd/client.h>
#include <stdint.h>

/* The n-th number of that seed. */
uint64_t prng_number(const uint8_t seed[CLIENT_SEED_BYTES], uint64_t n);

/* `wait_ns`, less a part of up to a fifth that the number decides on. */
int64_t prng_jitter(uint64_t number, int64_t wait_ns);

#endif
