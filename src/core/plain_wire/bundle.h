/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Bundles: the datagrams of the plain protocol, rendered once and shared. A bundle holds the lines
 * of some events from one place in the transcript on; it remembers where each line ends, so that a
 * member that must not be sent all of it (its own message follows) is sent the front part of the
 * same bytes.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_BUNDLE_H
#define ROOMD_CORE_PLAIN_WIRE_BUNDLE_H

#include "core/model/transcript.h"
#include <roomd/dialect.h>
#include <stdbool.h>
#include <stdint.h>

/* Places in the cache. Members stand at few different cursors at a time; a batch never needs more
 * than it has entries. */
#define BUNDLE_PLACES 64U

/* plain.max_lines goes up to this. */
#define BUNDLE_LINES_MAX 64U

enum bundle_kind {
    BUNDLE_FOLDED, /* the usual: lines from `first` on, runs of joins and exits folded */
    BUNDLE_SINGLE, /* the one event `first`, not folded: for a member whose own event is in the run
                    */
    BUNDLE_MISSED, /* one line that tells how many events from `first` on are forgotten */
};

struct bundle_line {
    uint32_t end;    /* bytes up to its end, newline included */
    uint32_t events; /* events up to its end */
};

struct bundle {
    const struct dialect *dialect; /* NULL: the place is free */
    uint64_t first;                /* the first event it tells */
    uint64_t released;             /* what was released when it was rendered */
    uint8_t kind;
    uint8_t count;
    struct bundle_line lines[BUNDLE_LINES_MAX];
    char bytes[PLAIN_LINE_MAX_BYTES];
};

struct bundle_cache {
    struct bundle places[BUNDLE_PLACES];
    uint64_t pinned; /* a bit each: part of the batch that is being put together */
};

/*
 * The bundle of that kind from `first` on, rendered if need be, and pinned until bundle_unpin. NULL
 * where its place is taken by a pinned one: send the batch, unpin, ask again.
 */
const struct bundle *bundle_get(struct bundle_cache *cache, const struct dialect *dialect,
                                const struct transcript *transcript, uint64_t first,
                                enum bundle_kind kind);

void bundle_unpin(struct bundle_cache *cache);
void bundle_forget(struct bundle_cache *cache);

#endif
