/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The names that a dialect reserves: its replies, and the beginnings of its lines. */
#ifndef ROOMD_CORE_PLAIN_WIRE_RESERVED_NAMES_H
#define ROOMD_CORE_PLAIN_WIRE_RESERVED_NAMES_H

#include "core/model/name_reserved.h"

#include <roomd/dialect.h>

/*
 * Starts with the fixed words and those of all built-in dialects in all languages: a member may see
 * their lines in another client, or in another room. These are kept by name_reserved_reset.
 */
void reserved_names_init(struct name_reserved *reserved);

/* Reserves a dialect's replies, and the words that its lines begin with. */
void reserved_names_add_dialect(struct name_reserved *reserved, const struct dialect *dialect);

#endif
