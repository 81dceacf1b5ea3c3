/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Begins another epoch of the sequenced protocol when the numbers of members are used up
 * (doc/protocol.md, 2.4).
 */
#ifndef ROOMD_CORE_ROOM_EPOCH_H
#define ROOMD_CORE_ROOM_EPOCH_H

#include <roomd/moment.h>
#include <roomd/room.h>

/*
 * To be called before a member is added. If the last number was given, renumbers all members and
 * ends all sessions. Their programs detect it and join again by themselves; plain members notice
 * nothing but those exits.
 */
void epoch_renumber(struct room *room, const struct moment *now);
/* The same, whatever the last number is. */
void epoch_begin(struct room *room, const struct moment *now);

#endif
