/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Joins that wait until it is known whether the holder of their name is still there. */
#include "core/plain_server/liveness.h"
#include "core/plain_server/plain_requests.h"
#include "core/room/room_state.h"

/* The join is decided as if it had come in now; only that it can't be put off again. */
static void decide_contest(struct room *room, const struct moment *now, uint32_t index)
{
    struct vanish *vanish = &room->vanish;
    struct contest contest = vanish->contests[index];

    vanish->contests[index] = vanish->contests[--vanish->contest_count];
    requests_join(room, now, &contest.path, contest.name, contest.name_len, contest.newline);
}

static void decide_contests(struct room *room, const struct moment *now)
{
    for (uint32_t i = 0; i < room->vanish.contest_count;) {
        if (room->vanish.contests[i].deadline_ns <= now->mono_ns)
            decide_contest(room, now, i);
        else
            i++;
    }
}

/* The holder's machine says that nobody listens there: the name is free for who asked first. */
static bool lose_contest(struct room *room, const struct moment *now, struct member *holder)
{
    for (uint32_t i = 0; i < room->vanish.contest_count; i++) {
        if (room->vanish.contests[i].holder != holder->number)
            continue;
        room_remove(room, now, holder, EXIT_VANISHED);
        decide_contest(room, now, i);
        return true;
    }
    return false;
}

void room_unreachable(struct room *room, const struct moment *now, const struct endpoint *peer, uint16_t door)
{
    struct member *member = registry_find_endpoint(room->registry, peer);

    room->stats.unreachable++;
    /* By another door it may be the error of an old membership. */
    if (member == NULL || room_path(room, member)->door != door || lose_contest(room, now, member))
        return;
    vanish_count_error(room, now, member);
}

void vanish_tick(struct room *room, const struct moment *now)
{
    vanish_probe_suspects(room, now);
    decide_contests(room, now);
    if (vanish_is_round_due(room, now->mono_ns))
        vanish_probe_round(room, now);
}
