/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Another epoch of the sequenced protocol, when the numbers of members come to an end
 * (doc/protocol.md, 2.4).
 */
#ifndef ROOMD_CORE_ROOM_EPOCH_H
#define ROOMD_CORE_ROOM_EPOCH_H

#include <roomd/moment.h>
#include <roomd/room.h>

/*
 * To be called before somebody is let in: where the last number was given, all members are numbered
 * anew, and sessions end. Their programs find out and join again by themselves; who speaks the
 * plain protocol notices nothing.
 */
void epoch_renumber(struct room *room, const struct moment *now);

#endif
