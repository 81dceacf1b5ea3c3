/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Sets of small numbers in four words each, in an array with a list of its free places. */
#include "core/model/nacks.h"

#include <roomd/status.h>
#include <stdlib.h>

#define WORDS (NACKS_MAX / 64)

int nacks_pool_init(struct nacks_pool *pool)
{
    *pool = (struct nacks_pool){.places = malloc(NACKS_PLACES * sizeof(*pool->places))};
    return pool->places != NULL ? STATUS_OK : STATUS_NO_MEMORY;
}

void nacks_pool_done(struct nacks_pool *pool)
{
    free(pool->places);
}

static bool is_one(uint32_t set)
{
    return (set & NACKS_ONE) != 0;
}

static struct nacks *place_of(const struct nacks_pool *pool, uint32_t set)
{
    return &pool->places[set - 1];
}

static void put(struct nacks *nacks, uint64_t n)
{
    nacks->bits[n / 64] |= UINT64_C(1) << n % 64;
}

/* Moves a set of one number to a place, if there is one. */
static void take_place(struct nacks_pool *pool, uint32_t *set)
{
    uint32_t one = *set & ~NACKS_ONE;
    struct nacks *nacks;

    if (pool->free == 0 && pool->used == NACKS_PLACES)
        return;
    *set = pool->free != 0 ? pool->free : ++pool->used;
    nacks = place_of(pool, *set);
    if (pool->free != 0)
        pool->free = (uint32_t)nacks->bits[0];
    *nacks = (struct nacks){{0}};
    put(nacks, one);
}

void nacks_clear(struct nacks_pool *pool, uint32_t *set)
{
    if (*set != 0 && !is_one(*set)) {
        place_of(pool, *set)->bits[0] = pool->free;
        pool->free = *set;
    }
    *set = 0;
}

void nacks_add(struct nacks_pool *pool, uint32_t *set, uint64_t n)
{
    if (n >= NACKS_MAX)
        return;
    if (*set == 0 || *set == (NACKS_ONE | n)) {
        *set = NACKS_ONE | (uint32_t)n;
        return;
    }
    if (is_one(*set))
        take_place(pool, set);
    if (!is_one(*set))
        put(place_of(pool, *set), n);
}

uint32_t nacks_next(const struct nacks_pool *pool, uint32_t set, uint64_t from)
{
    if (is_one(set))
        return (set & ~NACKS_ONE) >= from ? set & ~NACKS_ONE : NACKS_MAX;
    for (uint64_t word = from / 64; set != 0 && word < WORDS; word++) {
        uint64_t bits = place_of(pool, set)->bits[word];

        if (word == from / 64)
            bits &= UINT64_MAX << from % 64;
        if (bits != 0)
            return (uint32_t)word * 64 + (uint32_t)__builtin_ctzll(bits);
    }
    return NACKS_MAX;
}

static void drop_below(struct nacks *nacks, uint64_t n)
{
    for (uint64_t word = 0; word < WORDS && word * 64 < n; word++)
        nacks->bits[word] &= n - word * 64 < 64 ? UINT64_MAX << (n - word * 64) : 0;
}

void nacks_drop_below(struct nacks_pool *pool, uint32_t *set, uint64_t n)
{
    if (*set != 0 && !is_one(*set))
        drop_below(place_of(pool, *set), n);
    if (nacks_next(pool, *set, n) == NACKS_MAX)
        nacks_clear(pool, set);
}

static uint64_t word_at(const struct nacks *nacks, uint64_t word)
{
    return word < WORDS ? nacks->bits[word] : 0;
}

static void advance(struct nacks *nacks, uint64_t count)
{
    uint64_t words = count / 64, bits = count % 64;

    for (uint64_t word = 0; word < WORDS; word++) {
        uint64_t low = word_at(nacks, word + words) >> bits;

        nacks->bits[word] = bits == 0 ? low : low | word_at(nacks, word + words + 1) << (64 - bits);
    }
}

void nacks_advance(struct nacks_pool *pool, uint32_t *set, uint64_t count)
{
    if (*set == 0)
        return;
    if (nacks_next(pool, *set, count) == NACKS_MAX)
        nacks_clear(pool, set);
    else if (is_one(*set))
        *set -= (uint32_t)count;
    else
        advance(place_of(pool, *set), count);
}
