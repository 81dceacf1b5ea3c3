/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Tells newcomers in masses from members that are in, and when newcomers have to wait. */
#include "core/room/crowd.h"

#include "core/room/room_ops.h"
#include "core/room/roster.h"

static const struct bucket_rate ordinary_rate = {.interval_ns = MOMENT_NS_PER_S / CROWD_PER_S,
                                                 .burst = CROWD_BURST};
static const struct bucket_rate join_rate = {.interval_ns = MOMENT_NS_PER_S / CROWD_JOINS_PER_S,
                                             .burst = CROWD_JOINS_PER_S};

/* "Never", as a time in the past. */
#define NEVER_YET_NS (INT64_MIN / 2)

void crowd_init(struct crowd *crowd)
{
    /* A room that was opened just now has always kept up. */
    *crowd = (struct crowd){.strained_ns = NEVER_YET_NS,
                            .lagging_ns = {MOMENT_NEVER_NS, MOMENT_NEVER_NS},
                            .lagged_ns = NEVER_YET_NS};
}

/*
 * Deliveries that established members are owed, to within a few: an author is not sent its own
 * events, and a sequenced member that reports nothing is sent no more. Visits nobody.
 */
static uint64_t owed_to_established(const struct room *room)
{
    uint64_t events = transcript_released(room->transcript) - room->crowd.released;
    uint64_t all = events * registry_standing_count(room->registry, REGISTRY_ESTABLISHED);

    return all > room->crowd.delivered ? all - room->crowd.delivered : 0;
}

static bool admits_all(const struct crowd *crowd, const struct moment *now)
{
    return now->mono_ns - crowd->lagged_ns >= CROWD_CALM_NS;
}

bool crowd_admits(struct room *room, const struct moment *now)
{
    struct crowd *crowd = &room->crowd;

    return admits_all(crowd, now) || bucket_has(&crowd->joins_full_ns, &join_rate, 1, now->mono_ns);
}

void crowd_charge_join(struct room *room, const struct moment *now)
{
    struct crowd *crowd = &room->crowd;

    if (!admits_all(crowd, now))
        bucket_charge(&crowd->joins_full_ns, &join_rate, 1, now->mono_ns);
}

enum registry_standing crowd_standing(struct room *room, const struct moment *now)
{
    struct crowd *crowd = &room->crowd;

    return now->mono_ns - crowd->strained_ns >= CROWD_CALM_NS &&
                   bucket_spend(&crowd->ordinary_full_ns, &ordinary_rate, 1, now->mono_ns)
               ? REGISTRY_ESTABLISHED
               : REGISTRY_NEWCOMER;
}

void crowd_spoke(struct room *room, const struct moment *now, struct member *member)
{
    if (registry_standing(room->registry, member) == REGISTRY_ESTABLISHED ||
        crowd_standing(room, now) == REGISTRY_NEWCOMER)
        return;
    registry_set_standing(room->registry, member, REGISTRY_ESTABLISHED);
    roster_keep(&room->keepers, now, room->registry, member);
}

bool crowd_is_strained(const struct room *room)
{
    return room->crowd.strained;
}

bool crowd_limits(const struct room *room, const struct member *member)
{
    return room->crowd.strained && registry_standing(room->registry, member) == REGISTRY_NEWCOMER;
}

/* Those that wait for a full socket wait for nobody else. */
static void note_lag(int64_t *lagging_ns, const struct moment *now, enum sweep_result result)
{
    if (result != SWEEP_MORE)
        *lagging_ns = MOMENT_NEVER_NS;
    else if (*lagging_ns == MOMENT_NEVER_NS)
        *lagging_ns = now->mono_ns;
}

void crowd_served(struct room *room, const struct moment *now, enum sweep_result result,
                  uint64_t delivered)
{
    struct crowd *crowd = &room->crowd;

    note_lag(&crowd->lagging_ns[REGISTRY_ESTABLISHED], now, result);
    crowd->delivered += delivered;
    if (result == SWEEP_MORE)
        return;
    crowd->released = transcript_released(room->transcript);
    crowd->delivered = 0;
}

size_t crowd_budget(const struct room *room, size_t all, size_t left)
{
    size_t share = (all + CROWD_SHARE - 1) / CROWD_SHARE;

    return left < share || room->crowd.input_waits ? share : left;
}

void crowd_swept(struct room *room, const struct moment *now, enum sweep_result result)
{
    struct crowd *crowd = &room->crowd;
    uint32_t established = registry_standing_count(room->registry, REGISTRY_ESTABLISHED);
    bool lags;

    note_lag(&crowd->lagging_ns[REGISTRY_NEWCOMER], now, result);
    lags = crowd->lagging_ns[REGISTRY_ESTABLISHED] < now->mono_ns - CROWD_DELAY_NS ||
           crowd->lagging_ns[REGISTRY_NEWCOMER] < now->mono_ns - CROWD_LAG_NS;
    crowd->strained = lags || owed_to_established(room) > CROWD_OWED_MAX + established;
    if (!crowd->strained)
        return;
    crowd->strained_ns = now->mono_ns;
    if (lags)
        crowd->lagged_ns = now->mono_ns;
}
