/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Sends at once, from memory: a plain client can't ask for what it has missed. */
#include "core/plain_server/plain_past.h"

#include "core/plain_wire/plain.h"
#include "core/room/delivery_state.h"

#include <string.h>

/* The past takes no more than this part of what a member may be sent. */
#define BUDGET_SHARE 2U

/* False if nothing more may be sent. */
static bool send_line(struct delivery *delivery, const struct moment *now, struct member *member,
                      const char *line, size_t length)
{
    const struct registry *registry = delivery->wiring.registry;
    struct budget *budget = delivery_budget(member, registry_slot(registry, member->position));

    return delivery_send_within(delivery, now, budget, registry_path(registry, member->position),
                                line, length);
}

static size_t bytes_left(const struct delivery *delivery, const struct moment *now,
                         const struct member *member)
{
    struct budget *budget =
        delivery_budget(member, registry_slot(delivery->wiring.registry, member->position));

    return budget != NULL ? budget_left(budget, now->mono_ns) / BUDGET_SHARE : SIZE_MAX;
}

/* The event of its own join, which it is not owed. */
static uint64_t join_of(const struct transcript *transcript, const struct member *member)
{
    struct event event;

    return transcript_get(transcript, member->first - 1, &event) && event.author == member->number
               ? member->first - 1
               : member->first;
}

void plain_past_send(struct delivery *delivery, const struct moment *now, struct member *member)
{
    const struct delivery_wiring *wiring = &delivery->wiring;
    const struct slot *slot = registry_slot(wiring->registry, member->position);
    const struct plain_wording wording = {
        wiring->doors[registry_path(wiring->registry, member->position)->door].dialect,
        delivery->cache.known};
    uint64_t end = join_of(wiring->transcript, member),
             oldest = transcript_oldest(wiring->transcript);
    uint64_t seq = end > wiring->limits->plain_history ? end - wiring->limits->plain_history : 1;
    size_t left = bytes_left(delivery, now, member);
    char line[PLAIN_LINE_MAX_BYTES];

    for (seq = seq > oldest ? seq : oldest; seq < end; seq++) {
        size_t length = plain_render_past(&wording, wiring->transcript, seq, line);

        if ((slot->flags & SLOT_NEWLINE) != 0 && length > 0)
            line[length++] = '\n';
        if (length > left)
            return;
        if (length > 0 && !send_line(delivery, now, member, line, length))
            return;
        left -= length;
    }
}
