/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Messages of a member: decided in the order of their numbers, each once (doc/protocol.md, 2.6). A
 * message that comes early waits in the reorder buffer (core/model/reorder.h).
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_MESSAGES_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_MESSAGES_H

#include "core/room/room_state.h"
#include "core/sequenced_server/session_send.h"
#include "core/sequenced_wire/sequenced_up.h"

/* Takes or refuses a message; a refusal goes to `down`. True if TAKEN is owed. */
bool session_messages_receive(struct room *room, const struct moment *now, struct member *member,
                              const struct sequenced_up_frame *frame, struct session_send *down);

/* Adds TAKEN, with the present state. */
void session_messages_taken(const struct room *room, const struct member *member,
                            struct session_send *down);

#endif
