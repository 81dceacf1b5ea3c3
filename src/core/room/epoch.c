/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The end of the numbers. A thousand joins a second get there in twelve days, so an attacker can.
 * It then costs a moment, and not the sequenced protocol until the next restart.
 */
#include "core/room/epoch.h"

#include "core/room/apply.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"
#include "core/sequenced_wire/sequenced.h"

static void end_sessions(struct room *room, const struct moment *now)
{
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);

        if (member != NULL && member->session != NULL)
            apply_exit(room, now, member, EXIT_TIMEOUT);
    }
}

/* directory_enter can't fail: the directory had room for more before. */
static void number_anew(struct room *room)
{
    uint64_t number = 0;

    directory_clear(room->directory);
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);

        if (member == NULL)
            continue;
        member->number = ++number;
        (void)directory_enter(room->directory, member);
        roster_keep(&room->roster, room->registry, member);
    }
    registry_set_last_number(room->registry, number);
}

void epoch_renumber(struct room *room, const struct moment *now)
{
    if (registry_last_number(room->registry) < SEQUENCED_MEMBER_MAX)
        return;
    end_sessions(room, now);
    number_anew(room);
    sessions_begin_epoch(room->sessions);
    /* No datagram holds numbers of two epochs. */
    transcript_set_boundary(room->transcript, transcript_appended(room->transcript) + 1);
    delivery_forget(room->delivery);
}
