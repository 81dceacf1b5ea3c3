/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Reads rows, and makes members of them. */
#include "core/restore_rows.h"

#include "core/model/session.h"
#include "core/restore.h"
#include "core/room/admission.h"
#include "core/room/apply.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_restored.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

/* ---- rows ---- */

/* The rows of that seat, which may be the first; NULL: no memory, or no such seat. */
static struct restore_seat *seat_of(struct restore *restore, uint32_t seat)
{
    uint32_t max = restore->seat_max == 0 ? 64 : restore->seat_max;
    struct restore_seat *seats;

    if (seat >= REGISTRY_SEATS_MAX)
        return NULL;
    while (max <= seat)
        max *= 2;
    if (max > restore->seat_max) {
        seats = realloc(restore->seats, max * sizeof(*seats));
        if (seats == NULL)
            return NULL;
        restore->seats = seats;
        restore->seat_max = max;
    }
    for (; restore->seat_count <= seat; restore->seat_count++)
        memset(&restore->seats[restore->seat_count], 0, sizeof(*restore->seats));
    restore->seats[seat].has_any = true;
    return &restore->seats[seat];
}

static int read_member(struct restore *restore, const struct room_change *row)
{
    struct restore_seat *rows;
    struct state_member state;

    if (state_row_read_member(row, &state) != 0)
        return STATUS_INVALID;
    rows = seat_of(restore, state.seat);
    if (rows == NULL)
        return STATUS_NO_MEMORY;
    rows->has_member = true;
    rows->member = state;
    return STATUS_OK;
}

static int read_session(struct restore *restore, const struct room_change *row)
{
    struct restore_seat *rows;
    struct state_session state;

    if (state_row_read_session(row, &state) != 0 || state.token == 0 || state.run == 0)
        return STATUS_INVALID;
    rows = seat_of(restore, state.seat);
    if (rows == NULL)
        return STATUS_NO_MEMORY;
    rows->has_session = true;
    rows->session = state;
    return STATUS_OK;
}

static int read_decided(struct restore *restore, const struct room_change *row)
{
    struct restore_seat *rows;
    struct state_decided state;

    if (state_row_read_decided(row, &state) != 0)
        return STATUS_INVALID;
    rows = seat_of(restore, state.seat);
    if (rows == NULL)
        return STATUS_NO_MEMORY;
    rows->decided = state;
    return STATUS_OK;
}

static int read_ended(struct room *room, const struct room_change *row)
{
    struct state_ended state;

    if (state_row_read_ended(row, &state) != 0 || state.place >= SESSIONS_ENDED)
        return STATUS_INVALID;
    sessions_restore_ended(room->sessions, state.place,
                           &(struct sessions_ended){state.token, state.nonce});
    if (state.record >= room->restore->ended_record) {
        room->restore->ended_record = state.record;
        sessions_restore_next(room->sessions, state.place + 1);
    }
    return STATUS_OK;
}

static int note_ended_ban(struct restore *restore, uint64_t serial)
{
    if (restore->ended_count == restore->ended_max) {
        size_t max = restore->ended_max == 0 ? 64 : restore->ended_max * 2;
        uint64_t *serials = realloc(restore->ended_bans, max * sizeof(*serials));

        if (serials == NULL)
            return STATUS_NO_MEMORY;
        restore->ended_bans = serials;
        restore->ended_max = max;
    }
    restore->ended_bans[restore->ended_count++] = serial;
    return STATUS_OK;
}

static int read_ban(struct room *room, const struct moment *now, const struct room_change *row)
{
    struct room_ban ban;

    if (state_row_read_ban(row, now, &ban) != 0)
        return STATUS_INVALID;
    if (ban.until_ns <= now->mono_ns)
        return note_ended_ban(room->restore, ban.serial);
    if (bans_restore(room->bans, &ban) != 0)
        return STATUS_INVALID;
    room->restore->counts.bans++;
    return STATUS_OK;
}

static int read_kick(struct room *room, const struct moment *now, const struct room_change *row)
{
    struct state_kick state;

    if (state_row_read_kick(row, now, &state) != 0 || state.place >= BANS_KICKS_MAX)
        return STATUS_INVALID;
    /* The time of day may have been set back since. */
    if (state.kick.until_ns > now->mono_ns + ROOM_REJOIN_DELAY_S * MOMENT_NS_PER_S)
        state.kick.until_ns = 0;
    bans_restore_kick(room->bans, state.place, &state.kick);
    room->kick_rows |= UINT64_C(1) << state.place;
    return STATUS_OK;
}

static int read_row(struct room *room, const struct moment *now, const struct room_change *row)
{
    struct restore *restore = room->restore;

    switch (row->space) {
    case ROOM_SPACE_ROOM:
        if (state_row_read_room(row, &restore->room) != 0)
            return STATUS_INVALID;
        restore->has_room = true;
        return STATUS_OK;
    case ROOM_SPACE_MEMBER:
        return read_member(restore, row);
    case ROOM_SPACE_SESSION:
        return read_session(restore, row);
    case ROOM_SPACE_DECIDED:
        return read_decided(restore, row);
    case ROOM_SPACE_ENDED:
        return read_ended(room, row);
    case ROOM_SPACE_BAN:
        return read_ban(room, now, row);
    case ROOM_SPACE_KICK:
        return read_kick(room, now, row);
    default:
        return STATUS_OK; /* of a later version, which only adds to these */
    }
}

/* A seat with a row that can't be read is empty, and its other rows go, too. */
static void note_damage(struct restore *restore, const struct room_change *row)
{
    const uint8_t *key = row->key;
    struct restore_seat *rows;

    restore->counts.damaged++;
    if (row->space < ROOM_SPACE_MEMBER || row->space > ROOM_SPACE_DECIDED || row->key_len != 4)
        return;
    rows = seat_of(restore, (uint32_t)key[0] << 24 | (uint32_t)key[1] << 16 |
                                (uint32_t)key[2] << 8 | key[3]);
    if (rows != NULL)
        rows->is_damaged = true;
}

int room_restore_row(struct room *room, const struct moment *now, const struct room_change *row)
{
    int status = room->restore != NULL ? read_row(room, now, row) : STATUS_INVALID;

    if (status == STATUS_INVALID && room->restore != NULL)
        note_damage(room->restore, row);
    return status;
}

/* ---- members ---- */

static uint16_t find_door(const struct room *room, const struct endpoint *listen)
{
    uint16_t door = 0;

    while (door < room->door_count && !endpoint_equal(&room->doors[door].listen, listen))
        door++;
    return door;
}

/* A cookie that another secret has made is no good any more. */
static int enter_session(struct room *room, const struct moment *now, struct member *member,
                         const struct restore_seat *rows)
{
    const struct state_session *state = &rows->session;
    struct session *session = member->session;
    bool is_ours = state->secrets == room->sessions->secrets;

    session->token = state->token;
    session->nonce = state->nonce;
    session->made_ms = is_ours ? state->made_ms : 0;
    session->run = state->run;
    session->position =
        state->position < room->sessions->restored ? state->position : room->sessions->restored;
    session->decided = rows->decided.upto;
    session->refused = rows->decided.refused;
    return session_restored_enter(room, now, member);
}

static void enter_plain(struct room *room, const struct moment *now, struct member *member,
                        uint8_t flags)
{
    struct slot *slot = room_slot(room, member);

    slot->cursor = member->first = transcript_appended(room->transcript) + 1;
    slot->flags |= flags & ROSTER_SLOT_FLAGS;
    admission_begin_budget(room, now, member);
    if ((slot->flags & SLOT_OWES_ACCEPT) != 0)
        registry_mark_behind(room->registry, member);
}

static bool is_sequenced(const struct restore_seat *rows)
{
    return (rows->member.flags & STATE_MEMBER_SEQUENCED) != 0;
}

/* What else there is to a member than its place. */
static int furnish(struct room *room, const struct moment *now, struct restore_seat *rows,
                   const struct name *name, struct member *member)
{
    const struct state_member *state = &rows->member;
    int status = 0;

    member->number = state->number;
    member->first = state->first;
    member->joined_wall_ns = state->joined_wall_ns;
    member->spoken = true; /* perhaps: it keeps its place for a while */
    member->muted_until_ns = bans_muted_until(room->bans, name->folded, now->mono_ns);
    if (is_sequenced(rows))
        status = enter_session(room, now, member, rows);
    if (status != 0) {
        registry_remove(room->registry, member);
        return status;
    }
    places_add(&room->places, state->path.peer.address);
    if ((state->flags & ROSTER_NEWCOMER) != 0)
        registry_set_standing(room->registry, member, REGISTRY_NEWCOMER);
    if (!is_sequenced(rows))
        enter_plain(room, now, member, state->flags);
    rows->is_in = true;
    return STATUS_OK;
}

/* STATUS_INVALID: it does not fit the others. */
static int add(struct room *room, const struct moment *now, uint32_t seat,
               struct restore_seat *rows)
{
    const struct state_member *state = &rows->member;
    uint16_t door = find_door(room, &state->listen);
    struct path path = state->path;
    struct member *member;
    struct name name;
    int status;

    if (!rows->has_member || rows->is_damaged || is_sequenced(rows) != rows->has_session ||
        !restore_read_name(state->name, &name) ||
        registry_find_name(room->registry, &name) != NULL ||
        (is_sequenced(rows) ? sessions_find(room->sessions, rows->session.token) != NULL
                            : registry_find_endpoint(room->registry, &path.peer) != NULL))
        return STATUS_INVALID;
    rows->is_homeless = door == room->door_count;
    path.door = rows->is_homeless ? 0 : door;
    status = places_reserve(&room->places);
    if (status == 0)
        status = registry_add_seated(room->registry, &name, &path, now->mono_ns, is_sequenced(rows),
                                     seat, &member);
    return status != 0 ? status : furnish(room, now, rows, &name, member);
}

/* Those whose row is of an epoch before follow in the order of their seats. */
static void number_members(struct room *room, const struct restore *restore)
{
    uint64_t last = restore->room.last_number;

    for (uint32_t seat = 0; seat < restore->seat_count; seat++) {
        const struct restore_seat *rows = &restore->seats[seat];

        if (rows->is_in && rows->member.epochs == room->sessions->epochs &&
            rows->member.number > last)
            last = rows->member.number;
    }
    for (uint32_t seat = 0; seat < restore->seat_count; seat++) {
        const struct restore_seat *rows = &restore->seats[seat];

        if (rows->is_in && rows->member.epochs != room->sessions->epochs)
            registry_seated(room->registry, seat)->number = ++last;
    }
    registry_set_last_number(room->registry, last);
}

void restore_forget_members(struct restore *restore)
{
    for (uint32_t seat = 0; seat < restore->seat_count; seat++)
        restore->seats[seat].is_over = true;
}

int restore_members(struct room *room, const struct moment *now, struct restore *restore)
{
    for (uint32_t seat = 0; seat < restore->seat_count; seat++) {
        struct restore_seat *rows = &restore->seats[seat];
        int status = rows->has_any && !rows->is_over ? add(room, now, seat, rows) : 0;

        if (status == STATUS_NO_MEMORY)
            return status;
        if (status != 0 && !rows->is_damaged)
            restore->counts.damaged++;
    }
    number_members(room, restore);
    return STATUS_OK;
}

void restore_exits(struct room *room, const struct moment *now, struct restore *restore)
{
    for (uint32_t seat = 0; seat < restore->seat_count; seat++) {
        if (!restore->seats[seat].is_homeless || !restore->seats[seat].is_in)
            continue;
        apply_exit(room, now, registry_seated(room->registry, seat), EXIT_VANISHED);
        restore->counts.gone++;
    }
}
