/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* From a member to its record, and back into a room. */
#include "core/room/roster.h"

#include "core/model/text.h"
#include "core/room/room_state.h"

#include <roomd/status.h>
#include <string.h>

/* The bits are the slot's own; nothing else may get into a record. */
#define KEPT_FLAGS (KEEPER_OWES_ACCEPT | KEEPER_NEWLINE | KEEPER_PROBATION)

_Static_assert(KEEPER_OWES_ACCEPT == SLOT_OWES_ACCEPT && KEEPER_NEWLINE == SLOT_NEWLINE &&
                   KEEPER_PROBATION == SLOT_PROBATION,
               "a slot's flags are kept as they are");

void keep_member(const struct keeper *keeper, const struct registry *registry, const struct member *member)
{
    struct keeper_record record;

    /* A restart begins another epoch, in which no session goes on. */
    if (keeper->keep == NULL || member->session != NULL)
        return;
    memset(&record, 0, sizeof(record));
    memcpy(record.name, registry_shown(member), registry_shown_len(member));
    record.flags = (uint8_t)(registry_slot(registry, member->position)->flags & KEPT_FLAGS);
    record.path = *registry_path(registry, member->position);
    record.number = member->number;
    record.joined_wall_ns = member->joined_wall_ns;
    record.muted_until_ns = member->muted_until_ns;
    keeper->keep(keeper->ctx, member->seat, &record);
}

void keep_forget(const struct keeper *keeper, const struct member *member)
{
    if (keeper->forget != NULL && member->session == NULL)
        keeper->forget(keeper->ctx, member->seat);
}

/* ---- after a restart ---- */
