/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The delivery of sequenced members: the ranges to be sent again, then the events at the cursor,
 * within the window. The datagrams are the same for all members (core/sequenced_wire/segment.h).
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_DELIVERY_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_DELIVERY_H

#include "core/room/delivery_state.h"

/* Datagrams to one member in one portion (doc/protocol.md, 2.10). */
#define SESSION_DELIVERY_PORTION 16U

extern const struct protocol_delivery session_delivery;

#endif
