/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Segments: the EVENTS datagrams of the sequenced protocol. Where one ends and the next begins is
 * decided when it is first needed, and marked in the transcript; so a repair sends the same bytes
 * again, and all members share them. A segment that has left the cache is rendered again from the
 * transcript.
 *
 * On a network that loses datagrams a segment also repeats what was sent before it, when it is
 * first rendered: so that what is lost comes with the next datagram. Repairs do without.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEGMENT_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEGMENT_H

#include "core/sequenced_wire/sequenced_events.h"

#include "core/model/transcript.h"

/* Places in the cache; as many as a batch has entries. */
#define SEGMENT_PLACES 64U

struct segment {
    uint64_t first; /* its events are first … next - 1; 0: the place is free */
    uint64_t next;
    uint16_t length; /* bytes */
    bool repeats;    /* it begins with events before `first` */
    bool small;      /* made by segment_get_small */
    /* Zeros after `length`, to be sent as padding. */
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
};

struct segment_cache {
    struct segment places[SEGMENT_PLACES];
    uint64_t pinned; /* one bit for each place that the current batch uses */
    /* How many bytes of repeats there may be in a thousand of others; set by the cache's owner. */
    uint32_t repeat_permille;
    uint32_t credit; /* thousandths of bytes that may be repeated */
};

/*
 * Returns the segment that holds the event `seq`, which must be in the ring and released, and pins
 * it until segment_unpin. It may begin with earlier events. `again`: it was sent before, so without
 * repeats if that is possible. NULL: its place holds another pinned segment; send the batch, unpin,
 * and call again.
 */
const struct segment *segment_get(struct segment_cache *cache, struct transcript *transcript,
                                  uint64_t epoch, uint64_t seq, bool again);

/*
 * The same for a path that takes no more than `bytes`: the events from `seq` on that fit, or `seq`
 * alone where not even that does.
 */
const struct segment *segment_get_small(struct segment_cache *cache, struct transcript *transcript,
                                        uint64_t epoch, uint64_t seq, size_t bytes);

void segment_unpin(struct segment_cache *cache);

/* Empties the cache, whose contents are no longer true. Not while anything is pinned. */
void segment_forget(struct segment_cache *cache);

#endif
