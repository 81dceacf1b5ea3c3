/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Restores members from the roster's records after a restart. */
#include "core/restore.h"

#include "core/model/text.h"
#include "core/room/admission.h"
#include "core/room/apply.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"
#include <roomd/status.h>
#include <string.h>

bool restore_read_name(const char *text, struct name *ret_name)
{
    size_t length = strnlen(text, ROOM_NAME_MAX_BYTES + 1);
    char clean[ROOM_NAME_MAX_BYTES + 1];
    struct name name;

    if (length == 0 || length > ROOM_NAME_MAX_BYTES || !room_fold_name(text, &name))
        return false;
    if (text_clean(text, length, clean) != length || memcmp(clean, text, length) != 0)
        return false;
    memcpy(name.shown, text, length + 1);
    name.shown_len = (uint8_t)length;
    *ret_name = name;
    return true;
}

int room_restore(struct room *room, const struct moment *now, const struct roster_record *record)
{
    struct path path = record->path;
    bool has_door = path.door < room->door_count;
    struct member *member;
    struct slot *slot;
    struct name name;

    if (!restore_read_name(record->name, &name))
        return STATUS_INVALID;
    if (registry_find_name(room->registry, &name) != NULL ||
        registry_find_endpoint(room->registry, &path.peer) != NULL)
        return STATUS_TAKEN;
    path.door = has_door ? path.door : 0;
    if (places_reserve(&room->places) != 0 ||
        record_reserve(room->records, registry_count(room->registry) + 1) != 0 ||
        registry_add(room->registry, &name, &path, now->mono_ns, false, &member) != 0)
        return STATUS_NO_MEMORY;
    member->number = record->number;
    if (registry_last_number(room->registry) < record->number)
        registry_set_last_number(room->registry, record->number);
    if (directory_enter(room->directory, member) != 0) {
        registry_remove(room->registry, member);
        return STATUS_NO_MEMORY;
    }
    places_add(&room->places, path.peer.address);
    member->joined_wall_ns = record->joined_wall_ns;
    member->spoken = true; /* perhaps: it keeps its place for a while */
    member->muted_until_ns = record->muted_until_ns;
    if (record->muted_until_ns > now->mono_ns)
        (void)bans_mute(room->bans, name.folded, &path.peer, record->muted_until_ns, now->mono_ns);
    if ((record->flags & ROSTER_NEWCOMER) != 0)
        registry_set_standing(room->registry, member, REGISTRY_NEWCOMER);
    slot = room_slot(room, member);
    slot->cursor = transcript_appended(room->transcript) + 1;
    slot->flags = record->flags & ROSTER_SLOT_FLAGS;
    admission_begin_budget(room, now, member);
    member->first = slot->cursor;
    roster_keep(&room->keepers, now, room->registry, member);
    if (!has_door) {
        apply_exit(room, now, member, EXIT_VANISHED);
        return STATUS_NOT_FOUND;
    }
    if ((slot->flags & SLOT_OWES_ACCEPT) != 0)
        registry_mark_behind(room->registry, member);
    return STATUS_OK;
}
