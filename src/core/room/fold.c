/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Moves the released head of the transcript, with pauses between rounds of joins and exits. */
#include "core/room/fold.h"

#include "core/room/crowd.h"
#include "core/room/room_ops.h"

void fold_init(struct fold *fold)
{
    *fold = (struct fold){.min_members = FOLD_MIN_MEMBERS};
}

static bool is_waiting(const struct room *room)
{
    return transcript_released(room->transcript) < transcript_committed(room->transcript);
}

void fold_flush(struct room *room, const struct moment *now)
{
    struct fold *fold = &room->fold;

    if (!is_waiting(room))
        return;
    transcript_release(room->transcript, transcript_committed(room->transcript));
    fold->has_message = false;
    registry_all_behind(room->registry);
    fold->released_ns = now->mono_ns;
    if (!fold->in_round)
        fold->round_ns = now->mono_ns;
    fold->in_round = true;
}

static bool can_wait(enum event_kind kind)
{
    return kind == EVENT_JOIN || kind == EVENT_EXIT;
}

/* For how long messages are held back after others. */
static int64_t bundle_ns(const struct room *room, const struct moment *now)
{
    int64_t tenth_ns = (int64_t)room->sessions->round_trip_us * 1000 / 10;

    if (tenth_ns < FOLD_BUNDLE_MIN_NS || loss_permille(&room->sessions->loss, now->mono_ns) == 0)
        return 0;
    return tenth_ns < FOLD_BUNDLE_MAX_NS ? tenth_ns : FOLD_BUNDLE_MAX_NS;
}

void fold_event(struct room *room, const struct moment *now, enum event_kind kind)
{
    struct fold *fold = &room->fold;

    if (can_wait(kind) &&
        (registry_count(room->registry) >= fold->min_members || crowd_is_strained(room)) &&
        (fold->in_round || now->mono_ns < fold->pause_until_ns))
        return;
    if (fold->has_message)
        return;
    if (kind == EVENT_CHAT && now->mono_ns - fold->released_ns < bundle_ns(room, now)) {
        fold->has_message = true;
        fold->message_ns = fold->released_ns + bundle_ns(room, now);
        return;
    }
    fold_flush(room, now);
}

void fold_swept(struct room *room, const struct moment *now, enum sweep_result result)
{
    struct fold *fold = &room->fold;
    int64_t pause_ns;

    /* Members behind a full socket delay nobody else. */
    if (!fold->in_round || result == SWEEP_MORE)
        return;
    pause_ns = now->mono_ns - fold->round_ns;
    if (pause_ns < FOLD_PAUSE_NS)
        pause_ns = FOLD_PAUSE_NS;
    if (pause_ns > FOLD_PAUSE_MAX_NS)
        pause_ns = FOLD_PAUSE_MAX_NS;
    fold->in_round = false;
    fold->pause_until_ns = now->mono_ns + pause_ns;
}

void fold_tick(struct room *room, const struct moment *now)
{
    if (fold_next_tick(room) <= now->mono_ns)
        fold_flush(room, now);
}

int64_t fold_next_tick(const struct room *room)
{
    const struct fold *fold = &room->fold;

    if (!is_waiting(room))
        return MOMENT_NEVER_NS;
    if (fold->has_message)
        return fold->message_ns;
    if (!fold->in_round)
        return fold->pause_until_ns;
    /* During a round, its end decides, unless only newcomers still wait for it. */
    return registry_standing_behind(room->registry, REGISTRY_ESTABLISHED) > 0
               ? MOMENT_NEVER_NS
               : fold->released_ns + FOLD_PAUSE_MAX_NS;
}
