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
#include "core/room/state.h"
#include "core/sequenced_wire/sequenced.h"

static void end_sessions(struct room *room, const struct moment *now)
{
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);

        if (member == NULL || member->session == NULL)
            continue;
        apply_exit(room, now, member, EXIT_TIMEOUT);
        record_split(room->records, now);
    }
}

/* `roomy`: the rows of all members find room in the log. */
static void keep(struct room *room, const struct moment *now, const struct member *member,
                 bool roomy)
{
    const struct keepers roster = {.roster = room->keepers.roster};

    roster_keep(&roster, now, room->registry, member);
    if (room->records != NULL && (roomy || record_has_room(room->records, 0, true)))
        roster_keep_in_log(&room->keepers, now, room->registry, member);
}

/* directory_enter can't fail: the directory had room for more before. */
static void number_anew(struct room *room, const struct moment *now)
{
    bool roomy = record_reserve(room->records, 2 * registry_count(room->registry)) == 0;
    uint64_t number = 0;

    directory_clear(room->directory);
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);

        if (member == NULL)
            continue;
        member->number = ++number;
        (void)directory_enter(room->directory, member);
        keep(room, now, member, roomy);
        record_split(room->records, now);
    }
    registry_set_last_number(room->registry, number);
}

/* Rows of members say to which epoch their numbers belong, so that this is one small record. */
static void begin_epoch(struct room *room, const struct moment *now)
{
    record_begin(room->records, now);
    sessions_begin_epoch(room->sessions, transcript_appended(room->transcript) + 1);
    registry_set_last_number(room->registry, 0);
    state_put_room(room);
    record_end(room->records);
    record_split(room->records, now);
}

void epoch_renumber(struct room *room, const struct moment *now)
{
    if (registry_last_number(room->registry) >= SEQUENCED_MEMBER_MAX)
        epoch_begin(room, now);
}

void epoch_begin(struct room *room, const struct moment *now)
{
    end_sessions(room, now);
    begin_epoch(room, now);
    number_anew(room, now);
    /* No datagram holds numbers of two epochs. */
    transcript_set_boundary(room->transcript, transcript_appended(room->transcript) + 1);
    delivery_forget(room->delivery);
}
