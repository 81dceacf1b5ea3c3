/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What is missing, and when to ask for it (doc/protocol.md, 2.5): the gaps in the store, and behind
 * it up to the head that was told. A gap keeps its time over what becomes of it, so that nothing is
 * asked for twice in a round trip.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/* Disorder is short. */
#define GAP_NS (10 * MOMENT_NS_PER_MS)

#define AGAIN_LEAST_NS (50 * MOMENT_NS_PER_MS)
#define AGAIN_MOST_NS  (3 * MOMENT_NS_PER_S)

/* What was lost was hardly the last. */
#define LOSSY_NS MOMENT_NS_PER_S

/* What is in order and only waits for a name is not missing: it is in the store. */
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
    /* Something of it came: no reason to wait longer than a round trip. */
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
    unsigned doublings = gap->asked > 0 ? gap->asked - 1 : 0;

    if (!gap->was_asked)
        return gap->seen_ns + GAP_NS;
    return gap->asked_ns + rtt_timeout(&client->rtt, doublings, AGAIN_LEAST_NS, AGAIN_MOST_NS);
}

/* A server keeps the lowest only, so no others are asked for. */
static size_t askable(const struct sequenced_client *client)
{
    return client->gaps.count < SEQUENCED_RANGES_MAX ? client->gaps.count : SEQUENCED_RANGES_MAX;
}

int64_t sequenced_client_gaps_due_ns(const struct sequenced_client *client)
{
    int64_t due = MOMENT_NEVER_NS;

    for (size_t i = 0; i < askable(client); i++)
        due = sequenced_client_earlier(due, due_ns(client, &client->gaps.gaps[i]));
    return due;
}

bool sequenced_client_gaps_write(struct sequenced_client *client, const struct moment *now,
                                 struct sequenced_client_up *up)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};

    for (size_t i = 0; i < askable(client); i++) {
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
    for (size_t i = 0; i < askable(client); i++) {
        struct sequenced_client_gap *gap = &client->gaps.gaps[i];

        if (due_ns(client, gap) > now->mono_ns)
            continue;
        gap->was_asked = true;
        gap->asked_ns = now->mono_ns;
        gap->asked++;
    }
    return true;
}
