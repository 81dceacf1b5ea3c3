/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What keeps people out of the room, or quiet in it. The rest of the contract is
 * <roomd/room_admin.h>.
 */
#ifndef ROOMD_CORE_MODERATION_H
#define ROOMD_CORE_MODERATION_H

#include <roomd/room.h>

/* Removes the members that access does not let in any more, as by a kick. Returns how many. */
uint32_t moderation_enforce_access(struct room *room, const struct moment *now);

#endif
