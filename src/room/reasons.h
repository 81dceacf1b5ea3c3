/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The words for what a room answers, with what to do about it.
 */
#ifndef ROOMD_ROOM_REASONS_H
#define ROOMD_ROOM_REASONS_H

#include <roomd/client.h>
#include <stddef.h>

/* "Message 4294967295 …" in its longest form. */
#define REASONS_TEXT_BYTES 160

/* Why it is not in, or no longer. A reason without words is shown with its number. Returns `text`.
 */
const char *reasons_text(enum client_reason reason, char text[REASONS_TEXT_BYTES]);

/* Why a message was not taken, the `why` of CLIENT_REFUSED. Returns `text`. */
const char *reasons_not_taken(uint8_t why, char text[REASONS_TEXT_BYTES]);

#endif
