/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Operations for every part of the room: look-ups and sending. Knows no protocol, and changes no
 * member.
 */
#ifndef ROOMD_CORE_ROOM_ROOM_OPS_H
#define ROOMD_CORE_ROOM_ROOM_OPS_H

#include "core/room/room_state.h"

/*
 * Folds a name without checking that it is allowed; fills only the folded form. False if it can't
 * be folded.
 */
bool room_fold_name(const char *text, struct name *ret_name);
/* The member with this name, in any spelling, or NULL. */
struct member *room_find_named(struct room *room, const char *name);

/* Counts a refusal, and tells the observers. */
void room_count_refusal(struct room *room, const struct moment *now, enum refusal refusal,
                        const struct path *path);

struct slot *room_slot(struct room *room, const struct member *member);
const struct path *room_path(struct room *room, const struct member *member);
const struct dialect *room_dialect(const struct room *room, uint16_t door);
const struct protocol *room_protocol(const struct room *room, const struct member *member);

/*
 * Sends a member one datagram at once or not at all. False if it was not taken, or if the member's
 * budget does not suffice.
 */
bool room_send(struct room *room, const struct moment *now, struct member *member,
               const void *bytes, size_t length);

#endif
