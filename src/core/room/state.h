/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Puts rows of the room's state into the record that is open. Each function does nothing if there
 * is no log. A member's own row is made in roster.c.
 */
#ifndef ROOMD_CORE_ROOM_STATE_H
#define ROOMD_CORE_ROOM_STATE_H

#include "core/room/room_state.h"

void state_put_room(struct room *room);

/* The present run of a session, and its decided messages. */
void state_put_session(struct room *room, const struct member *member);
void state_put_decided(struct room *room, const struct member *member);

/* The session ends, and is about to be remembered as ended. */
void state_drop_session(struct room *room, const struct member *member);

/* The ban or mute in force for the same name or network as `like`, if there is one. */
void state_put_ban(struct room *room, const struct moment *now, const struct room_ban *like);
void state_drop_ban(struct room *room, const struct room_ban *ban);

/*
 * The kick at that place, if there is room for it. It is over in seconds, and then its row has to
 * go: it holds a name.
 */
void state_put_kick(struct room *room, const struct moment *now, uint32_t place);
void state_drop_kick(struct room *room, uint32_t place);

/* All rows of a seat whose member could not be restored. */
void state_drop_seat(struct room *room, uint32_t seat);

#endif
