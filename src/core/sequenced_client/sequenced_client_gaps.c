/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Missing events, and when to request them (doc/protocol.md, 2.5): the gaps in the reorder buffer,
 * and the one between it and the server's head. A gap that shrinks or splits keeps its timers, so
 * that nothing is requested twice in a round trip.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/* Reordering is brief. */
#define GAP_NS (10 * MOMENT_NS_PER_MS)

/* One loss is rarely the last. */
#define LOSSY_NS MOMENT_NS_PER_S

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
    gap->seen_ns = before->seen_ns;
    gap->asked_ns = before->asked_ns;
    gap->was_asked = before->was_asked;
    /* Part of it arrived, so the back-off starts again. */
    gap->asked = gap->first > before->first || gap->last < before->last ? 0 : before->asked;
}

void sequenced_client_gaps_update(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_gaps *gaps = &client->gaps;
    struct sequenced_client_gap found[SEQUENCED_CLIENT_GAPS_MAX];
    size_t count = find_gaps(client, found), before = 0;

    for (size_t i = 0; i < count; i++) {
        found[i].seen_ns = now->mono_ns;
        while (before < gaps->count && gaps->gaps[before].last < found[i].first)
            before++;
        if (before < gaps->count && gaps->gaps[before].first <= found[i].last)
            inherit(&found[i], &gaps->gaps[before]);
    }
    for (size_t i = 0; i < count; i++)
        gaps->gaps[i] = found[i];
    gaps->count = count;
}

void sequenced_client_gaps_head(struct sequenced_client *client, const struct moment *now,
                                uint64_t head)
{
    if (head <= client->gaps.head)
        return;
    client->gaps.head = head;
    sequenced_client_gaps_update(client, now);
}

static int64_t due_ns(const struct sequenced_client *client, const struct sequenced_client_gap *gap)
{
    if (!gap->was_asked)
        return gap->seen_ns + GAP_NS;
    return gap->asked_ns + rtt_timeout(&client->rtt, gap->asked > 0 ? gap->asked - 1 : 0);
}

/* A server keeps only the lowest ranges, so no others are requested. */
static size_t requested_count(const struct sequenced_client *client)
{
    return client->gaps.count < SEQUENCED_RANGES_MAX ? client->gaps.count : SEQUENCED_RANGES_MAX;
}

int64_t sequenced_client_gaps_due_ns(const struct sequenced_client *client)
{
    int64_t due = MOMENT_NEVER_NS;

    for (size_t i = 0; i < requested_count(client); i++)
        due = sequenced_client_earlier(due, due_ns(client, &client->gaps.gaps[i]));
    return due;
}

bool sequenced_client_gaps_write(struct sequenced_client *client, const struct moment *now,
                                 struct sequenced_client_up *up)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};

    for (size_t i = 0; i < requested_count(client); i++) {
        const struct sequenced_client_gap *gap = &client->gaps.gaps[i];

        if (due_ns(client, gap) > now->mono_ns)
            continue;
        frame.missing.ranges[frame.missing.count++] =
            (struct sequenced_range){gap->first, gap->last - gap->first + 1};
    }
    if (frame.missing.count == 0)
        return true;
    if (!sequenced_client_up_add(up, &frame))
        return false;
    client->gaps.lossy_until_ns = now->mono_ns + LOSSY_NS;
    for (size_t i = 0; i < requested_count(client); i++) {
        struct sequenced_client_gap *gap = &client->gaps.gaps[i];

        if (due_ns(client, gap) > now->mono_ns)
            continue;
        gap->was_asked = true;
        gap->asked_ns = now->mono_ns;
        gap->asked++;
    }
    return true;
}
