/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Places that never move, and a row of their indexes in order: a window is a few hundred, so the row is moved rather than a tree kept. */
#include "core/sequenced_client/client_reorder.h"

#include "core/sequenced_wire/sequenced.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct place {
    uint64_t first;
    uint64_t last;
    uint16_t length;
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
};

struct client_store {
    struct place *places;
    uint16_t *row; /* indexes of places: `count` that are taken, in order, then the free ones */
    size_t size;
    size_t count;
};

int client_store_new(size_t bytes, struct client_store **ret_store)
{
    size_t size = bytes / (sizeof(struct place) + sizeof(uint16_t));
    struct client_store *store;

    if (size < 1)
        return STATUS_INVALID;
    if (size > UINT16_MAX)
        size = UINT16_MAX;
    store = calloc(1, sizeof(*store));
    if (store == NULL)
        return STATUS_NO_MEMORY;
    store->places = malloc(size * (sizeof(struct place) + sizeof(uint16_t)));
    if (store->places == NULL) {
        free(store);
        return STATUS_NO_MEMORY;
    }
    store->row = (uint16_t *)(void *)(store->places + size);
    store->size = size;
    for (size_t i = 0; i < size; i++)
        store->row[i] = (uint16_t)i;
    *ret_store = store;
    return STATUS_OK;
}

void client_store_free(struct client_store *store)
{
    if (store == NULL)
        return;
    free(store->places);
    free(store);
}

static struct place *place_at(const struct client_store *store, size_t index)
{
    return &store->places[store->row[index]];
}

/* The first in the row that begins behind `first`, or with it and is not shorter. */
static size_t find_index(const struct client_store *store, uint64_t first)
{
    size_t low = 0, high = store->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (place_at(store, middle)->first < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Datagrams of one server do not overlap but where they are the same, so its neighbours are all that can hold it. */
static bool is_held(const struct client_store *store, size_t index, const struct client_stored *datagram)
{
    for (size_t i = index > 0 ? index - 1 : 0; i <= index && i < store->count; i++) {
        const struct place *place = place_at(store, i);

        if (place->first <= datagram->first && place->last >= datagram->last)
            return true;
    }
    return false;
}

void client_store_put(struct client_store *store, const struct client_stored *datagram)
{
    size_t index = find_index(store, datagram->first);
    struct place *place;
    uint16_t taken;

    if (datagram->length > SEQUENCED_DATAGRAM_MAX_BYTES || is_held(store, index, datagram))
        return;
    if (store->count == store->size) {
        if (index == store->count)
            return;
        store->count--;
    }
    taken = store->row[store->count];
    memmove(store->row + index + 1, store->row + index, (store->count - index) * sizeof(*store->row));
    store->row[index] = taken;
    store->count++;
    place = &store->places[taken];
    place->first = datagram->first;
    place->last = datagram->last;
    place->length = (uint16_t)datagram->length;
    memcpy(place->bytes, datagram->bytes, datagram->length);
}

size_t client_store_count(const struct client_store *store)
{
    return store->count;
}

struct client_stored client_store_get(const struct client_store *store, size_t index)
{
    const struct place *place = place_at(store, index);

    return (struct client_stored){place->first, place->last, place->bytes, place->length};
}

void client_store_pop(struct client_store *store)
{
    uint16_t freed = store->row[0];

    memmove(store->row, store->row + 1, (store->count - 1) * sizeof(*store->row));
    store->count--;
    store->row[store->count] = freed;
}

void client_store_clear(struct client_store *store)
{
    store->count = 0;
}
