/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The transcript's second head, and the pauses between rounds of joins and exits. */
#include "core/room/fold.h"

#include "core/room/room_state.h"

void release_init(struct release *release)
{
    *release = (struct release){.crowd = RELEASE_CROWD_MEMBERS};
}

static bool is_waiting(const struct room *room)
{
    return transcript_released(room->transcript) < transcript_appended(room->transcript);
}

void release_all(struct room *room, const struct moment *now)
{
    struct release *release = &room->release;

    if (!is_waiting(room))
        return;
    transcript_release(room->transcript, transcript_appended(room->transcript));
    registry_all_behind(room->registry);
    if (!release->in_round)
        release->round_ns = now->mono_ns;
    release->in_round = true;
}

static bool can_wait(enum event_kind kind)
{
    return kind == EVENT_JOIN || kind == EVENT_EXIT;
}

void release_event(struct room *room, const struct moment *now, enum event_kind kind)
{
    const struct release *release = &room->release;

    if (can_wait(kind) && registry_count(room->registry) >= release->crowd &&
        (release->in_round || now->mono_ns < release->pause_until_ns))
        return;
    release_all(room, now);
}

void release_swept(struct room *room, const struct moment *now, enum sweep_result result)
{
    struct release *release = &room->release;
    int64_t pause_ns;

    /* Those behind a full socket keep nobody else waiting. */
    if (!release->in_round || result == SWEEP_MORE)
        return;
    pause_ns = now->mono_ns - release->round_ns;
    if (pause_ns < RELEASE_PAUSE_NS)
        pause_ns = RELEASE_PAUSE_NS;
    if (pause_ns > RELEASE_PAUSE_MAX_NS)
        pause_ns = RELEASE_PAUSE_MAX_NS;
    release->in_round = false;
    release->pause_until_ns = now->mono_ns + pause_ns;
}

void release_tick(struct room *room, const struct moment *now)
{
    if (release_next_tick(room) <= now->mono_ns)
        release_all(room, now);
}

int64_t release_next_tick(const struct room *room)
{
    /* While a round lasts, its end decides. */
    return is_waiting(room) && !room->release.in_round ? room->release.pause_until_ns : MOMENT_NEVER_NS;
}
