/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Renders bundles, and owns the cache that shares them. */
#include "core/plain_wire/bundle.h"

#include "core/plain_wire/plain.h"
#include "core/plain_wire/template.h"

#include <string.h>

_Static_assert(BUNDLE_PLACES <= 64, "a bit for each");

static void add_line(struct bundle *bundle, size_t *used, const char *line, size_t length,
                     uint64_t events)
{
    memcpy(bundle->bytes + *used, line, length);
    bundle->bytes[*used + length] = '\n';
    *used += length + 1;
    bundle->lines[bundle->count++] =
        (struct bundle_line){.end = (uint32_t)*used, .events = (uint32_t)events};
}

static void render_events(struct bundle *bundle, const struct known_replies *known,
                          const struct transcript *transcript)
{
    const struct plain_wording wording = {.dialect = bundle->dialect, .known = known};
    bool single = bundle->kind == BUNDLE_SINGLE;
    uint32_t max_lines = single ? 1 : bundle->dialect->max_lines;
    uint64_t next = bundle->first;
    size_t used = 0;

    while (next <= bundle->released && bundle->count < max_lines &&
           bundle->count < BUNDLE_LINES_MAX) {
        char line[PLAIN_LINE_MAX_BYTES];
        uint64_t last;
        size_t length =
            plain_render(&wording, transcript, next, bundle->released, !single, line, &last);

        /* The first line always fits: dialect_check has proved it. */
        if (used + length + 1 > sizeof(bundle->bytes))
            break;
        add_line(bundle, &used, line, length, last - bundle->first + 1);
        next = last + 1;
    }
}

static void render_missed(struct bundle *bundle, const struct known_replies *known,
                          const struct transcript *transcript)
{
    const struct plain_wording wording = {.dialect = bundle->dialect, .known = known};
    uint64_t end =
        bundle->kind == BUNDLE_HELD ? bundle->released + 1 : transcript_oldest(transcript);
    uint64_t missed = end - bundle->first;
    struct template_values values = {.count = missed};
    struct event oldest;
    char line[PLAIN_LINE_MAX_BYTES];
    size_t length, used = 0;

    /* Forgotten events have no time; the oldest one left is nearest to them. */
    if (transcript_get(transcript, transcript_oldest(transcript), &oldest)) {
        values.wall_ns = oldest.wall_ns;
        values.utc_offset_s = oldest.utc_offset_s;
    }
    length = plain_render_line(&wording, DIALECT_MISSED, &values, line);
    add_line(bundle, &used, line, length, 0);
}

const struct bundle *bundle_get(struct bundle_cache *cache, const struct dialect *dialect,
                                const struct transcript *transcript, uint64_t first,
                                enum bundle_kind kind)
{
    uint64_t released = transcript_released(transcript);
    /* Neighbours in the transcript get neighbouring places; dialects are a few KiB apart. */
    size_t place =
        (size_t)(first + (uint64_t)kind * 21 + (uintptr_t)dialect / sizeof(*dialect) * 7) %
        BUNDLE_PLACES;
    struct bundle *bundle = &cache->places[place];

    if (bundle->dialect == dialect && bundle->first == first && bundle->released == released &&
        bundle->kind == kind) {
        cache->pinned |= UINT64_C(1) << place;
        return bundle;
    }
    if ((cache->pinned >> place & 1) != 0)
        return NULL;
    bundle->dialect = dialect;
    bundle->first = first;
    bundle->released = released;
    bundle->kind = (uint8_t)kind;
    cache->pinned |= UINT64_C(1) << place;
    bundle->count = 0;
    if (kind == BUNDLE_MISSED || kind == BUNDLE_HELD)
        render_missed(bundle, cache->known, transcript);
    else
        render_events(bundle, cache->known, transcript);
    return bundle;
}

void bundle_unpin(struct bundle_cache *cache)
{
    cache->pinned = 0;
}

void bundle_forget(struct bundle_cache *cache)
{
    for (size_t place = 0; place < BUNDLE_PLACES; place++)
        cache->places[place].dialect = NULL;
}
