/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The rows of a log, for restore_log.c. */
#ifndef ROOMD_CORE_RESTORE_ROWS_H
#define ROOMD_CORE_RESTORE_ROWS_H

#include "core/room/room_state.h"
#include "core/room/state_row.h"

#include <roomd/room_restore.h>

/* For so long events tell the names of their authors: a list of members may have been under way. */
#define RESTORE_NAMES_NS (30 * MOMENT_NS_PER_S)

/* What the rows say of a seat. */
struct restore_seat {
    bool has_any; /* one of these rows, or several */
    bool has_member;
    bool has_session;
    bool is_damaged;
    bool is_in;       /* somebody has it again */
    bool is_homeless; /* whose door is gone */
    bool is_over;     /* the room was closed */
    struct state_member member;
    struct state_session session;
    struct state_decided decided;
};

struct restore {
    struct room_kept kept;
    struct state_room room;
    bool has_room;
    bool has_events;
    struct restore_seat *seats; /* owned */
    uint32_t seat_count;
    uint32_t seat_max;
    uint64_t *ended_bans; /* owned; serials of those that are over */
    size_t ended_count, ended_max;
    uint64_t ended_record; /* the last in which a session has ended */
    struct room_restored counts;
};

/* Puts all members into their seats. The secret and the events are there. STATUS_NO_MEMORY. */
int restore_members(struct room *room, const struct moment *now, struct restore *restore);

/* Nobody is in any more. */
void restore_forget_members(struct restore *restore);

/* Those whose door is gone leave. */
void restore_exits(struct room *room, const struct moment *now, struct restore *restore);

#endif
