/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * From keys to seats. Of each key it keeps 32 bits of a hash and nothing else, so it knows neither
 * what keys are nor where: whoever looks for one compares it with those of the few seats that it is
 * told. Open addressing without tombstones (Knuth, The Art of Computer Programming, volume 3, 6.4,
 * algorithms L and R), eight bytes a place, two thirds full at most. The hash is the caller's, and
 * keyed, so that nobody can choose keys that collide. As it is kept, the table grows without
 * looking at any member.
 */
#ifndef ROOMD_CORE_MODEL_HASH_INDEX_H
#define ROOMD_CORE_MODEL_HASH_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct hash_index_place {
    uint32_t hash;
    uint32_t seat; /* + 1; 0 = nobody */
};

/* All zero is an empty one. */
struct hash_index {
    struct hash_index_place *places; /* owned */
    uint32_t capacity;               /* a power of two, or 0 */
    uint32_t count;
};

void hash_index_done(struct hash_index *index);

/* Makes room for one more. STATUS_NO_MEMORY: nothing was changed. */
int hash_index_reserve(struct hash_index *index);

/* There is room for it: hash_index_reserve has said so, or one was removed. A seat below UINT32_MAX
 * may stand there under several hashes, and several times. */
void hash_index_add(struct hash_index *index, uint32_t hash, uint32_t seat);

/* Takes out one that was added so; what was not changes nothing. */
void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t seat);

/* Where a search stands; hash_index_search begins it. Over when the index is changed. */
struct hash_index_search {
    uint32_t hash;
    uint32_t next;
};

static inline struct hash_index_search hash_index_search(uint32_t hash)
{
    return (struct hash_index_search){.hash = hash, .next = hash};
}

/* The next seat with that hash; false where there is none, and then the search is over. Here, since
 * every datagram asks. */
static inline bool hash_index_next(const struct hash_index *index, struct hash_index_search *search,
                                   uint32_t *ret_seat)
{
    const struct hash_index_place *place;

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
