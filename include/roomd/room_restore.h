/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Continues a room from what its log has kept: the rows of its state, and the last events. To be
 * done with a new room, before any datagram comes in: room_restore_begin, then rows and events in
 * any order among each other, then room_restore_end. Nobody is told anything.
 *
 * A room that is not restored is a new one, and its log has to be empty.
 */
#ifndef ROOMD_ROOM_RESTORE_H
#define ROOMD_ROOM_RESTORE_H

#include <roomd/room.h>

#define ROOM_BOOT_BYTES 16

/* What the log says before its rows. */
struct room_kept {
    uint64_t record;     /* the last one that it has; 0 = it is new */
    uint64_t last_event; /* of that record or before; 0 = none */
    bool renumber;       /* numbers may be given again that somebody has seen: another epoch */
    /*
     * The id of this machine's present boot: times of cookies are of the clock of one boot, so the
     * secret is kept within it only. The rows say in which one they were made.
     */
    uint8_t boot[ROOM_BOOT_BYTES];
};

struct room_restored {
    uint32_t members;  /* that are in the room again */
    uint32_t sessions; /* of these: they go on */
    uint32_t bans;     /* and mutes */
    uint64_t events;   /* that are in memory again */
    uint32_t gone;     /* members that have left, since their door is gone */
    uint32_t ended;    /* members whose session has ended with its epoch: they join again */
    uint32_t damaged;  /* rows that could not be read, or do not fit the others */
    bool boot_is_new;
    bool epoch_is_new;
};

/* STATUS_INVALID: there is no log, or the room is not new. STATUS_NO_MEMORY. */
int room_restore_begin(struct room *room, const struct moment *now, const struct room_kept *kept);

/* A row of the state; borrowed for the call. STATUS_INVALID: it can't be read. STATUS_NO_MEMORY. */
int room_restore_row(struct room *room, const struct moment *now, const struct room_change *row);

/*
 * One of the last events, numbers rising by one up to `last_event`: as many as there are, or as
 * there is room for, which older ones make. STATUS_INVALID: it is not the next one.
 * STATUS_TOO_LONG: it is left out, with all before it.
 */
int room_restore_event(struct room *room, const struct event *event);

/*
 * The room goes on. What has changed meanwhile is recorded, so the log must take records by now.
 * STATUS_NO_MEMORY: the room is of no use.
 */
int room_restore_end(struct room *room, const struct moment *now,
                     struct room_restored *ret_restored);

#endif
