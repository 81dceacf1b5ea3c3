/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The datagrams of the sequenced protocol that come in. */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_RECEIVE_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_RECEIVE_H

#include "core/room/room_state.h"

/* Handles a datagram. Returns why it was refused, or REFUSED_NOT. */
enum refusal session_receive(struct room *room, const struct moment *now, const struct path *path,
                             const void *bytes, size_t length);

#endif
