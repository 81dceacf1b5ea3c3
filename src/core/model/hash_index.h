/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A map from keys to seats. It stores 32 bits of each key's hash and nothing else, so it does not
 * know the keys: a caller compares its key with those of the few seats that a search returns. Open
 * addressing without tombstones (Knuth, The Art of Computer Programming, volume 3, 6.4, algorithms
 * L and R), eight bytes per place, at most two thirds full. The caller's hash must be keyed, so
 * that nobody can choose keys that collide. Since the hashes are stored, the table grows without
 * reading any member.
 */
#ifndef ROOMD_CORE_MODEL_HASH_INDEX_H
#define ROOMD_CORE_MODEL_HASH_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct hash_index_place {
    uint32_t hash;
    uint32_t seat; /* plus 1; 0 = empty */
};

/* All zero is an empty index. */
struct hash_index {
    struct hash_index_place *places; /* owned */
    uint32_t capacity;               /* a power of two, or 0 */
    uint32_t count;
};

void hash_index_done(struct hash_index *index);

/* Reserves room for one more entry. STATUS_NO_MEMORY: nothing was changed. */
int hash_index_reserve(struct hash_index *index);

/* The same for so many entries in all. */
int hash_index_reserve_all(struct hash_index *index, uint32_t entries);

/*
 * Adds an entry; there must be room for it, from hash_index_reserve or a removal. A seat below
 * UINT32_MAX may be added under several hashes, and several times.
 */
void hash_index_add(struct hash_index *index, uint32_t hash, uint32_t seat);

/* Removes one entry of this seat and hash, if there is one. */
void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t seat);

/* The state of a search, begun by hash_index_search; invalid once the index is changed. */
struct hash_index_search {
    uint32_t hash;
    uint32_t next;
};

static inline struct hash_index_search hash_index_search(uint32_t hash)
{
    return (struct hash_index_search){.hash = hash, .next = hash};
}

/*
 * The next seat with that hash; false at the end of the search. Inline because every datagram uses
 * it.
 */
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
