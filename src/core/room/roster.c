/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Makes records of members for the roster, and rows for the log. */
#include "core/room/roster.h"

#include "core/room/room_ops.h"
#include "core/room/state_row.h"

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

static void keep_in_roster(const struct roster *roster, const struct registry *registry,
                           const struct member *member)
{
    struct roster_record record;

    /* A restart with a roster alone begins another epoch, in which no session continues. */
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

static void add_row(struct records *records, const struct state_row *row, bool is_gone)
{
    record_change(records, &(struct room_change){.space = row->space,
                                                 .is_gone = is_gone,
                                                 .key = row->key,
                                                 .key_len = row->key_len,
                                                 .value = row->value,
                                                 .value_len = is_gone ? 0 : row->value_len});
}

void roster_keep_in_log(const struct keepers *keepers, const struct moment *now,
                        const struct registry *registry, const struct member *member)
{
    struct records *records = keepers->records;
    const struct path *path = registry_path(registry, member->position);
    struct state_member state = {.seat = member->seat,
                                 .epochs = records->epochs,
                                 .number = member->number,
                                 .first = member->first,
                                 .joined_wall_ns = member->joined_wall_ns,
                                 .flags = flags_of(registry, member),
                                 .path = *path,
                                 .listen = keepers->doors[path->door].listen};
    struct state_row row;

    if (member->session != NULL)
        state.flags |= STATE_MEMBER_SEQUENCED;
    memcpy(state.name, registry_shown(member), registry_shown_len(member));
    state_row_write_member(&state, &row);
    record_begin(records, now);
    add_row(records, &row, false);
    record_end(records);
}

void roster_keep(const struct keepers *keepers, const struct moment *now,
                 const struct registry *registry, const struct member *member)
{
    keep_in_roster(&keepers->roster, registry, member);
    if (keepers->records != NULL && record_has_room(keepers->records, 0, true))
        roster_keep_in_log(keepers, now, registry, member);
}

void roster_forget(const struct keepers *keepers, const struct member *member)
{
    struct state_member state = {.seat = member->seat};
    struct state_row row;

    if (keepers->roster.forget != NULL && member->session == NULL)
        keepers->roster.forget(keepers->roster.ctx, member->seat);
    if (keepers->records == NULL)
        return;
    state_row_write_member(&state, &row);
    add_row(keepers->records, &row, true);
}
