/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Places that never move, and an array of their indexes in order. A window is a few hundred
 * datagrams, so moving parts of the array is fast enough, and no tree is needed.
 */
#include "core/sequenced_client/sequenced_client_reorder.h"

#include "core/sequenced_wire/sequenced.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct sequenced_client_reorder_place {
    uint64_t first;
    uint64_t last;
    uint16_t length;
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
};

int sequenced_client_reorder_init(struct sequenced_client_reorder *reorder, size_t bytes)
{
    size_t each = sizeof(*reorder->places) + sizeof(*reorder->row), size = bytes / each;

    if (size > UINT16_MAX)
        size = UINT16_MAX;
    reorder->places = malloc(size * each);
    if (reorder->places == NULL)
        return STATUS_NO_MEMORY;
    reorder->row = (uint16_t *)(void *)(reorder->places + size);
    reorder->size = size;
    reorder->count = 0;
    for (size_t i = 0; i < size; i++)
        reorder->row[i] = (uint16_t)i;
    return STATUS_OK;
}

void sequenced_client_reorder_done(struct sequenced_client_reorder *reorder)
{
    free(reorder->places);
}

static struct sequenced_client_reorder_place *place_at(
    const struct sequenced_client_reorder *reorder, size_t index)
{
    return &reorder->places[reorder->row[index]];
}

/* The index of the first datagram that begins at `first` or later. */
static size_t find_index(const struct sequenced_client_reorder *reorder, uint64_t first)
{
    size_t low = 0, high = reorder->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (place_at(reorder, middle)->first < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/*
 * Datagrams of one server overlap only if they are the same, so only its neighbours can contain it.
 */
static bool is_held(const struct sequenced_client_reorder *reorder, size_t index,
                    const struct sequenced_client_reordered *datagram)
{
    for (size_t i = index > 0 ? index - 1 : 0; i <= index && i < reorder->count; i++) {
        const struct sequenced_client_reorder_place *place = place_at(reorder, i);

        if (place->first <= datagram->first && place->last >= datagram->last)
            return true;
    }
    return false;
}

void sequenced_client_reorder_put(struct sequenced_client_reorder *reorder,
                                  const struct sequenced_client_reordered *datagram)
{
    size_t index = find_index(reorder, datagram->first);
    struct sequenced_client_reorder_place *place;
    uint16_t taken;

    if (datagram->length > SEQUENCED_DATAGRAM_MAX_BYTES || is_held(reorder, index, datagram))
        return;
    if (reorder->count == reorder->size) {
        if (index == reorder->count)
            return;
        reorder->count--;
    }
    taken = reorder->row[reorder->count];
    memmove(reorder->row + index + 1, reorder->row + index,
            (reorder->count - index) * sizeof(*reorder->row));
    reorder->row[index] = taken;
    reorder->count++;
    place = &reorder->places[taken];
    place->first = datagram->first;
    place->last = datagram->last;
    place->length = (uint16_t)datagram->length;
    memcpy(place->bytes, datagram->bytes, datagram->length);
}

size_t sequenced_client_reorder_count(const struct sequenced_client_reorder *reorder)
{
    return reorder->count;
}

struct sequenced_client_reordered sequenced_client_reorder_get(
    const struct sequenced_client_reorder *reorder, size_t index)
{
    const struct sequenced_client_reorder_place *place = place_at(reorder, index);

    return (struct sequenced_client_reordered){place->first, place->last, place->bytes,
                                               place->length};
}

void sequenced_client_reorder_drop_beyond(struct sequenced_client_reorder *reorder, uint64_t last)
{
    size_t kept = 0;

    for (size_t i = 0; i < reorder->count; i++) {
        uint16_t place = reorder->row[i];

        if (reorder->places[place].last > last)
            continue;
        reorder->row[i] = reorder->row[kept];
        reorder->row[kept++] = place;
    }
    reorder->count = kept;
}

void sequenced_client_reorder_pop(struct sequenced_client_reorder *reorder)
{
    uint16_t freed = reorder->row[0];

    memmove(reorder->row, reorder->row + 1, (reorder->count - 1) * sizeof(*reorder->row));
    reorder->count--;
    reorder->row[reorder->count] = freed;
}

void sequenced_client_reorder_clear(struct sequenced_client_reorder *reorder)
{
    reorder->count = 0;
}
