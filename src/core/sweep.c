/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sweep. It works in batches: collect what the next members of the window are owed, offer it to the outbox, then settle with each member in the same order: move its cursor, and let it go or
 * send it to the window's end.
 */
#include "core/room/delivery.h"

#include "core/plain_wire/reply.h"
#include "core/room/delivery_state.h"
#include "core/room/roster.h"
#include "core/sequenced_server/session_delivery.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(ROOM_DOORS_MAX <= 32, "one bit a door");
_Static_assert(DELIVERY_PORTION <= DELIVERY_BATCH && DELIVERY_BATCH <= BUNDLE_PLACES,
               "a member's portion fits a batch");

/* ---- collecting ---- */

/* The part of the batch that is this member's portion, and one more datagram of so many bytes: may it be sent? */
static bool may_go_on(const struct delivery *delivery, const struct portion *portion, uint32_t position, size_t bytes)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);

    if ((slot->flags & SLOT_PROBATION) == 0)
        return true;
    for (uint16_t i = 0; i < portion->count; i++)
        bytes += delivery->batch.entries[portion->first + i].length;
    return delivery_may_send(registry_member(delivery->wiring.registry, position), slot, portion->count + 1U, bytes);
}

/* Nearly always answered without a look at the transcript: few members have spoken lately. */
static bool is_own(const struct delivery *delivery, const struct member *member, const struct slot *slot, uint64_t seq)
{
    struct event event;

    return slot->own >= seq && transcript_get(delivery->wiring.transcript, seq, &event) &&
           event.author == member->number;
}

/* Its own events are not owed to a plain member. */
static uint64_t skip_own(const struct delivery *delivery, const struct member *member, const struct slot *slot,
                         uint64_t cursor)
{
    uint64_t released = transcript_released(delivery->wiring.transcript);

    while (cursor <= released && is_own(delivery, member, slot, cursor))
        cursor++;
    return cursor;
}

/* The lines of a bundle that end before the first event of the member's own. */
static uint8_t lines_before_own(const struct delivery *delivery, const struct member *member, const struct slot *slot,
                                const struct bundle *bundle)
{
    uint64_t seq = bundle->first;
    uint8_t line = 0;

    if (slot->own < bundle->first)
        return bundle->count;
    for (; line < bundle->count; line++) {
        for (; seq < bundle->first + bundle->lines[line].events; seq++) {
            if (is_own(delivery, member, slot, seq))
                return line;
        }
    }
    return line;
}

/*
 * Adds the datagram that is owed at `cursor`. False where the bundle's place in the cache is held by this very batch.
 */
static bool collect_datagram(struct delivery *delivery, struct portion *portion, uint32_t position, uint64_t *cursor)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    const struct member *member = registry_member(wiring->registry, position);
    const struct slot *slot = registry_slot(wiring->registry, position);
    const struct path *path = registry_path(wiring->registry, position);
    const struct dialect *dialect = wiring->doors[path->door].dialect;
    uint64_t oldest = transcript_oldest(wiring->transcript);
    enum bundle_kind kind = *cursor < oldest ? BUNDLE_MISSED : BUNDLE_FOLDED;
    const struct bundle *bundle = bundle_get(&delivery->cache, dialect, wiring->transcript, *cursor, kind);
    struct pending pending = {.events = 0};
    uint8_t lines = bundle != NULL ? bundle->count : 0;

    if (bundle != NULL && kind == BUNDLE_FOLDED) {
        lines = lines_before_own(delivery, member, slot, bundle);
        if (lines == 0) { /* its own event is inside a folded run */
            bundle = bundle_get(&delivery->cache, dialect, wiring->transcript, *cursor, BUNDLE_SINGLE);
            lines = 1;
        }
    }
    if (bundle == NULL)
        return false;
    if (kind == BUNDLE_MISSED) {
        pending.missed = (uint32_t)(oldest - *cursor);
        *cursor = oldest;
    } else {
        pending.events = bundle->lines[lines - 1].events;
        *cursor += pending.events;
    }
    *cursor = skip_own(delivery, member, slot, *cursor);
    pending.cursor = *cursor;
    delivery_add_entry(&delivery->batch, portion, path, bundle->bytes,
                       bundle->lines[lines - 1].end - ((slot->flags & SLOT_NEWLINE) != 0 ? 0U : 1U), &pending);
    return true;
}

/* False where it may not be sent: then nothing else may. */
static bool collect_accept(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    const struct member *member = registry_member(delivery->wiring.registry, position);
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct path *path = registry_path(delivery->wiring.registry, position);
    const struct reply *reply = dialect_reply(delivery->wiring.doors[path->door].dialect, DIALECT_ACCEPT);
    struct pending pending = {.cursor = slot->cursor};

    size_t length;

    reply = reply_fill(reply, registry_shown(member), registry_shown_len(member),
                       &delivery->batch.accepts[portion - delivery->batch.portions]);
    length = reply->length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U);
    if (!may_go_on(delivery, portion, position, length))
        return false;
    delivery_add_entry(&delivery->batch, portion, path, reply->bytes, length, &pending);
    return true;
}

/* False where the batch must be sent before this member's portion is complete. */
static bool collect_portion(struct delivery *delivery, uint32_t position)
{
    struct batch *batch = &delivery->batch;
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct path *path = registry_path(delivery->wiring.registry, position);
    uint64_t released = transcript_released(delivery->wiring.transcript);
    struct portion *portion = &batch->portions[batch->portion_count];
    uint64_t cursor;

    *portion = (struct portion){.first = (uint16_t)batch->entry_count,
                                .pending = (uint16_t)batch->entry_count,
                                .blocked = delivery_is_blocked(delivery, path->door)};
    batch->portion_count++;
    if ((slot->flags & SLOT_SEQUENCED) != 0) {
        if (portion->blocked || session_delivery_collect(delivery, portion, position))
            return true;
        batch->portion_count -=
            portion->count == 0 ? 1 : 0; /* with nothing collected it is still to have its portion */
        return false;
    }
    cursor = skip_own(delivery, registry_member(delivery->wiring.registry, position), slot, slot->cursor);
    portion->skipped = cursor;
    /* Before its own join is released a member is owed nothing, not even the accept. */
    if (portion->blocked || slot->cursor > released + 1)
        return true;
    portion->held = (slot->flags & SLOT_OWES_ACCEPT) != 0 && !collect_accept(delivery, portion, position);
    while (!portion->held && cursor <= released && portion->count < DELIVERY_PORTION) {
        portion->held = !may_go_on(delivery, portion, position, PLAIN_LINE_MAX_BYTES);
        if (portion->held)
            break;
        if (batch->entry_count == DELIVERY_BATCH || !collect_datagram(delivery, portion, position, &cursor)) {
            /* With nothing collected it is still to have its portion. */
            batch->portion_count -= portion->count == 0 ? 1 : 0;
            return false;
        }
    }
    return true;
}

/* Remembers a portion that others can have, too: nothing of it is due to what its member is, has said, or has missed. */
static void note_pattern(struct delivery *delivery, uint32_t position, uint64_t cursor)
{
    struct batch *batch = &delivery->batch;
    struct portion *portion = &batch->portions[batch->portion_count - 1];
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct pending *pending = &batch->pending[portion->first];
    struct pattern pattern = {
        .cursor = cursor,
        .flags = slot->flags,
        .door = registry_path(delivery->wiring.registry, position)->door,
        .first = portion->first,
        .portion = {.skipped = cursor, .pending = portion->first, .count = portion->count},
    };

    if (portion->count == 0 || portion->held || (slot->flags & (SLOT_OWES_ACCEPT | SLOT_PROBATION)) != 0)
        return;
    if ((slot->flags & SLOT_SEQUENCED) == 0 && slot->own >= cursor)
        return;
    for (uint16_t i = 0; i < portion->count; i++) {
        if (pending[i].missed > 0 || pending[i].repair)
            return;
        pattern.portion.events += pending[i].events;
    }
    pattern.portion.next = pending[portion->count - 1].cursor;
    pattern.portion.common = (slot->flags & SLOT_SEQUENCED) == 0;
    if ((slot->flags & SLOT_SEQUENCED) != 0 && !session_delivery_is_pattern(delivery, &pattern))
        return;
    batch->pattern = pattern;
}

/* The same for another member, which has only its path to itself. False where it is to have a portion of its own. */
static bool repeat_pattern(struct delivery *delivery, uint32_t position)
{
    struct batch *batch = &delivery->batch;
    const struct pattern *pattern = &batch->pattern;
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct path *path = registry_path(delivery->wiring.registry, position);
    const struct outbox_entry *first = &batch->entries[pattern->first];
    struct outbox_entry *copies = &batch->entries[batch->entry_count];
    uint16_t count = pattern->portion.count;

    if (slot->cursor != pattern->cursor || slot->flags != pattern->flags || path->door != pattern->door ||
        batch->entry_count + count > DELIVERY_BATCH)
        return false;
    if (!pattern->portion.common ? !session_delivery_fits_pattern(delivery, position, pattern)
                                 : slot->own >= slot->cursor)
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

static void collect(struct delivery *delivery, size_t budget)
{
    struct batch *batch = &delivery->batch;
    uint32_t behind = registry_behind(delivery->wiring.registry);
    size_t most = budget < DELIVERY_BATCH ? budget : DELIVERY_BATCH;

    batch->entry_count = 0;
    batch->portion_count = 0;
    batch->pattern.cursor = 0;
    for (uint32_t n = 0; n < behind && batch->portion_count < DELIVERY_BATCH && batch->entry_count < most; n++) {
        uint32_t position = registry_lagging(delivery->wiring.registry, n);
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

/* Its accept is always the first of what is sent. */
static void note_accepted(struct delivery *delivery, struct slot *slot, uint32_t position)
{
    if ((slot->flags & SLOT_OWES_ACCEPT) == 0)
        return;
    slot->flags &= ~SLOT_OWES_ACCEPT;
    roster_keep(&delivery->wiring.roster, delivery->wiring.registry,
                registry_member(delivery->wiring.registry, position));
}

/* Moves the cursor over what was taken, or has failed for good. Returns how many entries that was. */
static uint16_t settle_entries(struct delivery *delivery, const struct portion *portion, uint32_t position)
{
    struct room_stats *stats = delivery->wiring.stats;
    struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint16_t i;

    for (i = 0; i < portion->count; i++) {
        const struct outbox_entry *entry = &delivery->batch.entries[portion->first + i];
        const struct pending *pending = &delivery->batch.pending[portion->pending + i];

        if (entry->result == OUTBOX_LATER) {
            delivery->blocked |= 1U << entry->path->door;
            break;
        }
        delivery_count_probation(registry_member(delivery->wiring.registry, position), slot, entry->length);
        if (entry->result == OUTBOX_TAKEN) {
            stats->datagrams_sent++;
            stats->events_delivered += pending->events;
        } else {
            delivery_note_failure(delivery, registry_member(delivery->wiring.registry, position), entry->path,
                                  pending->events);
        }
        if (pending->missed > 0) {
            stats->events_missed += pending->missed;
            registry_member(delivery->wiring.registry, position)->lost += pending->missed;
        }
        slot->cursor = pending->cursor;
        note_accepted(delivery, slot, position);
    }
    return i;
}

/* What nearly all turns come to. False where a datagram of it was not taken. */
static bool settle_common(struct delivery *delivery, const struct portion *portion, struct slot *slot)
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

/* It is owed nothing: no event, and no accept whose join is released. */
static bool is_settled(const struct slot *slot, uint64_t released)
{
    return slot->cursor > released && ((slot->flags & SLOT_OWES_ACCEPT) == 0 || slot->cursor > released + 1);
}

/* The same once its portion is settled; who is on probation and has been sent all it may be waits until it is heard. */
static bool is_settled_plain(const struct portion *portion, struct slot *slot, uint64_t released, uint16_t settled)
{
    if (settled == 0 && slot->cursor < portion->skipped)
        slot->cursor = portion->skipped;
    return is_settled(slot, released) || (portion->held && settled == portion->count);
}

/* Settles with the member at the head of the window. True where anything has changed for it. */
static bool settle_portion(struct delivery *delivery, const struct portion *portion)
{
    struct registry *registry = delivery->wiring.registry;
    uint32_t position = registry_lagging(registry, 0);
    struct slot *slot = registry_slot(registry, position);
    uint64_t released = transcript_released(delivery->wiring.transcript);
    bool sequenced = (slot->flags & SLOT_SEQUENCED) != 0;
    uint16_t settled = portion->count;
    bool done;

    if (portion->common && settle_common(delivery, portion, slot)) {
        done = slot->cursor > released; /* who is owed an accept has a portion of its own */
    } else if (sequenced) {
        settled = session_delivery_settle(delivery, portion, position);
        done = session_delivery_is_settled(delivery, position);
    } else {
        settled = settle_entries(delivery, portion, position);
        done = is_settled_plain(portion, slot, released, settled);
    }
    if (done)
        registry_head_done(registry);
    else
        registry_head_later(registry);
    return done || settled > 0;
}

enum sweep_result delivery_sweep(struct delivery *delivery, const struct moment *now, size_t budget)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    struct batch *batch = &delivery->batch;
    size_t stuck = 0; /* turns in a row that changed nothing */

    delivery->now = now;
    while (registry_behind(wiring->registry) > 0) {
        if (stuck >= registry_behind(wiring->registry))
            return SWEEP_BLOCKED;
        if (budget == 0)
            return SWEEP_MORE;
        collect(delivery, budget);
        if (batch->entry_count > 0)
            wiring->outbox.send(wiring->outbox.ctx, batch->entries, batch->entry_count);
        for (size_t i = 0; i < batch->portion_count; i++)
            stuck = settle_portion(delivery, &batch->portions[i]) ? 0 : stuck + 1;
        bundle_unpin(&delivery->cache);
        segment_unpin(&delivery->segments);
        budget -= batch->entry_count < budget ? batch->entry_count : budget;
    }
    return SWEEP_DONE;
}
