/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The delivery of plain members: the accept, then the lines of the events at the cursor, except the
 * member's own. The bytes are the same for all members of a dialect (core/plain_wire/bundle.h).
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_DELIVERY_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_DELIVERY_H

#include "core/room/delivery_state.h"

extern const struct protocol_delivery plain_delivery;

#endif
