/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Keeps members in the roster (roomd/ports.h) and in the log, whenever one changes in a way that a
 * restart must not lose. Costs nothing where there is neither.
 */
#ifndef ROOMD_CORE_ROOM_ROSTER_H
#define ROOMD_CORE_ROOM_ROSTER_H

#include "core/room/record.h"

#include "core/model/registry.h"
#include <roomd/room.h>

/* The flags of a record that are those of a slot. */
#define ROSTER_SLOT_FLAGS (ROSTER_OWES_ACCEPT | ROSTER_NEWLINE)

/* Where members are kept. */
struct keepers {
    struct roster roster;
    struct records *records;       /* NULL: no log */
    const struct room_door *doors; /* the room's; borrowed */
};

/*
 * The change is part of the record that is open, or else a record of its own. If too much waits for
 * the log, it is left out there: the row is a little old, and the next one is right.
 */
void roster_keep(const struct keepers *keepers, const struct moment *now,
                 const struct registry *registry, const struct member *member);
/* The same in the log only; it has room. */
void roster_keep_in_log(const struct keepers *keepers, const struct moment *now,
                        const struct registry *registry, const struct member *member);
/* It leaves. A record is open. */
void roster_forget(const struct keepers *keepers, const struct member *member);

#endif
