/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table: each member has two entries, of its address and of its prefix. */
#include "core/model/places.h"

#include "core/model/hash.h"

#include <roomd/status.h>
#include <stdlib.h>

#define PLACES_FIRST_CAPACITY 64U
#define ENTRIES_PER_MEMBER    2U

#define PREFIX_BITS_IPV4 (96U + 24U)
#define PREFIX_BITS_IPV6 56U

/* What is hashed: the bytes of the address or prefix, and which of the two it is. */
struct key {
    uint8_t bytes[ENDPOINT_ADDRESS_BYTES];
    uint8_t is_prefix;
};

void places_init(struct places *places, const uint8_t key[PLACES_KEY_BYTES])
{
    _Static_assert(PLACES_KEY_BYTES == HASH_KEY_BYTES, "the contract's key is SipHash's");
    *places = (struct places){.places = NULL};
    memcpy(places->key, key, sizeof(places->key));
}

void places_done(struct places *places)
{
    free(places->places);
}

unsigned places_prefix_bits(const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return endpoint_address_is_ipv4(address) ? PREFIX_BITS_IPV4 : PREFIX_BITS_IPV6;
}

static struct place place_of(const struct places *places,
                             const uint8_t address[ENDPOINT_ADDRESS_BYTES], bool is_prefix)
{
    struct key key = {.is_prefix = is_prefix ? 1 : 0};
    size_t length = is_prefix ? places_prefix_bits(address) / 8 : ENDPOINT_ADDRESS_BYTES;
    uint32_t hash[2];

    _Static_assert(PREFIX_BITS_IPV4 % 8 == 0 && PREFIX_BITS_IPV6 % 8 == 0, "whole bytes");
    _Static_assert(sizeof(hash) == crypto_shorthash_BYTES, "SipHash's output");
    memcpy(key.bytes, address, length);
    crypto_shorthash((uint8_t *)hash, (const uint8_t *)&key, sizeof(key), places->key);
    return (struct place){.hash = hash[0], .more = hash[1] & 0xffU, .members = 1};
}

static bool is_same(const struct place *a, const struct place *b)
{
    return a->hash == b->hash && a->more == b->more;
}

/* Its place, or the empty one where it belongs. The table is never full. */
static struct place *find(const struct places *places, const struct place *wanted)
{
    uint32_t mask = places->capacity - 1, at = wanted->hash & mask;

    while (places->places[at].members != 0 && !is_same(&places->places[at], wanted))
        at = (at + 1) & mask;
    return &places->places[at];
}

int places_reserve(struct places *places)
{
    struct places grown = *places;

    /* Two thirds full at most, if each member had an address and a prefix of its own. */
    if ((places->members + 1) * ENTRIES_PER_MEMBER <= places->capacity / 3 * 2)
        return STATUS_OK;
    grown.capacity = places->capacity == 0 ? PLACES_FIRST_CAPACITY : places->capacity * 2;
    grown.places = calloc(grown.capacity, sizeof(*grown.places));
    if (grown.places == NULL)
        return STATUS_NO_MEMORY;
    for (uint32_t at = 0; at < places->capacity; at++) {
        if (places->places[at].members != 0)
            *find(&grown, &places->places[at]) = places->places[at];
    }
    free(places->places);
    *places = grown;
    return STATUS_OK;
}

static void add(struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                bool is_prefix)
{
    struct place one = place_of(places, address, is_prefix);
    struct place *place = find(places, &one);

    one.members = (place->members + 1U) & 0xffffffU;
    *place = one;
}

void places_add(struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    places->members++;
    add(places, address, false);
    add(places, address, true);
}

/* Moves up the entries that are behind the empty place only because it was taken. */
static void close_gap(struct places *places, uint32_t empty)
{
    uint32_t mask = places->capacity - 1;

    for (uint32_t at = (empty + 1) & mask; places->places[at].members != 0; at = (at + 1) & mask) {
        uint32_t wanted = places->places[at].hash & mask;

        if (((at - wanted) & mask) < ((at - empty) & mask))
            continue;
        places->places[empty] = places->places[at];
        places->places[at].members = 0;
        empty = at;
    }
}

static void subtract(struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                     bool is_prefix)
{
    struct place one = place_of(places, address, is_prefix);
    struct place *place = find(places, &one);

    place->members = (place->members - 1U) & 0xffffffU;
    if (place->members == 0)
        close_gap(places, (uint32_t)(place - places->places));
}

void places_remove(struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    places->members--;
    subtract(places, address, false);
    subtract(places, address, true);
}

static uint32_t count(const struct places *places, const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                      bool is_prefix)
{
    struct place one = place_of(places, address, is_prefix);

    return places->capacity == 0 ? 0 : find(places, &one)->members;
}

uint32_t places_at_address(const struct places *places,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return count(places, address, false);
}

uint32_t places_in_prefix(const struct places *places,
                          const uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    return count(places, address, true);
}
