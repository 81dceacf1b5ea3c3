/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Makes records of members for the roster. core/restore.c makes members of them. */
#include "core/room/roster.h"

#include "core/room/room_ops.h"

#include <string.h>

_Static_assert(ROSTER_OWES_ACCEPT == SLOT_OWES_ACCEPT && ROSTER_NEWLINE == SLOT_NEWLINE,
               "a slot's flags are kept as they are");

static uint8_t flags_of(const struct registry *registry, const struct member *member)
{
    uint32_t flags = registry_slot(registry, member->position)->flags & ROSTER_SLOT_FLAGS;

    if (registry_standing(registry, member) == REGISTRY_NEWCOMER)
        flags |= ROSTER_NEWCOMER;
    return (uint8_t)flags;
}

void roster_keep(const struct roster *roster, const struct registry *registry,
                 const struct member *member)
{
    struct roster_record record;

    /* A restart begins another epoch, in which no session continues. */
    if (roster->keep == NULL || member->session != NULL)
        return;
    memset(&record, 0, sizeof(record));
    memcpy(record.name, registry_shown(member), registry_shown_len(member));
    record.flags = flags_of(registry, member);
    record.path = *registry_path(registry, member->position);
    record.number = member->number;
    record.joined_wall_ns = member->joined_wall_ns;
    record.muted_until_ns = member->muted_until_ns;
    roster->keep(roster->ctx, member->seat, &record);
}

void roster_forget(const struct roster *roster, const struct member *member)
{
    if (roster->forget != NULL && member->session == NULL)
        roster->forget(roster->ctx, member->seat);
}
