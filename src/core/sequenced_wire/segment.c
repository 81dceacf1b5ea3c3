/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Cutting the transcript into datagrams, and the cache that shares them. */
#include "core/sequenced_wire/segment.h"

#include <roomd/status.h>
#include <string.h>

/* More than any datagram holds: an event takes three bytes at least. */
#define EVENTS_MAX (SEQUENCED_DATAGRAM_MAX_BYTES / 3U)

_Static_assert(SEGMENT_PLACES <= 64, "a bit for each");

/*
 * Where the datagram of an event begins. Without a boundary near it nobody was sent it so far, or
 * only in a datagram whose beginning is forgotten: then it begins right there.
 */
static uint64_t beginning(struct transcript *transcript, uint64_t seq)
{
    uint64_t oldest = transcript_oldest(transcript);
    uint64_t lowest = seq > EVENTS_MAX + oldest ? seq - EVENTS_MAX : oldest;
    uint64_t first = seq;

    while (first > lowest && !transcript_is_boundary(transcript, first))
        first--;
    if (transcript_is_boundary(transcript, first))
        return first;
    transcript_set_boundary(transcript, seq);
    return seq;
}

/* What has no bytes of its own (a number beyond what the protocol can tell) is still to have its
 * number. */
static int add(struct sequenced_bundle *bundle, const struct event *event)
{
    struct event nothing = {
        .kind = EVENT_NOTICE, .seq = event->seq, .wall_ns = event->wall_ns, .name = "", .text = ""};
    int status = sequenced_events_add(bundle, event, event->said);

    return status == STATUS_INVALID ? sequenced_events_add(bundle, &nothing, 0) : status;
}

static void fill(struct segment *cut, struct transcript *transcript, uint64_t epoch, uint64_t first)
{
    uint64_t released = transcript_released(transcript), next = first;
    struct sequenced_bundle bundle;
    struct event event;

    sequenced_events_begin(&bundle, cut->bytes, sizeof(cut->bytes), epoch);
    while (next <= released && (next == first || !transcript_is_boundary(transcript, next)) &&
           transcript_get(transcript, next, &event) && add(&bundle, &event) == 0)
        next++;
    transcript_set_boundary(transcript, next);
    cut->first = first;
    cut->next = next;
    cut->length = (uint16_t)sequenced_events_length(&bundle);
    memset(cut->bytes + cut->length, 0, sizeof(cut->bytes) - cut->length);
}

const struct segment *segment_get(struct segment_cache *cache, struct transcript *transcript,
                                  uint64_t epoch, uint64_t seq)
{
    uint64_t first = beginning(transcript, seq);

    for (;;) {
        size_t place = first % SEGMENT_PLACES;
        struct segment *cut = &cache->places[place];

        if (cut->first != first) {
            if ((cache->pinned >> place & 1) != 0)
                return NULL;
            fill(cut, transcript, epoch, first);
        }
        if (cut->next > seq) {
            cache->pinned |= UINT64_C(1) << place;
            return cut;
        }
        first = cut->next;
    }
}

void segment_unpin(struct segment_cache *cache)
{
    cache->pinned = 0;
}

void segment_forget(struct segment_cache *cache)
{
    for (size_t place = 0; place < SEGMENT_PLACES; place++)
        cache->places[place].first = 0;
}
