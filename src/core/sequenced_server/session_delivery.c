/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Delivery to sequenced members: repairs, and the cursor. */
#include "core/sequenced_server/session_delivery.h"

#include "core/sequenced_server/session_acks.h"
#include "core/sequenced_server/session_repairs.h"
#include "core/sequenced_server/session_window.h"

#include "core/model/loss.h"
#include "core/model/session.h"
#include "core/model/session_deadlines.h"

/*
 * Repeats take so many bytes for each that is lost, up to two fifths of what else is sent. A
 * datagram that is lost with its repeat is asked for.
 */
#define REPEATS_PER_LOSS    2U
#define REPEAT_PERMILLE_MAX 420U

/* At most one eighth of a datagram is padding. */
#define PADDING_SHARE 8U

_Static_assert(SESSION_DELIVERY_PORTION <= DELIVERY_BATCH && DELIVERY_BATCH <= SEGMENT_PLACES,
               "a portion fits a batch");

/*
 * Events that the ring has forgotten are neither sent nor repaired: the member continues with the
 * oldest event, and is told.
 */
static void skip_forgotten(struct delivery *delivery, struct member *member, struct slot *slot)
{
    struct session *session = member->session;
    uint64_t oldest = transcript_oldest(delivery->wiring.transcript);
    struct nacks_pool *pool = &delivery->wiring.sessions->nacks;
    bool lost = nacks_any(session->nacks) &&
                session->position + 1 + nacks_next(pool, session->nacks, 0) < oldest;

    if (slot->cursor >= oldest && !lost)
        return;
    if (slot->cursor < oldest) {
        member->lost += (uint32_t)(oldest - slot->cursor);
        delivery->wiring.stats->events_missed += oldest - slot->cursor;
        nacks_clear(pool, &session->nacks);
        session->flight = 0;
        session_window_empty(&delivery->wiring, session);
        slot->cursor = oldest;
    } else {
        nacks_drop_below(pool, &session->nacks, oldest - session->position - 1);
    }
    session->flags |= SESSION_GAP;
    session->flags &= (uint8_t)~SESSION_SAMPLED;
    session->gap = (uint32_t)oldest;
    session_deadlines_set(delivery->wiring.sessions, delivery->now, member,
                          SESSION_DEADLINE_AT_ONCE);
}

/* ---- collecting ---- */

static uint32_t repeat_permille(const struct delivery *delivery)
{
    const struct loss *loss = &delivery->wiring.sessions->loss;
    uint32_t permille = REPEATS_PER_LOSS * loss_permille(loss, delivery->now->mono_ns);

    return permille < REPEAT_PERMILLE_MAX ? permille : REPEAT_PERMILLE_MAX;
}

static const struct segment *get_segment(struct delivery *delivery, const struct session *session,
                                         uint64_t seq, bool repair)
{
    const struct delivery_wiring *wiring = &delivery->wiring;

    if (session_is_small(session))
        return segment_get_small(&delivery->segments, wiring->transcript, wiring->sessions->epoch,
                                 seq, SESSION_SMALL_BYTES);
    delivery->segments.repeat_permille = repeat_permille(delivery);
    return segment_get(&delivery->segments, wiring->transcript, wiring->sessions->epoch, seq,
                       repair);
}

/* False if there is no room for it in the batch. */
static bool add_segment(struct delivery *delivery, struct portion *portion, uint32_t position,
                        uint64_t seq, bool repair, uint64_t *ret_next)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    const struct session *session = registry_member(wiring->registry, position)->session;
    const struct segment *segment;
    struct pending pending;

    if (delivery->batch.entry_count == DELIVERY_BATCH)
        return false;
    segment = get_segment(delivery, session, seq, repair);
    if (segment == NULL)
        return false;
    pending = (struct pending){
        .cursor = segment->next, .events = (uint32_t)(segment->next - seq), .repair = repair};
    delivery_add_entry(&delivery->batch, portion, registry_path(wiring->registry, position),
                       segment->bytes, segment->length, &pending);
    session_window_take(wiring, delivery->now, registry_member(wiring->registry, position)->session,
                        segment->length);
    *ret_next = segment->next;
    return true;
}

static bool collect_repairs(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    const struct session *session = registry_member(delivery->wiring.registry, position)->session;
    const struct nacks_pool *pool = &delivery->wiring.sessions->nacks;
    uint32_t lacks = nacks_next(pool, session->nacks, 0), left, turn;
    uint64_t base = session->position + 1, next;

    if (lacks == NACKS_MAX)
        return true;
    left = session_repairs_left(&delivery->wiring, delivery->now, session);
    turn = session_window_turn(&delivery->wiring, session);
    while (lacks < NACKS_MAX && portion->count < left && portion->count < turn &&
           session_window_has_room(&delivery->wiring, delivery->now, session)) {
        if (!add_segment(delivery, portion, position, base + lacks, true, &next))
            return false;
        lacks = nacks_next(pool, session->nacks, next - base);
    }
    return true;
}

static bool collect_all(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    struct slot *slot = registry_slot(delivery->wiring.registry, position);
    struct member *member = registry_member(delivery->wiring.registry, position);
    const struct session *session = member->session;
    uint64_t released = transcript_released(delivery->wiring.transcript), cursor;
    uint32_t turn;

    if (portion->blocked || member->warned) /* its door or path is full, or it is away */
        return true;
    skip_forgotten(delivery, member, slot);
    if (!collect_repairs(delivery, portion, position))
        return false;
    cursor = slot->cursor;
    turn = session_window_turn(&delivery->wiring, session);
    while (cursor <= released && portion->count < turn &&
           session_is_open(session, portion->count + 1U) &&
           session_window_has_room(&delivery->wiring, delivery->now, session)) {
        if (!add_segment(delivery, portion, position, cursor, false, &cursor))
            return false;
    }
    return true;
}

/*
 * Pads consecutive datagrams, except the last, to the longest one, if that costs at most an eighth:
 * datagrams of one length to one member can be sent by one system call.
 */
static void pad_equal(struct batch *batch, const struct portion *portion)
{
    struct outbox_entry *entries = batch->entries + portion->first;
    uint32_t longest = 0;

    for (uint16_t i = 0; i < portion->count; i++)
        longest = entries[i].length > longest ? entries[i].length : longest;
    for (uint16_t i = 0; i + 1 < portion->count; i++) {
        if (entries[i].length >= longest - longest / PADDING_SHARE)
            entries[i].length = longest;
    }
}

static bool collect(struct delivery *delivery, struct portion *portion, uint32_t position)
{
    bool whole = collect_all(delivery, portion, position);

    if (portion->count > 1)
        pad_equal(&delivery->batch, portion);
    return whole;
}

/* True if the portion does not depend on this member's window: it is full, or reaches the head. */
static bool is_pattern(const struct delivery *delivery, uint32_t position, struct pattern *pattern)
{
    const struct member *member = registry_member(delivery->wiring.registry, position);

    return !session_is_small(member->session) &&
           (pattern->portion.count == SESSION_DELIVERY_PORTION ||
            pattern->portion.next > transcript_released(delivery->wiring.transcript));
}

/* Takes the room in the window for it, too. */
static bool fits_pattern(const struct delivery *delivery, uint32_t position,
                         const struct pattern *pattern)
{
    const struct member *member = registry_member(delivery->wiring.registry, position);
    struct session *session = member->session;
    uint32_t count = pattern->portion.count;

    return !member->warned && !nacks_any(session->nacks) && !session_is_small(session) &&
           session_is_open(session, count) &&
           session_window_try(&delivery->wiring, delivery->now, session,
                              &delivery->batch.entries[pattern->first], count);
}

/* ---- settling ---- */

/* Two copies can be told apart (session_acks.c), but not three. */
static void note_copy(const struct delivery *delivery, struct session *session, uint64_t next)
{
    uint16_t now_ms = (uint16_t)session_ms(delivery->now);

    if ((session->flags & SESSION_SAMPLED) == 0 || session->sample != (uint32_t)(next - 1))
        return;
    if (session->again_ms != 0)
        session->flags &= (uint8_t)~SESSION_SAMPLED;
    session->again_ms = now_ms != 0 ? now_ms : UINT16_MAX; /* never in the future */
}

static void settle_repair(struct delivery *delivery, struct session *session, uint64_t next,
                          uint32_t bytes)
{
    struct nacks_pool *pool = &delivery->wiring.sessions->nacks;

    note_copy(delivery, session, next);
    session_repairs_take(&delivery->wiring, delivery->now, session);
    delivery->wiring.stats->repairs++;
    if (bytes > SESSION_SMALL_BYTES && nacks_next(pool, session->nacks, 0) == 0 &&
        session->large < SESSION_LARGE_MAX)
        session->large++;
    nacks_drop_below(pool, &session->nacks, next - session->position - 1);
}

static void settle_new(struct delivery *delivery, struct session *session, struct slot *slot,
                       const struct pending *pending)
{
    uint16_t now_ms = (uint16_t)session_ms(delivery->now);
    bool was_quiet = (uint16_t)(now_ms - session->sent_ms) >= SESSION_QUIET_MS;

    slot->cursor = pending->cursor;
    session->flight++;
    session->flags = (uint8_t)((session->flags & ~(SESSION_PROMPT | SESSION_PROBED)) |
                               (was_quiet ? SESSION_PROMPT : 0));
    session->sent_ms = now_ms;
    delivery->wiring.stats->events_delivered += pending->events;
    /* One datagram is measured at a time. */
    if ((session->flags & SESSION_SAMPLED) != 0 || !congestion_aimed(&session->congestion))
        return;
    session->flags |= SESSION_SAMPLED;
    session->sample = (uint32_t)(pending->cursor - 1);
    session->sampled_us = (uint32_t)(delivery->now->mono_ns / 1000);
    session->again_ms = 0;
}

static uint16_t settle(struct delivery *delivery, const struct portion *portion, uint32_t position)
{
    struct slot *slot = registry_slot(delivery->wiring.registry, position);
    struct member *member = registry_member(delivery->wiring.registry, position);
    struct session *session = member->session;
    const struct outbox_entry *entries = &delivery->batch.entries[portion->first];
    const struct pending *pending = &delivery->batch.pending[portion->pending];
    uint16_t count = portion->count, i;
    bool is_new = false;

    for (i = 0; i < count; i++) {
        if (delivery_was_put_off(delivery, &entries[i], slot))
            break;
        if (entries[i].result == OUTBOX_TAKEN)
            delivery->wiring.stats->datagrams_sent++;
        else /* as good as lost on the way: the member will ask for it again */
            delivery_note_failure(delivery, member, entries[i].path, 0);
        if (pending[i].repair)
            settle_repair(delivery, session, pending[i].cursor, entries[i].length);
        else
            settle_new(delivery, session, slot, &pending[i]);
        is_new = is_new || !pending[i].repair;
    }
    for (uint16_t unsent = i; unsent < count; unsent++)
        session_window_give_back(&delivery->wiring, session, entries[unsent].length);
    /*
     * A gap is told at once, whatever was sent; repairs beyond the budget wait. A repair does not
     * begin the wait anew: it may be a probe, and the next one is due later.
     */
    if ((is_new && session->queue != SESSION_DEADLINE_AT_ONCE) ||
        (nacks_any(session->nacks) && session->queue == 0))
        session_deadlines_set(
            delivery->wiring.sessions, delivery->now, member,
            session_acks_wait(delivery->wiring.controllers, delivery->now, session));
    return i;
}

/*
 * True if nothing more can be sent to it before it reports, time passes, or there is room in the
 * window of its address.
 */
static bool is_settled(const struct delivery *delivery, const struct portion *portion,
                       uint16_t settled, uint32_t position)
{
    const struct slot *slot = registry_slot(delivery->wiring.registry, position);
    struct member *member = registry_member(delivery->wiring.registry, position);
    const struct session *session = member->session;
    bool is_owed = slot->cursor <= transcript_released(delivery->wiring.transcript);
    bool lacks = nacks_any(session->nacks);

    (void)portion;
    (void)settled;
    if (member->warned)
        return true;
    if (lacks) {
        session_repairs_wait(&delivery->wiring, delivery->now, member);
        lacks = session_repairs_left(&delivery->wiring, delivery->now, session) > 0;
    }
    if (!lacks && (!is_owed || !session_is_open(session, 1)))
        return true;
    if (session_window_has_room(&delivery->wiring, delivery->now, session))
        return false;
    session_window_wait(&delivery->wiring, delivery->now, member);
    return true;
}

const struct protocol_delivery session_delivery = {
    .collect = collect,
    .is_pattern = is_pattern,
    .fits_pattern = fits_pattern,
    .settle = settle,
    .is_settled = is_settled,
};
