/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a dialect reserves of names: its replies, and what its lines begin with.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_RESERVED_NAMES_H
#define ROOMD_CORE_PLAIN_WIRE_RESERVED_NAMES_H

#include "core/model/name.h"

#include <roomd/dialect.h>

/* One reply, as the whole name. */
void reserved_names_add_reply(struct name_reserved *reserved, const struct reply *reply);

/* A dialect's replies, and the words its lines begin with. */
void reserved_names_add_dialect(struct name_reserved *reserved, const struct dialect *dialect);

#endif
