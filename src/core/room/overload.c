/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Looking, comparing, and telling the observer. */
#include "core/room/overload.h"

#include "core/room/room_ops.h"

void overload_init(struct overload *overload)
{
    *overload = (struct overload){.next_ns = MOMENT_NEVER_NS};
}

/* Of the window only: who has left it on probation is owed much, perhaps for ever, and costs
 * nothing. */
uint64_t overload_owed(const struct room *room)
{
    uint64_t released = transcript_released(room->transcript),
             oldest = transcript_oldest(room->transcript), owed = 0;
    uint32_t behind = registry_behind(room->registry);

    for (uint32_t n = 0; n < behind; n++) {
        uint64_t cursor =
            registry_slot(room->registry, registry_lagging(room->registry, n))->cursor;

        if (cursor < oldest) /* what it has missed it will not be sent */
            cursor = oldest;
        owed += cursor <= released ? released - cursor + 1 : 0;
    }
    return owed;
}

static void tell(const struct room *room, const struct moment *now, uint64_t per_second)
{
    const struct overload *overload = &room->overload;
    struct room_overload told = {.active = overload->active,
                                 .owed = overload->owed,
                                 .per_second = per_second,
                                 .peak = overload->peak,
                                 .lasted_ns = now->mono_ns - overload->since_ns};

    observers_overload(&room->observers, &told);
}

static void begin(struct room *room, const struct moment *now, uint64_t per_second)
{
    struct overload *overload = &room->overload;

    overload->active = true;
    overload->since_ns = now->mono_ns;
    overload->peak = overload->owed;
    tell(room, now, per_second);
}

static void end(struct room *room, const struct moment *now, uint64_t per_second)
{
    room->overload.active = false;
    room->overload.grown = 0;
    tell(room, now, per_second);
}

static void remember(struct room *room, const struct moment *now, uint64_t owed)
{
    struct overload *overload = &room->overload;

    overload->looked_ns = now->mono_ns;
    overload->next_ns = now->mono_ns + OVERLOAD_INTERVAL_NS;
    overload->owed = owed;
    overload->delivered = room->stats.events_delivered;
    overload->missed = room->stats.events_missed;
}

void overload_swept(struct room *room, const struct moment *now)
{
    struct overload *overload = &room->overload;

    if (registry_behind(room->registry) > 0) {
        if (overload->next_ns == MOMENT_NEVER_NS)
            remember(room, now, 0); /* a moment ago nobody was behind */
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
                      now->mono_ns - overload->looked_ns);
    /* A ring that is full can't owe more: what comes in then pushes out what was owed. */
    grows = owed > overload->owed || room->stats.events_missed > overload->missed;
    overload->grown = grows ? overload->grown + 1 : 0;
    remember(room, now, owed);
    if (owed > overload->peak)
        overload->peak = owed;
    if (overload->active && owed < per_second / 2)
        end(room, now, per_second);
    else if (!overload->active && overload->grown >= OVERLOAD_LOOKS && owed > per_second)
        begin(room, now, per_second);
}

int64_t overload_next_tick(const struct room *room)
{
    return room->overload.next_ns;
}
