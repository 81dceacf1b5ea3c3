/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The names that a dialect reserves: its replies, and the beginnings of its lines. */
#ifndef ROOMD_CORE_PLAIN_WIRE_RESERVED_NAMES_H
#define ROOMD_CORE_PLAIN_WIRE_RESERVED_NAMES_H

#include "core/model/name.h"

#include <roomd/dialect.h>

/* Reserves one reply, as a whole name. */
void reserved_names_add_reply(struct name_reserved *reserved, const struct reply *reply);

/* Reserves a dialect's replies, and the words that its lines begin with. */
void reserved_names_add_dialect(struct name_reserved *reserved, const struct dialect *dialect);

#endif
