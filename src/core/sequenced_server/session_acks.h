/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a member reports of what it was sent: its position, and what is missing behind it. Here the
 * window, the round trip and the ranges to repair follow from that (doc/protocol.md, 2.5).
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_ACKS_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_ACKS_H

#include "core/model/session.h"
#include "core/room/room_state.h"
#include "core/sequenced_wire/sequenced_up.h"

/* Another path: window and round trip are as at the beginning. */
void session_acks_reset(struct session *session);

/* It has all events up to `position`. One that is not beyond the last, or was not sent yet, says
 * nothing. */
void session_acks_position(struct room *room, const struct moment *now, struct member *member,
                           uint64_t position);

/* These ranges are missing. */
void session_acks_nack(struct room *room, const struct moment *now, struct member *member,
                       const struct sequenced_range *ranges, size_t count);

#endif
