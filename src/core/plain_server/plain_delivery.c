/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Delivery to plain members: the accept, the lines up to an event of the member's own, and the
 * cursor.
 */
#include "core/plain_server/plain_delivery.h"

#include "core/plain_server/plain_past.h"
#include "core/plain_wire/reply.h"
#include "core/room/roster.h"

#include <string.h>

/* ---- collecting ---- */

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
 * Adds a datagram to the portion, within the member's budget: it is spent here, and what is not
 * taken is refunded later. If it does not suffice, the portion is held.
 */
static void add_datagram(struct delivery *delivery, struct portion *portion, uint32_t position,
                         const void *bytes, size_t length, const struct pending *pending)
{
    const struct registry *registry = delivery->wiring.registry;
    struct budget *budget =
        delivery_budget(registry_member(registry, position), registry_slot(registry, position));

    portion->held = budget != NULL && !budget_spend(budget, delivery->now->mono_ns, length);
    if (!portion->held)
        delivery_add_entry(&delivery->batch, portion, registry_path(registry, position), bytes,
                           length, pending);
}

/* The length of the first `lines` of a bundle, as a datagram for the member. */
static size_t bundle_length(const struct bundle *bundle, uint8_t lines, const struct slot *slot)
{
    return bundle->lines[lines - 1].end - ((slot->flags & SLOT_NEWLINE) != 0 ? 0U : 1U);
}

/* The number of those lines that the budget suffices for, but at least 1. */
static uint8_t lines_within_budget(const struct delivery *delivery, const struct member *member,
                                   const struct slot *slot, const struct bundle *bundle,
                                   uint8_t lines)
{
    struct budget *budget = delivery_budget(member, slot);
    size_t left = budget != NULL ? budget_left(budget, delivery->now->mono_ns) : SIZE_MAX;

    while (lines > 1 && bundle_length(bundle, lines, slot) > left)
        lines--;
    return lines;
}

/* Adds one line for `missed` events, which the bundle of that kind from `first` on counts. */
static bool collect_missed(struct delivery *delivery, struct portion *portion, uint32_t position,
                           enum bundle_kind kind, uint64_t first, struct pending *pending)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    const struct path *path = registry_path(wiring->registry, position);
    const struct bundle *bundle = bundle_get(&delivery->cache, wiring->doors[path->door].dialect,
                                             wiring->transcript, first, kind);

    if (bundle == NULL)
        return false;
    pending->cursor = skip_own(delivery, registry_member(wiring->registry, position),
                               registry_slot(wiring->registry, position), pending->cursor);
    add_datagram(delivery, portion, position, bundle->bytes,
                 bundle_length(bundle, 1, registry_slot(wiring->registry, position)), pending);
    return true;
}

/* Adds the lines of events from `cursor` on. */
static bool collect_lines(struct delivery *delivery, struct portion *portion, uint32_t position,
                          uint64_t cursor, struct pending *pending)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    const struct member *member = registry_member(wiring->registry, position);
    const struct slot *slot = registry_slot(wiring->registry, position);
    const struct dialect *dialect =
        wiring->doors[registry_path(wiring->registry, position)->door].dialect;
    const struct bundle *bundle =
        bundle_get(&delivery->cache, dialect, wiring->transcript, cursor, BUNDLE_FOLDED);
    uint8_t lines = bundle != NULL ? lines_before_own(delivery, member, slot, bundle) : 0;

    /* Its own event is inside a folded run. */
    if (bundle != NULL && lines == 0) {
        bundle = bundle_get(&delivery->cache, dialect, wiring->transcript, cursor, BUNDLE_SINGLE);
        lines = 1;
    }
    if (bundle == NULL)
        return false;
    lines = lines_within_budget(delivery, member, slot, bundle, lines);
    pending->events = bundle->lines[lines - 1].events;
    pending->cursor = skip_own(delivery, member, slot, cursor + pending->events);
    add_datagram(delivery, portion, position, bundle->bytes, bundle_length(bundle, lines, slot),
                 pending);
    return true;
}

/* The member's own events from that one on: nearly always none. */
static uint32_t count_own(const struct delivery *delivery, const struct member *member,
                          const struct slot *slot, uint64_t from)
{
    uint32_t count = 0;

    for (uint64_t seq = from; seq <= slot->own; seq++)
        count += is_own(delivery, member, slot, seq) ? 1U : 0U;
    return count;
}

/* The released events that a held member was not sent, without its own. */
static uint64_t events_held(const struct delivery *delivery, struct member *member,
                            const struct slot *slot)
{
    uint64_t end = transcript_released(delivery->wiring.transcript) + 1;
    uint64_t owed = end - slot->cursor;
    const struct plain_member *plain = registry_plain(member);
    uint16_t own =
        (uint16_t)(plain->said - plain->held_said - count_own(delivery, member, slot, end));

    return owed > own ? owed - own : 0;
}

/*
 * Adds the datagram that is owed at `cursor`, and moves it on. False if the bundle's place in the
 * cache is used by this batch.
 *
 * A member that was held for lack of budget is not sent all that it could not be sent then: one
 * line says how many events that was, and it hears what follows. A single one it is sent.
 */
static bool collect_datagram(struct delivery *delivery, struct portion *portion, uint32_t position,
                             uint64_t *cursor)
{
    const struct transcript *transcript = delivery->wiring.transcript;
    struct member *member = registry_member(delivery->wiring.registry, position);
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint64_t end = transcript_released(transcript) + 1, oldest = transcript_oldest(transcript);
    uint64_t held = (slot->flags & SLOT_HELD) != 0 ? events_held(delivery, member, slot) : 0;
    struct pending pending = {.events = 0};
    bool found;

    if (held > 1) {
        pending.missed = (uint32_t)held;
        pending.cursor = end;
        found = collect_missed(delivery, portion, position, BUNDLE_HELD, end - held, &pending);
    } else if (*cursor < oldest) {
        pending.missed = (uint32_t)(oldest - *cursor);
        pending.cursor = oldest;
        found = collect_missed(delivery, portion, position, BUNDLE_MISSED, *cursor, &pending);
    } else {
        found = collect_lines(delivery, portion, position, *cursor, &pending);
    }
    if (found && !portion->held)
        *cursor = pending.cursor;
    return found;
}

/* If the portion is then held, nothing else may be sent. */
static void collect_accept(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    const struct member *member = registry_member(delivery->wiring.registry, position);
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    const struct path *path = registry_path(delivery->wiring.registry, position);
    const struct reply *reply =
        dialect_reply(delivery->wiring.doors[path->door].dialect, DIALECT_ACCEPT);
    struct pending pending = {.cursor = slot->cursor};

    reply = reply_fill(reply, registry_shown(member), registry_shown_len(member),
                       &delivery->batch.accepts[portion - delivery->batch.portions]);
    add_datagram(delivery, portion, position, reply->bytes,
                 reply->length + ((slot->flags & SLOT_NEWLINE) != 0 ? 1U : 0U), &pending);
}

/*
 * True if the member's budget did not suffice, and there is no more in it: it was not heard since,
 * and the quarter of an hour has not ended. Nothing is rendered for it.
 */
static bool is_held(const struct delivery *delivery, uint32_t position)
{
    const struct plain_member *plain =
        registry_plain(registry_member(delivery->wiring.registry, position));
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);

    return (slot->flags & SLOT_HELD) != 0 && !plain->held_heard &&
           plain->held_quarter == (uint8_t)budget_quarter(delivery_budget(&plain->member, slot),
                                                          delivery->now->mono_ns);
}

static bool collect(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint64_t released = transcript_released(delivery->wiring.transcript);
    uint64_t cursor = skip_own(delivery, registry_member(delivery->wiring.registry, position), slot,
                               slot->cursor);

    portion->skipped = cursor;
    /* Before its own join is released a member is owed nothing, not even the accept. */
    if (portion->blocked || slot->cursor > released + 1 ||
        delivery_accept_waits(slot, delivery->wiring.transcript))
        return true;
    portion->held = is_held(delivery, position);
    if (!portion->held && (slot->flags & SLOT_OWES_ACCEPT) != 0)
        collect_accept(delivery, portion, position);
    /* What was before its join comes right after the accept. */
    if (portion->count > 0 && (slot->flags & SLOT_OWES_PAST) != 0)
        return true;
    while (!portion->held && cursor <= released && portion->count < DELIVERY_PORTION) {
        if (delivery->batch.entry_count == DELIVERY_BATCH ||
            !collect_datagram(delivery, portion, position, &cursor))
            return false;
    }
    return true;
}

/*
 * A common portion depends on nothing but its cursor: not on the member's own events, accept or
 * budget.
 */
static bool is_pattern(const struct delivery *delivery, uint32_t position, struct pattern *pattern)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);

    pattern->portion.common =
        (slot->flags & (SLOT_OWES_ACCEPT | SLOT_BUDGET)) == 0 && slot->own < pattern->cursor;
    return pattern->portion.common;
}

/* ---- settling ---- */

/* The accept is always the first entry of a portion. */
static void note_accepted(struct delivery *delivery, struct slot *slot, uint32_t position)
{
    if ((slot->flags & SLOT_OWES_ACCEPT) == 0)
        return;
    if ((slot->flags & SLOT_OWES_PAST) != 0)
        plain_past_send(delivery, delivery->now,
                        registry_member(delivery->wiring.registry, position));
    slot->flags &= ~(SLOT_OWES_ACCEPT | SLOT_OWES_PAST);
    roster_keep(delivery->wiring.keepers, delivery->now, delivery->wiring.registry,
                registry_member(delivery->wiring.registry, position));
}

/* The member's budget does not suffice for what it is owed next. */
static void hold(struct delivery *delivery, struct member *member, struct slot *slot)
{
    struct budget *budget = delivery_budget(member, slot);
    struct plain_member *plain = registry_plain(member);
    int64_t more_ns = budget_more_ns(budget, delivery->now->mono_ns);

    if ((slot->flags & SLOT_HELD) == 0)
        plain->held_said =
            (uint16_t)(plain->said - count_own(delivery, member, slot, slot->cursor));
    slot->flags |= SLOT_HELD;
    plain->held_heard = false;
    plain->held_quarter = (uint8_t)budget_quarter(budget, delivery->now->mono_ns);
    if (more_ns < delivery->more_ns)
        delivery->more_ns = more_ns;
}

/* After `settled` datagrams of the portion, which have moved the cursor from `before`. */
static void settle_budget(struct delivery *delivery, const struct portion *portion,
                          uint32_t position, uint16_t settled, uint64_t before)
{
    struct member *member = registry_member(delivery->wiring.registry, position);
    struct slot *slot = registry_slot(delivery->wiring.registry, position);
    bool caught_up = slot->cursor > transcript_released(delivery->wiring.transcript);

    for (uint16_t i = settled; i < portion->count; i++)
        budget_refund(delivery_budget(member, slot), delivery->now->mono_ns,
                      delivery->batch.entries[portion->first + i].length);
    if (slot->cursor != before || (caught_up && settled == portion->count))
        slot->flags &= ~SLOT_HELD;
    if (portion->held && settled == portion->count)
        hold(delivery, member, slot);
}

/*
 * Moves the cursor over the datagrams that were taken or have failed for good. Returns their
 * number.
 */
static uint16_t settle(struct delivery *delivery, const struct portion *portion, uint32_t position)
{
    struct room_stats *stats = delivery->wiring.stats;
    struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint64_t before = slot->cursor;
    uint16_t i;

    for (i = 0; i < portion->count; i++) {
        const struct outbox_entry *entry = &delivery->batch.entries[portion->first + i];
        const struct pending *pending = &delivery->batch.pending[portion->pending + i];

        if (delivery_was_put_off(delivery, entry, slot))
            break;
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
    if ((slot->flags & SLOT_BUDGET) != 0)
        settle_budget(delivery, portion, position, i, before);
    return i;
}

/*
 * True if no event is owed, and no accept whose join is released. A member whose budget does not
 * suffice waits until it is heard, or another quarter of an hour begins.
 */
static bool is_settled(const struct delivery *delivery, const struct portion *portion,
                       uint16_t settled, uint32_t position)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    uint64_t released = transcript_released(delivery->wiring.transcript);
    bool owed_nothing = slot->cursor > released &&
                        ((slot->flags & SLOT_OWES_ACCEPT) == 0 || slot->cursor > released + 1);

    return owed_nothing || delivery_accept_waits(slot, delivery->wiring.transcript) ||
           (portion->held && settled == portion->count);
}

const struct protocol_delivery plain_delivery = {
    .collect = collect,
    .is_pattern = is_pattern,
    .fits_pattern = NULL,
    .settle = settle,
    .is_settled = is_settled,
};
