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

/* ---- repeats ---- */

/* Segments whose events are repeated in one. */
#define REPEATED_MAX 2U

/* `repeats` is one byte. */
#define REPEATS_MAX UINT8_MAX

/* Of IPv4 and UDP: they are not repeated, so short events may be repeated more often. */
#define HEADERS_BYTES 28U

/* So many bytes may be saved up, for a segment that is worth repeating. */
#define CREDIT_MAX (2000U * SEQUENCED_DATAGRAM_MAX_BYTES)

/* Renders the events from `from` on up to those of the segment. False if they do not fit. */
static bool render(struct segment *segment, struct transcript *transcript, uint64_t epoch,
                   uint64_t from)
{
    struct sequenced_bundle bundle;
    struct event event;

    sequenced_events_begin(&bundle, segment->bytes, sizeof(segment->bytes), epoch);
    sequenced_events_repeat(&bundle, (uint8_t)(segment->first - from));
    for (uint64_t seq = from; seq < segment->next; seq++) {
        if (!transcript_get(transcript, seq, &event) || add(&bundle, &event) != 0)
            return false;
    }
    segment->length = (uint16_t)sequenced_events_length(&bundle);
    segment->repeats = from < segment->first;
    return true;
}

/* The first event of the segment that ends before `first`; `first` if there is none near. */
static uint64_t segment_before(const struct transcript *transcript, uint64_t first)
{
    uint64_t oldest = transcript_oldest(transcript), seq = first;

    while (seq > oldest && first - seq < REPEATS_MAX) {
        if (transcript_is_boundary(transcript, --seq))
            return seq;
    }
    return first;
}

/* The most that these events take. */
static uint32_t bytes_of(const struct transcript *transcript, uint64_t from, uint64_t until)
{
    struct event event;
    uint32_t bytes = 0;

    for (; from < until && transcript_get(transcript, from, &event); from++) {
        bytes += SEQUENCED_EVENT_OVERHEAD_BYTES;
        bytes += event.kind == EVENT_JOIN ? event.name_len : event.text_len;
        bytes += event.introduces ? 1U + event.name_len : 0;
    }
    return bytes;
}

/* Where the repeats begin that the credit and the datagram have room for. */
static uint64_t repeat_from(struct segment_cache *cache, const struct segment *segment,
                            const struct transcript *transcript)
{
    uint64_t from = segment->first;
    uint32_t bytes = 0;

    for (unsigned n = 0; n < REPEATED_MAX; n++) {
        uint64_t before = segment_before(transcript, from);
        uint32_t more = bytes_of(transcript, before, from);

        if (before == from || segment->first - before > REPEATS_MAX ||
            (bytes + more) * 1000 > cache->credit ||
            segment->length + bytes + more > SEQUENCED_DATAGRAM_MAX_BYTES)
            break;
        bytes += more;
        from = before;
    }
    cache->credit -= bytes * 1000;
    return from;
}

static void add_repeats(struct segment_cache *cache, struct segment *segment,
                        struct transcript *transcript, uint64_t epoch)
{
    uint64_t from;

    cache->credit += (HEADERS_BYTES + segment->length) * cache->repeat_permille;
    if (cache->repeat_permille == 0)
        cache->credit = 0;
    if (cache->credit > CREDIT_MAX)
        cache->credit = CREDIT_MAX;
    from = repeat_from(cache, segment, transcript);
    if (from < segment->first && !render(segment, transcript, epoch, from))
        render(segment, transcript, epoch, segment->first);
}

/* ---- rendering ---- */

/* Events that were sent before are not repeated again. */
static void fill(struct segment_cache *cache, struct segment *segment,
                 struct transcript *transcript, uint64_t epoch, uint64_t first)
{
    uint64_t released = transcript_released(transcript), next = first;
    struct sequenced_bundle bundle;
    struct event event;
    bool is_new;

    sequenced_events_begin(&bundle, segment->bytes, sizeof(segment->bytes), epoch);
    while (next <= released && (next == first || !transcript_is_boundary(transcript, next)) &&
           transcript_get(transcript, next, &event) && add(&bundle, &event) == 0)
        next++;
    is_new = !transcript_is_boundary(transcript, next);
    transcript_set_boundary(transcript, next);
    segment->first = first;
    segment->next = next;
    segment->length = (uint16_t)sequenced_events_length(&bundle);
    segment->repeats = segment->small = false;
    if (is_new)
        add_repeats(cache, segment, transcript, epoch);
    memset(segment->bytes + segment->length, 0, sizeof(segment->bytes) - segment->length);
}

const struct segment *segment_get(struct segment_cache *cache, struct transcript *transcript,
                                  uint64_t epoch, uint64_t seq, bool again)
{
    uint64_t first = first_of(transcript, seq);

    for (;;) {
        size_t place = first % SEGMENT_PLACES;
        struct segment *segment = &cache->places[place];
        bool is_pinned = (cache->pinned >> place & 1) != 0;

        if (segment->first != first || segment->small ||
            (again && segment->repeats && !is_pinned)) {
            if (is_pinned)
                return NULL;
            fill(cache, segment, transcript, epoch, first);
        }
        if (segment->next > seq) {
            cache->pinned |= UINT64_C(1) << place;
            return segment;
        }
        first = segment->next;
    }
}

/* The events from `first` on that fit into so many bytes. */
static void fill_small(struct segment *segment, struct transcript *transcript, uint64_t epoch,
                       uint64_t first, size_t bytes)
{
    uint64_t released = transcript_released(transcript), next = first;
    struct sequenced_bundle bundle;
    struct event event;

    sequenced_events_begin(&bundle, segment->bytes, bytes, epoch);
    while (next <= released && transcript_get(transcript, next, &event) &&
           add(&bundle, &event) == 0)
        next++;
    if (next == first && transcript_get(transcript, next, &event)) {
        sequenced_events_begin(&bundle, segment->bytes, sizeof(segment->bytes), epoch);
        add(&bundle, &event);
        next++;
    }
    segment->first = first;
    segment->next = next;
    segment->length = (uint16_t)sequenced_events_length(&bundle);
    segment->repeats = false;
    segment->small = true;
    memset(segment->bytes + segment->length, 0, sizeof(segment->bytes) - segment->length);
}

const struct segment *segment_get_small(struct segment_cache *cache, struct transcript *transcript,
                                        uint64_t epoch, uint64_t seq, size_t bytes)
{
    size_t place = seq % SEGMENT_PLACES;
    struct segment *segment = &cache->places[place];

    /* It may end before events that were released since. */
    if ((cache->pinned >> place & 1) == 0)
        fill_small(segment, transcript, epoch, seq, bytes);
    else if (segment->first != seq || !segment->small)
        return NULL;
    cache->pinned |= UINT64_C(1) << place;
    return segment;
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
