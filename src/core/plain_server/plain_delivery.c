/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Delivery to plain members: the accept, the lines up to an event of the member's own, and the
 * cursor.
 */
#include "core/plain_server/plain_delivery.h"

#include "core/plain_wire/reply.h"
#include "core/room/roster.h"

#include <string.h>

/* ---- collecting ---- */

/* True if one more datagram, of so many bytes, may be sent to the member in this portion. */
static bool may_send_another(const struct delivery *delivery, const struct portion *portion,
                             uint32_t position, size_t bytes)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);

    if ((slot->flags & SLOT_PROBATION) == 0)
        return true;
    for (uint16_t i = 0; i < portion->count; i++)
        bytes += delivery->batch.entries[portion->first + i].length;
    return delivery_may_send(registry_member(delivery->wiring.registry, position), slot,
                             portion->count + 1U, bytes);
}

/* Nearly always decided without reading the transcript: few members have spoken recently. */
static bool is_own(const struct delivery *delivery, const struct member *member,
                   const struct slot *slot, uint64_t seq)
{
    struct event event;

    return slot->own >= seq && transcript_get(delivery->wiring.transcript, seq, &event) &&
           event.author == member->number;
}

/* A plain member is not owed its own events. */
static uint64_t skip_own(const struct delivery *delivery, const struct member *member,
                         const struct slot *slot, uint64_t cursor)
{
    uint64_t released = transcript_released(delivery->wiring.transcript);

    while (cursor <= released && is_own(delivery, member, slot, cursor))
        cursor++;
    return cursor;
}

/* The number of lines of a bundle before the member's first own event. */
static uint8_t lines_before_own(const struct delivery *delivery, const struct member *member,
                                const struct slot *slot, const struct bundle *bundle)
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
 * Adds the datagram that is owed at `cursor`. False if the bundle's place in the cache is used by
 * this batch.
 */
static bool collect_datagram(struct delivery *delivery, struct portion *portion, uint32_t position,
                             uint64_t *cursor)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    const struct member *member = registry_member(wiring->registry, position);
    const struct slot *slot = registry_slot(wiring->registry, position);
    const struct path *path = registry_path(wiring->registry, position);
    const struct dialect *dialect = wiring->doors[path->door].dialect;
    uint64_t oldest = transcript_oldest(wiring->transcript);
    enum bundle_kind kind = *cursor < oldest ? BUNDLE_MISSED : BUNDLE_FOLDED;
    const struct bundle *bundle =
        bundle_get(&delivery->cache, dialect, wiring->transcript, *cursor, kind);
    struct pending pending = {.events = 0};
    uint8_t lines = bundle != NULL ? bundle->count : 0;

    if (bundle != NULL && kind == BUNDLE_FOLDED) {
        lines = lines_before_own(delivery, member, slot, bundle);
        /* Its own event is inside a folded run. */
        if (lines == 0) {
            bundle =
                bundle_get(&delivery->cache, dialect, wiring->transcript, *cursor, BUNDLE_SINGLE);
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
                       bundle->lines[lines - 1].end - ((slot->flags & SLOT_NEWLINE) != 0 ? 0U : 1U),
                       &pending);
    return true;
}

/* False if it may not be sent: then nothing else may be. */
static bool collect_accept(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    const struct member *member = registry_member(delivery->wiring.registry, position);
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct path *path = registry_path(delivery->wiring.registry, position);
    const struct reply *reply =
        dialect_reply(delivery->wiring.doors[path->door].dialect, DIALECT_ACCEPT);
    struct pending pending = {.cursor = slot->cursor};

    size_t length;

    reply = reply_fill(reply, registry_shown(member), registry_shown_len(member),
                       &delivery->batch.accepts[portion - delivery->batch.portions]);
    length = reply->length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U);
    if (!may_send_another(delivery, portion, position, length))
        return false;
    delivery_add_entry(&delivery->batch, portion, path, reply->bytes, length, &pending);
    return true;
}

static bool collect(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint64_t released = transcript_released(delivery->wiring.transcript);
    uint64_t cursor = skip_own(delivery, registry_member(delivery->wiring.registry, position), slot,
                               slot->cursor);

    portion->skipped = cursor;
    /* Before its own join is released a member is owed nothing, not even the accept. */
    if (portion->blocked || slot->cursor > released + 1)
        return true;
    portion->held =
        (slot->flags & SLOT_OWES_ACCEPT) != 0 && !collect_accept(delivery, portion, position);
    while (!portion->held && cursor <= released && portion->count < DELIVERY_PORTION) {
        portion->held = !may_send_another(delivery, portion, position, PLAIN_LINE_MAX_BYTES);
        if (!portion->held && (delivery->batch.entry_count == DELIVERY_BATCH ||
                               !collect_datagram(delivery, portion, position, &cursor)))
            return false;
    }
    return true;
}

/*
 * A common portion depends on nothing but its cursor: not on the member's own events, accept or
 * probation.
 */
static bool is_pattern(const struct delivery *delivery, uint32_t position, struct pattern *pattern)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);

    pattern->portion.common =
        (slot->flags & (SLOT_OWES_ACCEPT | SLOT_PROBATION)) == 0 && slot->own < pattern->cursor;
    return pattern->portion.common;
}

/* ---- settling ---- */

/* The accept is always the first entry of a portion. */
static void note_accepted(struct delivery *delivery, struct slot *slot, uint32_t position)
{
    if ((slot->flags & SLOT_OWES_ACCEPT) == 0)
        return;
    slot->flags &= ~SLOT_OWES_ACCEPT;
    roster_keep(&delivery->wiring.roster, delivery->wiring.registry,
                registry_member(delivery->wiring.registry, position));
}

/*
 * Moves the cursor over the datagrams that were taken or have failed for good. Returns their
 * number.
 */
static uint16_t settle(struct delivery *delivery, const struct portion *portion, uint32_t position)
{
    struct room_stats *stats = delivery->wiring.stats;
    struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint16_t i;

    for (i = 0; i < portion->count; i++) {
        const struct outbox_entry *entry = &delivery->batch.entries[portion->first + i];
        const struct pending *pending = &delivery->batch.pending[portion->pending + i];

        if (delivery_was_put_off(delivery, entry, slot))
            break;
        delivery_count_probation(registry_member(delivery->wiring.registry, position), slot,
                                 entry->length);
        if (entry->result == OUTBOX_TAKEN) {
            stats->datagrams_sent++;
            stats->events_delivered += pending->events;
        } else {
            delivery_note_failure(delivery, registry_member(delivery->wiring.registry, position),
                                  entry->path, pending->events);
        }
        if (pending->missed > 0) {
            stats->events_missed += pending->missed;
            registry_member(delivery->wiring.registry, position)->lost += pending->missed;
        }
        slot->cursor = pending->cursor;
        note_accepted(delivery, slot, position);
    }
    if (i == 0 && slot->cursor < portion->skipped)
        slot->cursor = portion->skipped;
    return i;
}

/*
 * True if no event is owed, and no accept whose join is released. A member on probation that is out
 * of budget waits until it is heard.
 */
static bool is_settled(const struct delivery *delivery, const struct portion *portion,
                       uint16_t settled, uint32_t position)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint64_t released = transcript_released(delivery->wiring.transcript);
    bool owed_nothing = slot->cursor > released &&
                        ((slot->flags & SLOT_OWES_ACCEPT) == 0 || slot->cursor > released + 1);

    return owed_nothing || (portion->held && settled == portion->count);
}

const struct protocol_delivery plain_delivery = {
    .collect = collect,
    .is_pattern = is_pattern,
    .fits_pattern = NULL,
    .settle = settle,
    .is_settled = is_settled,
};
