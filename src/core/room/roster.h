/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Calls to the roster (roomd/ports.h), made whenever a member changes in a way that a restart must
 * not lose. They cost nothing if there is no roster.
 */
#ifndef ROOMD_CORE_ROOM_ROSTER_H
#define ROOMD_CORE_ROOM_ROSTER_H

#include "core/model/registry.h"
#include <roomd/ports.h>

/* The flags of a record that are those of a slot. */
#define ROSTER_SLOT_FLAGS (ROSTER_OWES_ACCEPT | ROSTER_NEWLINE)

void roster_keep(const struct roster *roster, const struct registry *registry,
                 const struct member *member);
void roster_forget(const struct roster *roster, const struct member *member);

#endif
