/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table: the low bits of a hash choose a place, and the next empty one is taken. */
#include "core/model/hash_index.h"

#include <roomd/status.h>
#include <stdlib.h>

#define HASH_INDEX_FIRST_CAPACITY 64U

void hash_index_done(struct hash_index *index)
{
    free(index->places);
}

static void put(struct hash_index *index, struct hash_index_place entry)
{
    uint32_t mask = index->capacity - 1, place = entry.hash & mask;

    while (index->places[place].seat != 0)
        place = (place + 1) & mask;
    index->places[place] = entry;
}

int hash_index_reserve(struct hash_index *index)
{
    return hash_index_reserve_all(index, index->count + 1);
}

int hash_index_reserve_all(struct hash_index *index, uint32_t entries)
{
    struct hash_index grown = *index;

    if (grown.capacity == 0)
        grown.capacity = HASH_INDEX_FIRST_CAPACITY;
    /* Fuller, an unsuccessful search takes more than a cache line. */
    while (entries > grown.capacity / 3 * 2)
        grown.capacity *= 2;
    if (grown.capacity == index->capacity)
        return STATUS_OK;
    grown.places = calloc(grown.capacity, sizeof(*grown.places));
    if (grown.places == NULL)
        return STATUS_NO_MEMORY;
    for (uint32_t place = 0; place < index->capacity; place++) {
        if (index->places[place].seat != 0)
            put(&grown, index->places[place]);
    }
    free(index->places);
    *index = grown;
    return STATUS_OK;
}

void hash_index_add(struct hash_index *index, uint32_t hash, uint32_t seat)
{
    put(index, (struct hash_index_place){.hash = hash, .seat = seat + 1});
    index->count++;
}

/* Moves up the entries that are behind the empty place only because it was taken. */
static void close_gap(struct hash_index *index, uint32_t empty)
{
    uint32_t mask = index->capacity - 1;

    for (uint32_t place = (empty + 1) & mask; index->places[place].seat != 0;
         place = (place + 1) & mask) {
        uint32_t wanted = index->places[place].hash & mask;

        if (((place - wanted) & mask) < ((place - empty) & mask))
            continue;
        index->places[empty] = index->places[place];
        index->places[place].seat = 0;
        empty = place;
    }
}

void hash_index_remove(struct hash_index *index, uint32_t hash, uint32_t seat)
{
    struct hash_index_search search = hash_index_search(hash);
    uint32_t found, place;

    do {
        if (!hash_index_next(index, &search, &found))
            return;
    } while (found != seat);
    place = (search.next - 1) & (index->capacity - 1);
    index->places[place].seat = 0;
    index->count--;
    close_gap(index, place);
}
