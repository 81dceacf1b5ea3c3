/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The subject of a ban or mute, as text. */
#ifndef ROOMD_ADMIN_BAN_SUBJECT_H
#define ROOMD_ADMIN_BAN_SUBJECT_H

#include <roomd/room_admin.h>

/* "a name, 2001:db8::/32" */
#define BAN_SUBJECT_TEXT_BYTES (ROOM_NAME_MAX_BYTES + NETWORK_TEXT_BYTES + 4)

/* Writes "bob", "bob, 192.0.2.7" or "192.0.2.0/24". Returns `text`. */
const char *ban_subject_format(const struct room_ban *ban, char text[BAN_SUBJECT_TEXT_BYTES]);

#endif
