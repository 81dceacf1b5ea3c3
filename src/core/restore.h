/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Shared by the ways to restore a room: from the roster (restore.c), from its log (restore_log.c).
 */
#ifndef ROOMD_CORE_RESTORE_H
#define ROOMD_CORE_RESTORE_H

#include "core/model/name.h"
#include "core/room/room_state.h"

/*
 * The shown name is taken unchanged: the rules for new names may have changed since. `text` has
 * ROOM_NAME_MAX_BYTES + 1 bytes. False if it can't be a name.
 */
bool restore_read_name(const char *text, struct name *ret_name);

struct restore; /* what the rows of a log have said so far */
void restore_free(struct restore *restore);

#endif
