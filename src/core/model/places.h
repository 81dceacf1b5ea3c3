/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Counts the members of each address and of each prefix: the /24 of IPv4 and the /56 of IPv6, which
 * are the usual allocations of one household, class room or customer.
 *
 * An open-addressing table (Knuth, The Art of Computer Programming, volume 3, 6.4, algorithms L and
 * R). It stores a keyed hash of 64 bits for each address and prefix, and not the address: among two
 * million of them, two collide once in ten million rooms.
 */
#ifndef ROOMD_CORE_MODEL_PLACES_H
#define ROOMD_CORE_MODEL_PLACES_H

#include <roomd/endpoint.h>
#include <stdint.h>

#define PLACES_KEY_BYTES 16

/* A prefix may have this many times what one of its addresses may. */
#define PLACES_PREFIX_FACTOR 4U

/* 40 bits of the hash: if two addresses among a million have the same, they share their limits. */
struct place {
    uint32_t hash;
    uint32_t more : 8;     /* bits of the hash */
    uint32_t members : 24; /* 0: empty */
};

struct places {
    uint8_t key[PLACES_KEY_BYTES];
    struct place *places; /* owned */
    uint32_t capacity;    /* a power of two, or 0 */
    uint32_t members;
};

/* `key` seeds the keyed hash. */
void places_init(struct places *places, const uint8_t key[PLACES_KEY_BYTES]);
void places_done(struct places *places);

/* Reserves room for one more member. STATUS_NO_MEMORY: nothing was changed. */
int places_reserve(struct places *places);

/* There must be room for it, from places_reserve or a removal. */
void places_add(struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
/* It was added. */
void places_remove(struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* Members at the address, and in its prefix. */
uint32_t places_at_address(const struct places *places,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES]);
uint32_t places_in_prefix(const struct places *places,
                          const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

/* The length of an address's prefix; of an IPv4 address, with the 96 bits before it. */
unsigned places_prefix_bits(const uint8_t address[ENDPOINT_ADDRESS_BYTES]);

#endif
