/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sweep. It works in batches: collect what the next lagging members are owed, offer it to the
 * outbox, then settle with each member in the same order: move its cursor, and take it off the
 * lagging members or move it to their end. All members of a batch have the same standing: the
 * established ones are served first, and newcomers from what is left over.
 */
#include "core/room/crowd.h"
#include "core/room/delivery_state.h"
#include "core/room/room_state.h"
#include "core/sequenced_server/session_history.h"

_Static_assert(ROOM_DOORS_MAX <= 32, "one bit a door");
_Static_assert(DELIVERY_PORTION <= DELIVERY_BATCH && DELIVERY_BATCH <= BUNDLE_PLACES,
               "a member's portion fits a batch");

static const struct protocol_delivery *protocol_at(const struct delivery *delivery,
                                                   uint32_t position)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);

    return delivery->wiring.protocols[protocol_index(slot->flags)];
}

/* ---- collecting ---- */

/* False if the batch must be sent before this member's portion is complete. */
static bool collect_portion(struct delivery *delivery, uint32_t position)
{
    struct batch *batch = &delivery->batch;
    const struct path *path = registry_path(delivery->wiring.registry, position);
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    struct portion *portion = &batch->portions[batch->portion_count++];

    *portion = (struct portion){.first = (uint16_t)batch->entry_count,
                                .pending = (uint16_t)batch->entry_count,
                                .blocked = delivery_is_blocked(delivery, path, slot)};
    if (protocol_at(delivery, position)->collect(delivery, portion, position))
        return true;
    /* Without an entry its portion is still to come. */
    batch->portion_count -= portion->count == 0 ? 1 : 0;
    return false;
}

/* Remembers a portion that fits other members, too. */
static void note_pattern(struct delivery *delivery, uint32_t position, uint64_t cursor)
{
    struct batch *batch = &delivery->batch;
    const struct portion *portion = &batch->portions[batch->portion_count - 1];
    const struct pending *pending = &batch->pending[portion->first];
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    struct pattern pattern = {
        .cursor = cursor,
        .flags = slot->flags,
        .own = (slot->flags & SLOT_SEQUENCED) != 0 ? UINT64_MAX : cursor,
        .door = registry_path(delivery->wiring.registry, position)->door,
        .first = portion->first,
        .portion = {.skipped = cursor, .pending = portion->first, .count = portion->count},
    };

    if (portion->count == 0 || portion->held)
        return;
    for (uint16_t i = 0; i < portion->count; i++) {
        if (pending[i].missed > 0 || pending[i].repair)
            return;
        pattern.portion.events += pending[i].events;
    }
    pattern.portion.next = pending[portion->count - 1].cursor;
    if (!protocol_at(delivery, position)->is_pattern(delivery, position, &pattern))
        return;
    pattern.fits = protocol_at(delivery, position)->fits_pattern;
    batch->pattern = pattern;
}

/*
 * Copies the pattern for another member, with its own path. False if that member needs a portion of
 * its own.
 */
static bool repeat_pattern(struct delivery *delivery, uint32_t position)
{
    struct batch *batch = &delivery->batch;
    const struct pattern *pattern = &batch->pattern;
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct path *path = registry_path(delivery->wiring.registry, position);
    const struct outbox_entry *first = &batch->entries[pattern->first];
    struct outbox_entry *copies = &batch->entries[batch->entry_count];
    uint16_t count = pattern->portion.count;

    if (slot->cursor != pattern->cursor || slot->flags != pattern->flags ||
        path->door != pattern->door || slot->own >= pattern->own ||
        batch->entry_count + count > DELIVERY_BATCH)
        return false;
    if (pattern->fits != NULL && !pattern->fits(delivery, position, pattern))
        return false;
    batch->portions[batch->portion_count] = pattern->portion;
    batch->portions[batch->portion_count++].first = (uint16_t)batch->entry_count;
    batch->entry_count += count;
    for (uint16_t i = 0; i < count; i++) {
        copies[i] = first[i];
        copies[i].path = path;
    }
    return true;
}

static void collect(struct delivery *delivery, enum registry_standing standing, size_t budget)
{
    struct batch *batch = &delivery->batch;
    uint32_t behind = registry_standing_behind(delivery->wiring.registry, standing);
    size_t most = budget < DELIVERY_BATCH ? budget : DELIVERY_BATCH;

    batch->entry_count = 0;
    batch->portion_count = 0;
    batch->pattern.cursor = 0;
    for (uint32_t n = 0;
         n < behind && batch->portion_count < DELIVERY_BATCH && batch->entry_count < most; n++) {
        uint32_t position = registry_lagging(delivery->wiring.registry, standing, n);
        uint64_t cursor;

        if (repeat_pattern(delivery, position))
            continue;
        cursor = registry_slot(delivery->wiring.registry, position)->cursor;
        if (!collect_portion(delivery, position))
            break;
        note_pattern(delivery, position, cursor);
    }
}

/* ---- settling ---- */

/* The result of nearly all portions. False if one of its datagrams was not taken. */
static bool settle_common(struct delivery *delivery, const struct portion *portion,
                          struct slot *slot)
{
    struct room_stats *stats = delivery->wiring.stats;
    const struct outbox_entry *entries = &delivery->batch.entries[portion->first];
    uint16_t count = portion->count;

    for (uint16_t i = 0; i < count; i++) {
        if (entries[i].result != OUTBOX_TAKEN)
            return false;
    }
    slot->cursor = portion->next;
    stats->datagrams_sent += count;
    stats->events_delivered += portion->events;
    return true;
}

/* Settles with the first of the lagging members. True if anything has changed for it. */
static bool settle_portion(struct delivery *delivery, enum registry_standing standing,
                           const struct portion *portion)
{
    struct registry *registry = delivery->wiring.registry;
    uint32_t position = registry_head(registry, standing);
    struct slot *slot = registry_slot(registry, position);
    uint16_t settled = portion->count;
    bool done;

    if (portion->common && settle_common(delivery, portion, slot)) {
        done = slot->cursor > transcript_released(delivery->wiring.transcript);
    } else {
        const struct protocol_delivery *protocol = protocol_at(delivery, position);

        settled = protocol->settle(delivery, portion, position);
        done = protocol->is_settled(delivery, portion, settled, position);
    }
    if (done)
        registry_head_done(registry, standing);
    else
        registry_head_later(registry, standing);
    return done || settled > 0;
}

/* Serves the members of one standing, and takes what it has sent off the budget. */
static enum sweep_result sweep(struct delivery *delivery, enum registry_standing standing,
                               size_t *budget)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    struct batch *batch = &delivery->batch;
    size_t stuck = 0; /* portions in a row that changed nothing */

    while (registry_standing_behind(wiring->registry, standing) > 0) {
        if (stuck >= registry_standing_behind(wiring->registry, standing))
            return SWEEP_BLOCKED;
        if (*budget == 0)
            return SWEEP_MORE;
        collect(delivery, standing, *budget);
        if (batch->entry_count > 0)
            wiring->outbox.send(wiring->outbox.ctx, batch->entries, batch->entry_count);
        for (size_t i = 0; i < batch->portion_count; i++)
            stuck = settle_portion(delivery, standing, &batch->portions[i]) ? 0 : stuck + 1;
        delivery_unpin(delivery);
        *budget -= batch->entry_count < *budget ? batch->entry_count : *budget;
    }
    return SWEEP_DONE;
}

enum sweep_result room_sweep(struct room *room, const struct moment *now, size_t budget)
{
    uint64_t delivered = room->stats.events_delivered;
    size_t all = budget;
    enum sweep_result established, result;

    room->delivery->now = now;
    established = sweep(room->delivery, REGISTRY_ESTABLISHED, &budget);
    crowd_served(room, now, established, room->stats.events_delivered - delivered);
    budget = crowd_budget(room, all, budget);
    result = sweep(room->delivery, REGISTRY_NEWCOMER, &budget);
    crowd_swept(room, now, result);
    result = established > result ? established : result;
    fold_swept(room, now, result);
    overload_swept(room, now);
    session_history_send(room, now);
    return result;
}
