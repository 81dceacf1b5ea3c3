/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The hash for keys that peers choose. It is keyed, so that nobody can choose names or addresses
 * that collide.
 */
#ifndef ROOMD_CORE_MODEL_HASH_H
#define ROOMD_CORE_MODEL_HASH_H

#include <sodium/crypto_shorthash.h>
#include <stdint.h>
#include <string.h>

#define HASH_KEY_BYTES crypto_shorthash_KEYBYTES

/* SipHash-2-4 (Aumasson and Bernstein, 2012), truncated to 32 bits. */
static inline uint32_t hash_keyed(const uint8_t key[HASH_KEY_BYTES], const void *bytes,
                                  size_t length)
{
    uint8_t digest[crypto_shorthash_BYTES];
    uint32_t value;

    crypto_shorthash(digest, bytes, length, key);
    memcpy(&value, digest, sizeof(value));
    return value;
}

#endif
