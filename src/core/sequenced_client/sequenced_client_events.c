/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Receives EVENTS, delivers each event once and in order (doc/protocol.md, 2.4 and 2.5), and says
 * when the position must be reported. All pass through the reorder buffer, even those in order, so
 * that there is one path.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/* Fewer datagrams up than down; a server sends more than that before it waits for a report. */
#define REPORT_EVENTS 5U
#define REPORT_NS     (20 * MOMENT_NS_PER_MS)

/*
 * An author's name may be on a page that has not arrived yet. A server that sends events but no
 * pages breaks the protocol; its events are then delivered without names.
 */
#define NAME_TIMEOUT_NS (30 * MOMENT_NS_PER_S)

/* ---- delivery ---- */

static void deliver(struct sequenced_client *client, const struct moment *now,
                    const struct sequenced_event *from, const struct listed_member *author)
{
    struct event event = sequenced_client_told(from, now);
    uint32_t own = 0;

    if (author != NULL) {
        event.name = author->name;
        event.name_len = author->name_len;
    }
    client->session.position = from->seq;
    if (from->kind >= SEQUENCED_EVENT_UNKNOWN)
        return;
    if (from->member != 0 && from->member == client->base.number)
        own = sequenced_client_messages_own(client, from->said);
    if (!sequenced_client_history_hold(client, &event, own) && client->base.sink.event != NULL)
        client->base.sink.event(client->base.sink.ctx, &event, own);
    if (own != 0)
        sequenced_client_messages_acknowledged(client, now, own, from->seq >= client->prompt_from);
    sequenced_client_members_event(client, from);
}

/* False: its author's name is not known yet. */
static bool try_deliver(struct sequenced_client *client, const struct moment *now,
                        const struct sequenced_event *event)
{
    const struct listed_member *author = NULL;
    bool needs_name = event->member != 0 && event->name.length == 0;

    if (needs_name && !sequenced_client_members_author(client, event->member, &author)) {
        if (client->blocked_ns == MOMENT_NEVER_NS)
            client->blocked_ns = now->mono_ns;
        if (now->mono_ns < client->blocked_ns + NAME_TIMEOUT_NS)
            return false;
        /* No page will bring the name. */
        client->members.complete = true;
    }
    client->blocked_ns = MOMENT_NEVER_NS;
    deliver(client, now, event, author);
    return true;
}

/* Delivers the lowest buffered datagram; false if that is not possible to its end. */
static bool deliver_lowest(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_reordered stored = sequenced_client_reorder_get(&client->reorder, 0);
    struct sequenced_events events;
    struct sequenced_event event;

    if (stored.first > client->session.position + 1)
        return false;
    if (stored.last > client->session.position &&
        sequenced_events_open(stored.bytes, stored.length, &events) == 0) {
        while (sequenced_events_next(&events, &event)) {
            if (event.seq > client->session.position && !try_deliver(client, now, &event))
                return false;
        }
    }
    sequenced_client_reorder_pop(&client->reorder);
    return true;
}

void sequenced_client_events_deliver(struct sequenced_client *client, const struct moment *now)
{
    uint64_t gap_last = client->gaps.count > 0 ? client->gaps.gaps[0].last : 0;

    while (sequenced_client_reorder_count(&client->reorder) > 0 && deliver_lowest(client, now))
        ;
    /* A gap has closed: the server's window waits for the report. */
    if (gap_last != 0 && client->session.position >= gap_last)
        sequenced_client_reports_due_at(client, now->mono_ns);
    sequenced_client_gaps_update(client, now);
}

int64_t sequenced_client_events_due_ns(const struct sequenced_client *client)
{
    return client->blocked_ns == MOMENT_NEVER_NS ? MOMENT_NEVER_NS
                                                 : client->blocked_ns + NAME_TIMEOUT_NS;
}

/* ---- receiving ---- */

/* Events that wait for others acknowledge messages, too. */
static void note_own(struct sequenced_client *client, const struct moment *now,
                     struct sequenced_events *events)
{
    struct sequenced_event event;

    while (client->base.pending > 0 && sequenced_events_next(events, &event)) {
        if (event.member == client->base.number)
            sequenced_client_messages_arrived(client, now,
                                              sequenced_client_messages_own(client, event.said));
    }
}

static bool is_report_due(const struct sequenced_client *client, const struct moment *now)
{
    bool was_quiet = now->mono_ns - client->reports.heard_ns >= REPORT_NS;

    return client->reports.events >= REPORT_EVENTS ||
           (was_quiet && sequenced_client_reports_is_lossy(client, now));
}

/* The number of events among the repeats that have not come before: their datagram was lost. */
static uint64_t count_mended(const struct sequenced_client *client,
                             const struct sequenced_events *events)
{
    uint64_t next = sequenced_client_highest(client) + 1,
             new_first = events->first + events->repeats;

    if (new_first <= next)
        return 0;
    return new_first - (events->first > next ? events->first : next);
}

static void take(struct sequenced_client *client, const struct moment *now,
                 struct sequenced_events *events, const struct sequenced_client_reordered *datagram)
{
    sequenced_client_reports_lost(client, now, count_mended(client, events));
    sequenced_client_gaps_note(client, now, events->first + events->repeats, datagram->last);
    if (datagram->last > sequenced_client_highest(client)) {
        client->gaps.highest = datagram->last;
        client->reports.latest_ns = now->mono_ns;
    }
    if (client->gaps.count == 0 && client->blocked_ns == MOMENT_NEVER_NS)
        client->prompt_from = events->first + events->repeats;
    sequenced_client_reorder_put(&client->reorder, datagram);
    sequenced_client_events_deliver(client, now);
    client->prompt_from = UINT64_MAX;
    if (datagram->last > client->session.position)
        note_own(client, now, events);
}

void sequenced_client_events_receive(struct sequenced_client *client, const struct moment *now,
                                     const void *bytes, size_t length)
{
    struct sequenced_client_reordered datagram;
    struct sequenced_events events;
    bool is_new;

    if (sequenced_events_open(bytes, length, &events) != 0 || events.epoch != client->session.epoch)
        return;
    datagram = (struct sequenced_client_reordered){events.first, events.first + events.count - 1,
                                                   bytes, length};
    /* Everybody who was here knows the epoch, and could forge it. */
    if (sequenced_client_gaps_beyond(client, datagram.last))
        return;
    client->heartbeat.heard_ns = now->mono_ns;
    /* Datagrams that bring nothing new are reported at once: the report of them may be lost. */
    is_new = datagram.last > client->session.position;
    sequenced_client_reports_received(client, is_new ? events.count - events.repeats : 0);
    client->reports.events++;
    sequenced_client_reports_due_at(
        client, now->mono_ns + (is_new && !is_report_due(client, now) ? REPORT_NS : 0));
    client->reports.heard_ns = now->mono_ns;
    if (is_new)
        take(client, now, &events, &datagram);
    else
        sequenced_client_reports_lossy(client, now);
}
