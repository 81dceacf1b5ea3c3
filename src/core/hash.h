/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * uthash as this program uses it: out of memory is an answer, not an exit, and the hash is keyed, so that nobody can choose names or addresses that collide.
 * Included by the files that own a table, and by nobody else.
 */
#ifndef ROOMD_CORE_HASH_H
#define ROOMD_CORE_HASH_H

#define HASH_NONFATAL_OOM 1

#include <sodium/crypto_shorthash.h>
#include <stdint.h>
#include <string.h>
#include <uthash.h>

#define HASH_KEY_BYTES crypto_shorthash_KEYBYTES

/* SipHash-2-4 (Aumasson and Bernstein, 2012), cut to the 32 bits uthash takes. */
static inline unsigned hash_keyed(const uint8_t key[HASH_KEY_BYTES], const void *bytes, size_t length)
{
    uint8_t digest[crypto_shorthash_BYTES];
    unsigned value;

    crypto_shorthash(digest, bytes, length, key);
    memcpy(&value, digest, sizeof(value));
    return value;
}

#endif
