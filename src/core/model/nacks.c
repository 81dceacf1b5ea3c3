/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A sorted list of four ranges. */
#include "core/model/nacks.h"

#include <string.h>

/* Restores a number from its low half: the one below the cursor. */
static uint64_t whole(uint32_t low, uint64_t cursor)
{
    return cursor - (uint32_t)((uint32_t)cursor - low);
}

struct range {
    uint64_t first, last;
};

static uint8_t unpack(const struct nacks *nacks, uint64_t cursor, struct range *ranges)
{
    for (uint8_t i = 0; i < nacks->count; i++)
        ranges[i] = (struct range){whole(nacks->first[i], cursor), whole(nacks->last[i], cursor)};
    return nacks->count;
}

static void pack(struct nacks *nacks, const struct range *ranges, uint8_t count)
{
    nacks->count = count < NACKS_MAX ? count : NACKS_MAX;
    for (uint8_t i = 0; i < nacks->count; i++) {
        nacks->first[i] = (uint32_t)ranges[i].first;
        nacks->last[i] = (uint32_t)ranges[i].last;
    }
}

void nacks_add(struct nacks *nacks, uint64_t cursor, uint64_t first, uint64_t last)
{
    struct range old[NACKS_MAX], ranges[NACKS_MAX + 1];
    uint8_t count = unpack(nacks, cursor, old), kept = 0, i = 0;

    for (; i < count && old[i].last + 1 < first; i++)
        ranges[kept++] = old[i];
    for (; i < count && old[i].first <= last + 1; i++) {
        first = old[i].first < first ? old[i].first : first;
        last = old[i].last > last ? old[i].last : last;
    }
    ranges[kept++] = (struct range){first, last};
    for (; i < count; i++)
        ranges[kept++] = old[i];
    pack(nacks, ranges, kept);
}

uint64_t nacks_first(const struct nacks *nacks, uint64_t cursor)
{
    return whole(nacks->first[0], cursor);
}

void nacks_drop_below(struct nacks *nacks, uint64_t cursor, uint64_t next)
{
    struct range ranges[NACKS_MAX];
    uint8_t count = unpack(nacks, cursor, ranges), dropped = 0;

    while (dropped < count && ranges[dropped].last < next)
        dropped++;
    if (dropped < count && ranges[dropped].first < next)
        ranges[dropped].first = next;
    pack(nacks, ranges + dropped, (uint8_t)(count - dropped));
}
