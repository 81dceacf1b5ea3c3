/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Divides the transcript into datagrams, and owns the cache that shares them. */
#include "core/sequenced_wire/segment.h"

#include <roomd/status.h>
#include <string.h>

/* More than any datagram holds: an event takes at least three bytes. */
#define EVENTS_MAX (SEQUENCED_DATAGRAM_MAX_BYTES / 3U)

_Static_assert(SEGMENT_PLACES <= 64, "a bit for each");

/*
 * The first event of the datagram that holds `seq`. If no boundary is near, `seq` was sent to
 * nobody so far, or only in a datagram whose first event has left the ring: then a datagram begins
 * at `seq`.
 */
static uint64_t first_of(struct transcript *transcript, uint64_t seq)
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

/*
 * An event that can't be encoded (a number beyond the protocol's range) becomes an empty notice, so
 * that its sequence number is still sent.
 */
static int add(struct sequenced_bundle *bundle, const struct event *event)
{
    struct event nothing = {
        .kind = EVENT_NOTICE, .seq = event->seq, .wall_ns = event->wall_ns, .name = "", .text = ""};
    int status = sequenced_events_add(bundle, event, event->said);

    return status == STATUS_INVALID ? sequenced_events_add(bundle, &nothing, 0) : status;
}

static void fill(struct segment *segment, struct transcript *transcript, uint64_t epoch,
                 uint64_t first)
{
    uint64_t released = transcript_released(transcript), next = first;
    struct sequenced_bundle bundle;
    struct event event;

    sequenced_events_begin(&bundle, segment->bytes, sizeof(segment->bytes), epoch);
    while (next <= released && (next == first || !transcript_is_boundary(transcript, next)) &&
           transcript_get(transcript, next, &event) && add(&bundle, &event) == 0)
        next++;
    transcript_set_boundary(transcript, next);
    segment->first = first;
    segment->next = next;
    segment->length = (uint16_t)sequenced_events_length(&bundle);
    memset(segment->bytes + segment->length, 0, sizeof(segment->bytes) - segment->length);
}

const struct segment *segment_get(struct segment_cache *cache, struct transcript *transcript,
                                  uint64_t epoch, uint64_t seq)
{
    uint64_t first = first_of(transcript, seq);

    for (;;) {
        size_t place = first % SEGMENT_PLACES;
        struct segment *segment = &cache->places[place];

        if (segment->first != first) {
            if ((cache->pinned >> place & 1) != 0)
                return NULL;
            fill(segment, transcript, epoch, first);
        }
        if (segment->next > seq) {
            cache->pinned |= UINT64_C(1) << place;
            return segment;
        }
        first = segment->next;
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
