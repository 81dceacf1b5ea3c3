/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Cuts: the EVENTS datagrams of the sequenced protocol. Where one ends and the next begins is
 * decided when it is first wanted, and marked in the transcript; so a repair sends the same bytes
 * again, and all members share them. The datagrams themselves are made again from the transcript
 * when they are no longer in the cache.
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
    uint16_t length;                             /* bytes */
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES]; /* zeros behind its length: padding, where it is
                                                    wanted */
};

struct segment_cache {
    struct segment places[SEGMENT_PLACES];
    uint64_t pinned; /* a bit each: part of the batch that is being put together */
};

/*
 * The datagram that holds the event `seq`, which is held and released; pinned until segment_unpin.
 * It may begin with earlier events. NULL where its place is taken by a pinned one: send the batch,
 * unpin, ask again.
 */
const struct segment *segment_get(struct segment_cache *cache, struct transcript *transcript,
                                  uint64_t epoch, uint64_t seq);

void segment_unpin(struct segment_cache *cache);

/* Whatever is in the cache is no longer true. Not while anything is pinned. */
void segment_forget(struct segment_cache *cache);

#endif
