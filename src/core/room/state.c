/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* From what the room holds to rows. */
#include "core/room/state.h"

#include "core/model/session.h"
#include "core/room/state_row.h"

#include <string.h>

static void put(struct room *room, const struct state_row *row)
{
    record_change(room->records, &(struct room_change){.space = row->space,
                                                       .key = row->key,
                                                       .key_len = row->key_len,
                                                       .value = row->value,
                                                       .value_len = row->value_len});
}

/* Only the key of the row counts. */
static void drop(struct room *room, const struct state_row *row)
{
    record_change(room->records, &(struct room_change){.space = row->space,
                                                       .is_gone = true,
                                                       .key = row->key,
                                                       .key_len = row->key_len});
}

void state_put_room(struct room *room)
{
    const struct sessions *sessions = room->sessions;
    struct state_room state = {.epochs = sessions->epochs,
                               .epoch = sessions->epoch,
                               .epoch_event = sessions->epoch_event,
                               .last_number = registry_last_number(room->registry),
                               .secrets = sessions->secrets,
                               .is_closed = room->is_closed};
    struct state_row row;

    if (room->records == NULL)
        return;
    memcpy(state.boot, sessions->boot, sizeof(state.boot));
    memcpy(state.secret, sessions->secret, sizeof(state.secret));
    room->records->epochs = state.epochs;
    state_row_write_room(&state, &row);
    put(room, &row);
}

void state_put_session(struct room *room, const struct member *member)
{
    const struct session *session = member->session;
    struct state_session state = {.seat = member->seat,
                                  .token = session->token,
                                  .nonce = session->nonce,
                                  .made_ms = session->made_ms,
                                  .secrets = room->sessions->secrets,
                                  .position = session->position,
                                  .run = session->run};
    struct state_row row;

    if (room->records == NULL)
        return;
    state_row_write_session(&state, &row);
    put(room, &row);
}

void state_put_decided(struct room *room, const struct member *member)
{
    struct state_decided state = {.seat = member->seat,
                                  .upto = member->session->decided,
                                  .refused = member->session->refused};
    struct state_row row;

    if (room->records == NULL)
        return;
    state_row_write_decided(&state, &row);
    put(room, &row);
}

void state_drop_session(struct room *room, const struct member *member)
{
    const struct session *session = member->session;
    struct state_session state = {.seat = member->seat};
    struct state_decided decided = {.seat = member->seat};
    struct state_ended ended;
    struct state_row row;

    if (room->records == NULL || session == NULL)
        return;
    state_row_write_session(&state, &row);
    drop(room, &row);
    state_row_write_decided(&decided, &row);
    drop(room, &row);
    ended = (struct state_ended){.place = room->sessions->ended_next,
                                 .record = room->records->made + 1,
                                 .token = session->token,
                                 .nonce = session->nonce};
    state_row_write_ended(&ended, &row);
    put(room, &row);
}

void state_put_ban(struct room *room, const struct moment *now, const struct room_ban *like)
{
    const struct room_ban *ban =
        room->records != NULL ? bans_find(room->bans, like, now->mono_ns) : NULL;
    struct state_row row;

    if (ban == NULL)
        return;
    state_row_write_ban(ban, now, &row);
    put(room, &row);
}

void state_drop_ban(struct room *room, const struct room_ban *ban)
{
    struct state_row row;
    struct moment whenever = {.mono_ns = 0};

    if (room->records == NULL)
        return;
    state_row_write_ban(ban, &whenever, &row);
    drop(room, &row);
}

void state_put_kick(struct room *room, const struct moment *now, uint32_t place)
{
    struct state_kick state = {.place = place, .kick = *bans_kick(room->bans, place)};
    struct state_row row;

    if (room->records == NULL || !record_has_room(room->records, 0, true))
        return;
    state_row_write_kick(&state, now, &row);
    put(room, &row);
    room->kick_rows |= UINT64_C(1) << place;
}

void state_drop_kick(struct room *room, uint32_t place)
{
    const struct state_kick state = {.place = place};
    const struct moment whenever = {.mono_ns = 0};
    struct state_row row;

    state_row_write_kick(&state, &whenever, &row);
    drop(room, &row);
    room->kick_rows &= ~(UINT64_C(1) << place);
}

void state_drop_seat(struct room *room, uint32_t seat)
{
    const struct state_member member = {.seat = seat};
    const struct state_session session = {.seat = seat};
    const struct state_decided decided = {.seat = seat};
    struct state_row row;

    state_row_write_member(&member, &row);
    drop(room, &row);
    state_row_write_session(&session, &row);
    drop(room, &row);
    state_row_write_decided(&decided, &row);
    drop(room, &row);
}
