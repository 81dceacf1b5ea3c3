/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Chooses the member that makes room in a full room. Without it, a machine that joins often enough
 * has all places until room.idle_timeout. A newcomer from an address from which nobody is in takes
 * the place of a silent member: of one that came in a mass (core/room/crowd.h), by lot, so that a
 * flood from many addresses does not push out a school behind one; then of one at the address that
 * has most members, or in the prefix that has most, where each counts for a quarter. A member that
 * speaks keeps its place.
 */
#ifndef ROOMD_CORE_ROOM_DISPLACEMENT_H
#define ROOMD_CORE_ROOM_DISPLACEMENT_H

#include "core/room/apply.h"

/* So that a crowd at the door does not empty the room of its listeners within a minute. */
#define DISPLACEMENTS_PER_S 10U

/*
 * A look at the whole room for each of ten newcomers a second costs about 1 % of a core with 10 000
 * members; in a larger room each looks at the next part of it.
 */
#define DISPLACEMENT_MEMBERS_MAX 16384U

/* False if nobody makes room for this join, whoever is in. Visits nobody, and charges nothing. */
bool displacement_is_possible(struct room *room, const struct moment *now, const struct join *join);

/*
 * The member whose place a newcomer may take, or NULL; call it if displacement_is_possible. Nobody
 * makes room
 * - for an address from which somebody is in, or that may be forged,
 * - more than DISPLACEMENTS_PER_S times a second,
 * - who has spoken in the last ROOM_SILENT_S seconds,
 * - at addresses whose number of members is not limited;
 * nor, unless it came in a mass, any member
 * - that has address and prefix for itself,
 * - where fewer are than in the newcomer's prefix, counted as above.
 */
struct member *displacement_find(struct room *room, const struct moment *now,
                                 const struct join *join);

/* Tells that member, and removes it. */
void displacement_remove(struct room *room, const struct moment *now, struct member *member);

#endif
