/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Words for the room's refusals, with what the user can do about them. */
#ifndef ROOMD_ROOM_REASONS_H
#define ROOMD_ROOM_REASONS_H

#include <roomd/client.h>
#include <stddef.h>

/* The longest text in the tables, or a sentence with a number, fits. */
#define REASONS_TEXT_BYTES 160

/*
 * Why the client is not in, or no longer. A reason without words is given by its number. Returns
 * `text`.
 */
const char *reasons_text(enum client_reason reason, char text[REASONS_TEXT_BYTES]);

/*
 * Why nobody can have this name, as far as it is known without the room: ": it is empty", or "".
 * Returns `text`.
 */
const char *reasons_name(const char *name, char text[REASONS_TEXT_BYTES]);

/* Why a message was not taken: the `why` of CLIENT_REFUSED. Returns `text`. */
const char *reasons_not_taken(uint8_t why, char text[REASONS_TEXT_BYTES]);

#endif
