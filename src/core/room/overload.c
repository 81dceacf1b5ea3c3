/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Samples, compares, and tells the observers. */
#include "core/room/overload.h"

#include "core/room/room_ops.h"

void overload_init(struct overload *overload)
{
    *overload = (struct overload){.next_ns = MOMENT_NEVER_NS};
}

/*
 * Counts lagging members only: a member whose budget did not suffice stopped lagging, is owed much,
 * perhaps for ever, and costs nothing. Nor does one behind a slow link: that is no fault of the
 * room.
 */
static uint64_t owed_to(const struct room *room, enum registry_standing standing)
{
    uint64_t released = transcript_released(room->transcript),
             oldest = transcript_oldest(room->transcript), owed = 0;
    uint32_t behind = registry_standing_behind(room->registry, standing);

    for (uint32_t n = 0; n < behind; n++) {
        const struct slot *slot =
            registry_slot(room->registry, registry_lagging(room->registry, standing, n));
        uint64_t cursor = slot->cursor;

        if ((slot->flags & SLOT_PATH_WAITS) != 0)
            continue;
        /* Events that it missed are not sent to it. */
        if (cursor < oldest)
            cursor = oldest;
        owed += cursor <= released ? released - cursor + 1 : 0;
    }
    return owed;
}

uint64_t overload_owed(const struct room *room)
{
    return owed_to(room, REGISTRY_ESTABLISHED) + owed_to(room, REGISTRY_NEWCOMER);
}

static void report(const struct room *room, const struct moment *now, uint64_t per_second)
{
    const struct overload *overload = &room->overload;
    struct room_overload figures = {.active = overload->active,
                                    .owed = overload->owed,
                                    .per_second = per_second,
                                    .peak = overload->peak,
                                    .lasted_ns = now->mono_ns - overload->since_ns};

    observers_overload(&room->observers, &figures);
}

static void begin(struct room *room, const struct moment *now, uint64_t per_second)
{
    struct overload *overload = &room->overload;

    overload->active = true;
    overload->since_ns = now->mono_ns;
    overload->peak = overload->owed;
    report(room, now, per_second);
}

static void end(struct room *room, const struct moment *now, uint64_t per_second)
{
    room->overload.active = false;
    room->overload.grown = 0;
    report(room, now, per_second);
}

static void remember(struct room *room, const struct moment *now, uint64_t owed)
{
    struct overload *overload = &room->overload;

    overload->sampled_ns = now->mono_ns;
    overload->next_ns = now->mono_ns + OVERLOAD_INTERVAL_NS;
    overload->owed = owed;
    overload->delivered = room->stats.events_delivered;
    overload->missed = room->stats.events_missed;
}

void overload_swept(struct room *room, const struct moment *now)
{
    struct overload *overload = &room->overload;

    if (registry_behind(room->registry) > 0) {
        /* If nobody was behind a moment ago, the first sample is 0. */
        if (overload->next_ns == MOMENT_NEVER_NS)
            remember(room, now, 0);
        return;
    }
    overload->next_ns = MOMENT_NEVER_NS;
    overload->owed = 0;
    overload->grown = 0;
    if (overload->active)
        end(room, now, 0);
}

static uint64_t rate(uint64_t count, int64_t elapsed_ns)
{
    return count * (uint64_t)MOMENT_NS_PER_S / (uint64_t)elapsed_ns;
}

void overload_tick(struct room *room, const struct moment *now)
{
    struct overload *overload = &room->overload;
    uint64_t owed, per_second;
    bool grows;

    if (overload->next_ns > now->mono_ns)
        return;
    owed = overload_owed(room);
    per_second = rate(room->stats.events_delivered - overload->delivered,
                      now->mono_ns - overload->sampled_ns);
    /* A full ring can't owe more: new events then push out those that were owed. */
    grows = owed > overload->owed || room->stats.events_missed > overload->missed;
    overload->grown = grows ? overload->grown + 1 : 0;
    remember(room, now, owed);
    if (owed > overload->peak)
        overload->peak = owed;
    if (overload->active && owed < per_second / 2)
        end(room, now, per_second);
    else if (!overload->active && overload->grown >= OVERLOAD_SAMPLES && owed > per_second)
        begin(room, now, per_second);
}

int64_t overload_next_tick(const struct room *room)
{
    return room->overload.next_ns;
}
