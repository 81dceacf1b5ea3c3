/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Bundles: datagrams of the plain protocol, rendered once and shared. A bundle holds the lines of
 * consecutive events from one transcript position on. It records where each line ends, so that a
 * member that must not be sent all of it (its own message follows) is sent the front part of the
 * same bytes.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_BUNDLE_H
#define ROOMD_CORE_PLAIN_WIRE_BUNDLE_H

#include "core/model/transcript.h"
#include <roomd/dialect.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Places in the cache. Members have few different cursors at a time; a batch never needs more
 * bundles than it has entries.
 */
#define BUNDLE_PLACES 64U

/* The maximum of plain.max_lines. */
#define BUNDLE_LINES_MAX 64U

struct known_replies;

enum bundle_kind {
    BUNDLE_FOLDED, /* lines from `first` on; runs of joins and exits are folded */
    /* Only the event `first`, not folded: for a member whose own event is in the run. */
    BUNDLE_SINGLE,
    BUNDLE_MISSED, /* one line: how many events from `first` on have left the ring */
    BUNDLE_HELD,   /* the same line, of all released events from `first` on */
};

struct bundle_line {
    uint32_t end;    /* offset of its end, newline included */
    uint32_t events; /* events told up to here, this line included */
};

struct bundle {
    const struct dialect *dialect; /* NULL: the place is free */
    uint64_t first;                /* sequence number of the first event told */
    uint64_t released;             /* the transcript's released head at rendering */
    uint8_t kind;
    uint8_t count;
    struct bundle_line lines[BUNDLE_LINES_MAX];
    char bytes[PLAIN_LINE_MAX_BYTES];
};

struct bundle_cache {
    const struct known_replies *known; /* of the room's doors; borrowed; NULL: see plain.h */
    struct bundle places[BUNDLE_PLACES];
    uint64_t pinned; /* one bit for each place that the current batch uses */
};

/*
 * Returns the bundle of `kind` from event `first` on, rendered if it is not cached, and pins it
 * until bundle_unpin. NULL: its place holds another pinned bundle; send the batch, unpin, and call
 * again. The bundle is valid until bundle_unpin; the dialect is borrowed until bundle_forget.
 */
const struct bundle *bundle_get(struct bundle_cache *cache, const struct dialect *dialect,
                                const struct transcript *transcript, uint64_t first,
                                enum bundle_kind kind);

void bundle_unpin(struct bundle_cache *cache);
void bundle_forget(struct bundle_cache *cache);

#endif
