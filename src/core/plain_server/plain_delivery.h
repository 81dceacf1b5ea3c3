/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a plain member is owed in a sweep: its accept, then the lines of the events behind its
 * cursor, but for its own. The bytes are the same for all members of a dialect
 * (core/plain_wire/bundle.h).
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_DELIVERY_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_DELIVERY_H

#include "core/room/delivery_state.h"

extern const struct protocol_delivery plain_delivery;

#endif
