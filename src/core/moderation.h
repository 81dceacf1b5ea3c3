/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Enforces access and bans on members. The rest of the contract is <roomd/room_admin.h>. */
#ifndef ROOMD_CORE_MODERATION_H
#define ROOMD_CORE_MODERATION_H

#include <roomd/room.h>

/* Removes the members that access no longer admits, as by a kick. Returns their number. */
uint32_t moderation_enforce_access(struct room *room, const struct moment *now);

/* Kicks that are over leave the log. When that is due next, or MOMENT_NEVER_NS. */
void moderation_tick(struct room *room, const struct moment *now);
int64_t moderation_next_tick(const struct room *room);

/* Removes the members in a banned network: a restart may have come between the ban and that. */
void moderation_enforce_bans(struct room *room, const struct moment *now);

#endif
