/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Missing events, and when to request them (doc/protocol.md, 2.5): the gaps in the reorder buffer,
 * and the one between it and the server's head. A gap that shrinks or splits keeps its timers, so
 * that nothing is requested twice in a round trip.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/*
 * How long a gap may be due to datagrams that were overtaken. The first is for a path on which that
 * was not seen lately (RFC 8985, 6.2).
 */
#define GAP_NS       MOMENT_NS_PER_MS
#define REORDERED_NS (10 * MOMENT_NS_PER_MS)

/* A round trip of that length is worth a second request. */
#define FAR_NS (10 * MOMENT_NS_PER_MS)

/* A path that has reordered datagrams will do so again. */
#define REORDERS_NS (10 * MOMENT_NS_PER_S)

/* A gap that was asked for so often makes the client ask by HEARTBEAT what was sent at all. */
#define TRIES 8U

/* What a server sends beyond the position at most (doc/protocol.md, 2.10). */
#define WINDOW_DATAGRAMS 256U
#define EVENTS_MAX       (SEQUENCED_DATAGRAM_MAX_BYTES / 3U)

/*
 * Events that are in order and wait for a name are in the reorder buffer, so they are not missing.
 */
static size_t find_gaps(const struct sequenced_client *client,
                        struct sequenced_client_gap gaps[SEQUENCED_CLIENT_GAPS_MAX])
{
    uint64_t next = client->session.position + 1;
    size_t count = 0;

    for (size_t i = 0;
         i < sequenced_client_reorder_count(&client->reorder) && count < SEQUENCED_CLIENT_GAPS_MAX;
         i++) {
        struct sequenced_client_reordered stored =
            sequenced_client_reorder_get(&client->reorder, i);

        if (stored.first > next)
            gaps[count++] = (struct sequenced_client_gap){.first = next, .last = stored.first - 1};
        if (stored.last >= next)
            next = stored.last + 1;
    }
    if (client->gaps.head >= next && count < SEQUENCED_CLIENT_GAPS_MAX)
        gaps[count++] = (struct sequenced_client_gap){.first = next, .last = client->gaps.head};
    return count;
}

static void inherit(struct sequenced_client_gap *gap, const struct sequenced_client_gap *before)
{
    bool is_part = gap->first > before->first || gap->last < before->last;

    gap->due_ns = before->due_ns;
    gap->asked_ns = before->asked_ns;
    gap->was_asked = before->was_asked;
    gap->again = before->again;
    /* Part of it arrived, so the back-off starts again. */
    gap->asked = is_part ? 0 : before->asked;
    gap->tried = is_part ? 0 : before->tried;
}

void sequenced_client_gaps_update(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_gaps *gaps = &client->gaps;
    struct sequenced_client_gap found[SEQUENCED_CLIENT_GAPS_MAX];
    size_t count = find_gaps(client, found), before = 0;

    for (size_t i = 0; i < count; i++) {
        found[i].due_ns =
            now->mono_ns + (now->mono_ns < gaps->reorders_until_ns ? REORDERED_NS : GAP_NS);
        while (before < gaps->count && gaps->gaps[before].last < found[i].first)
            before++;
        if (before < gaps->count && gaps->gaps[before].first <= found[i].last)
            inherit(&found[i], &gaps->gaps[before]);
    }
    for (size_t i = 0; i < count; i++)
        gaps->gaps[i] = found[i];
    gaps->count = count;
}

/* An answer to the first request can't have come yet. */
static bool is_no_repair(const struct sequenced_client *client, const struct moment *now,
                         const struct sequenced_client_gap *gap)
{
    return !gap->was_asked ||
           (gap->tried == 1 &&
            now->mono_ns - gap->asked_ns < client->rtt.smoothed_ns - 4 * client->rtt.deviation_ns);
}

void sequenced_client_gaps_note(struct sequenced_client *client, const struct moment *now,
                                uint64_t first, uint64_t last)
{
    struct sequenced_client_gaps *gaps = &client->gaps;

    for (size_t i = 0; i < gaps->count && gaps->gaps[i].first <= last; i++) {
        if (gaps->gaps[i].last >= first && is_no_repair(client, now, &gaps->gaps[i]))
            gaps->reorders_until_ns = now->mono_ns + REORDERS_NS;
    }
}

void sequenced_client_gaps_head(struct sequenced_client *client, const struct moment *now,
                                uint64_t head)
{
    if (head <= client->gaps.head)
        return;
    client->gaps.head = head;
    sequenced_client_gaps_update(client, now);
}

/*
 * The back-off is for a server that is not heard. One that is heard has only lost a request, or a
 * repair; and all that follows the gap waits for it.
 */
static unsigned vain_requests(const struct sequenced_client *client,
                              const struct sequenced_client_gap *gap)
{
    return client->heartbeat.heard_ns > gap->asked_ns ? 0 : gap->asked;
}

bool sequenced_client_gaps_beyond(const struct sequenced_client *client, uint64_t last)
{
    return last > client->session.position &&
           last - client->session.position > (uint64_t)WINDOW_DATAGRAMS * EVENTS_MAX;
}

void sequenced_client_gaps_confirm(struct sequenced_client *client, const struct moment *now,
                                   uint64_t head)
{
    struct sequenced_client_gaps *gaps = &client->gaps;
    bool is_stuck = false;

    for (size_t i = 0; i < gaps->count; i++)
        is_stuck = is_stuck || gaps->gaps[i].tried >= TRIES;
    if (!is_stuck || head >= gaps->highest)
        return;
    sequenced_client_reorder_drop_beyond(&client->reorder, head);
    gaps->highest = head;
    sequenced_client_gaps_update(client, now);
}

/* When what was asked for should have come. This doubles as long as nothing of it comes. */
static int64_t answered_ns(const struct sequenced_client *client,
                           const struct sequenced_client_gap *gap)
{
    return gap->asked_ns + rtt_answer(&client->rtt, gap->tried > 0 ? gap->tried - 1 : 0);
}

static int64_t due_ns(const struct sequenced_client *client, const struct sequenced_client_gap *gap)
{
    unsigned vain = vain_requests(client, gap);

    if (!gap->was_asked)
        return gap->due_ns;
    /* What was sent after it has come. */
    if (client->reports.heard_ns >= answered_ns(client, gap))
        return client->reports.heard_ns;
    return gap->asked_ns + rtt_timeout(&client->rtt, vain > 0 ? vain - 1 : 0);
}

/* MISSING reaches so far. */
static uint64_t reach(const struct sequenced_client *client)
{
    return client->session.position + SEQUENCED_MISSING_MAX;
}

/* The gaps that can be asked for: those that begin within reach. */
static size_t requested_count(const struct sequenced_client *client)
{
    size_t count = client->gaps.count;

    while (count > 0 && client->gaps.gaps[count - 1].first > reach(client))
        count--;
    return count;
}

int64_t sequenced_client_gaps_due_ns(const struct sequenced_client *client)
{
    int64_t due = MOMENT_NEVER_NS;

    for (size_t i = 0; i < requested_count(client); i++)
        due = sequenced_client_earlier(due, due_ns(client, &client->gaps.gaps[i]));
    return due;
}

/*
 * Over a long way the next UP that is sent anyway asks once more: the first request may be lost, or
 * the repair.
 */
static bool is_asked_again(const struct moment *now, const struct sequenced_client_gap *gap)
{
    return gap->again && gap->asked_ns < now->mono_ns;
}

static bool is_requested(const struct sequenced_client *client, const struct moment *now,
                         const struct sequenced_client_gap *gap)
{
    return due_ns(client, gap) <= now->mono_ns || is_asked_again(now, gap);
}

static void request(const struct sequenced_client *client, const struct sequenced_client_gap *gap,
                    struct sequenced_up_frame *frame)
{
    uint64_t last = gap->last < reach(client) ? gap->last : reach(client);

    for (uint64_t event = gap->first; event <= last; event++)
        sequenced_up_ask(frame, (size_t)(event - client->session.position - 1));
}

static void note_request(struct sequenced_client *client, const struct moment *now,
                         struct sequenced_client_gap *gap)
{
    bool is_due = due_ns(client, gap) <= now->mono_ns;

    /* What a queue has dropped is no reason to ask for more. */
    gap->again =
        is_due && client->rtt.smoothed_ns >= FAR_NS && !congestion_is_queued(&client->window.path);
    if (!is_due)
        return;
    sequenced_client_reports_lossy(client, now);
    gap->asked = vain_requests(client, gap) + 1;
    if (++gap->tried == TRIES && !client->heartbeat.asking)
        sequenced_client_heartbeat_ask(client, now);
    gap->was_asked = true;
    gap->asked_ns = now->mono_ns;
}

/* Of what is asked for again, the server knows whether the repair was lost, or waits. */
void sequenced_client_gaps_count(struct sequenced_client *client, const struct moment *now)
{
    for (size_t i = 0; i < requested_count(client); i++) {
        const struct sequenced_client_gap *gap = &client->gaps.gaps[i];

        if (!gap->was_asked && due_ns(client, gap) <= now->mono_ns)
            sequenced_client_reports_lost(client, now, gap->last - gap->first + 1);
    }
}

bool sequenced_client_gaps_write(struct sequenced_client *client, const struct moment *now,
                                 struct sequenced_client_up *up)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};
    size_t count = requested_count(client);

    for (size_t i = 0; i < count; i++) {
        if (is_requested(client, now, &client->gaps.gaps[i]))
            request(client, &client->gaps.gaps[i], &frame);
    }
    if (frame.missing.length == 0)
        return true;
    if (!sequenced_client_up_add(up, &frame))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (is_requested(client, now, &client->gaps.gaps[i]))
            note_request(client, now, &client->gaps.gaps[i]);
    }
    return true;
}
