/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A set of small numbers in four words. */
#include "core/model/nacks.h"

#define WORDS (NACKS_MAX / 64)

bool nacks_any(const struct nacks *nacks)
{
    return (nacks->bits[0] | nacks->bits[1] | nacks->bits[2] | nacks->bits[3]) != 0;
}

void nacks_add(struct nacks *nacks, uint64_t n)
{
    if (n < NACKS_MAX)
        nacks->bits[n / 64] |= UINT64_C(1) << n % 64;
}

unsigned nacks_first(const struct nacks *nacks)
{
    unsigned word = 0;

    while (word < WORDS - 1 && nacks->bits[word] == 0)
        word++;
    return word * 64 + (unsigned)__builtin_ctzll(nacks->bits[word]);
}

void nacks_drop_below(struct nacks *nacks, uint64_t n)
{
    for (uint64_t word = 0; word < WORDS && word * 64 < n; word++)
        nacks->bits[word] &= n - word * 64 < 64 ? UINT64_MAX << (n - word * 64) : 0;
}

static uint64_t word_at(const struct nacks *nacks, uint64_t word)
{
    return word < WORDS ? nacks->bits[word] : 0;
}

void nacks_advance(struct nacks *nacks, uint64_t count)
{
    uint64_t words = count / 64, bits = count % 64;

    for (uint64_t word = 0; word < WORDS; word++) {
        uint64_t low = word_at(nacks, word + words) >> bits;

        nacks->bits[word] = bits == 0 ? low : low | word_at(nacks, word + words + 1) << (64 - bits);
    }
}

void nacks_clear(struct nacks *nacks)
{
    *nacks = (struct nacks){{0}};
}
