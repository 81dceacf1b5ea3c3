/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * From keys to seats. Of each key it keeps 32 bits of a hash and nothing else, so it knows neither what keys are nor where: whoever looks for one compares it with those of the few seats that it is told. Open
 * addressing without tombstones (Knuth, The Art of Computer Programming, volume 3, 6.4, algorithms L and R), eight bytes a place, two thirds full at most. The hash is the caller's, and keyed, so that nobody can choose keys that
 * collide. As it is kept, the table grows without looking at any member.
 */
#ifndef ROOMD_CORE_MODEL_HASH_INDEX_H
#define ROOMD_CORE_MODEL_HASH_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct index_place {
    uint32_t hash;
    uint32_t seat; /* + 1; 0 = nobody */
};

/* All zero is an empty one. */
struct index {
    struct index_place *places; /* owned */
    uint32_t capacity;          /* a power of two, or 0 */
    uint32_t count;
};

void index_done(struct index *index);

/* Makes room for one more. STATUS_NO_MEMORY: nothing was changed. */
int index_reserve(struct index *index);

/* There is room for it: index_reserve has said so, or one was removed. A seat below UINT32_MAX may stand there under several hashes, and several times. */
void index_add(struct index *index, uint32_t hash, uint32_t seat);

/* Takes out one that was added so; what was not changes nothing. */
void index_remove(struct index *index, uint32_t hash, uint32_t seat);

/* Where a search stands; index_search begins it. Over when the index is changed. */
struct index_search {
    uint32_t hash;
    uint32_t next;
};

static inline struct index_search index_search(uint32_t hash)
{
    return (struct index_search){.hash = hash, .next = hash};
}

/* The next seat with that hash; false where there is none, and then the search is over. Here, since every datagram asks. */
static inline bool index_next(const struct index *index, struct index_search *search, uint32_t *ret_seat)
{
    const struct index_place *place;

    if (index->capacity == 0)
        return false;
    do {
        place = &index->places[search->next++ & (index->capacity - 1)];
        if (place->seat == 0)
            return false;
    } while (place->hash != search->hash);
    *ret_seat = place->seat - 1;
    return true;
}

#endif
