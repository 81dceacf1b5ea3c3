/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The server's end of the sequenced protocol (doc/protocol.md, section 2), as the room sees it.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SEQUENCED_SERVER_H
#define ROOMD_CORE_SEQUENCED_SERVER_SEQUENCED_SERVER_H

#include "core/room/protocol.h"

extern const struct protocol sequenced_protocol;

/* Tells all sessions that the program ends and, if it may restart, that they should come back. */
void sequenced_server_close(struct room *room, bool restarts);

#endif
