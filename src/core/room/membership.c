/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Propose, charge, apply: for joins, renames, messages, exits and notices. */
#include "core/room/membership.h"

#include "core/model/text.h"
#include "core/room/admission.h"
#include "core/room/crowd.h"
#include "core/room/displacement.h"
#include "core/room/epoch.h"
#include "core/room/room_ops.h"

#include <roomd/room_admin.h>
#include <roomd/status.h>
#include <string.h>

enum name_fault room_parse_name(const struct room *room, const char *text, size_t length,
                                struct name *ret_name)
{
    return name_parse(text, length, room->limits.max_name_codepoints, &room->reserved, ret_name);
}

/* The same, and tells the observers of a name that nobody may have. */
static bool read_name(const struct room *room, const struct moment *now, const struct path *path,
                      const char *text, size_t length, struct name *ret_name)
{
    enum name_fault fault = room_parse_name(room, text, length, ret_name);

    if (fault != NAME_FINE)
        observers_name_refused(&room->observers, now, text, length, fault, path);
    return fault == NAME_FINE;
}

/* True if another member has this name, or one that looks like it. */
static bool is_taken(const struct room *room, const struct name *name, const struct member *except)
{
    const struct member *holder = registry_find_name(room->registry, name);

    return (holder != NULL && holder != except) ||
           registry_find_lookalike(room->registry, name, except) != NULL;
}

/* ---- joining ---- */

static enum refusal propose_join(const struct room *room, const struct moment *now,
                                 const struct join *join, struct name *ret_name)
{
    const struct endpoint *peer = &join->path->peer;

    if (!read_name(room, now, join->path, join->name, join->name_len, ret_name))
        return REFUSED_NAME_BAD;
    if (bans_forbid(room->bans, ret_name->folded, peer, now->mono_ns))
        return REFUSED_BANNED;
    if (bans_mute_elsewhere(room->bans, ret_name->folded, peer, now->mono_ns))
        return REFUSED_MUTED;
    return is_taken(room, ret_name, NULL) ? REFUSED_NAME_TAKEN : REFUSED_NOT;
}

/*
 * Asks all limits before anything is charged, so that a join that one of them refuses costs nothing
 * at the others. In a full room, `ret_displaced` is the member that makes room.
 */
static enum refusal charge_join(struct room *room, const struct moment *now,
                                const struct join *join, const struct name *name,
                                struct allowance *ret_allowance, struct member **ret_displaced)
{
    const uint8_t *address = join->path->peer.address;
    bool full = registry_count(room->registry) >= room->limits.max_members;

    if (!apply_has_room(room, now, 1))
        return REFUSED_LOG_BEHIND;
    if (full && !displacement_is_possible(room, now, join))
        return REFUSED_ROOM_FULL;
    if (!admission_may_join(room, now, address) ||
        !admission_may_rejoin(room, now, &join->path->peer, name->shown_len, ret_allowance))
        return REFUSED_LIMITED;
    if (!crowd_admits(room, now))
        return REFUSED_CROWDED;
    *ret_displaced = full ? displacement_find(room, now, join) : NULL;
    if (full && *ret_displaced == NULL)
        return REFUSED_ROOM_FULL;
    admission_charge_join(room, now, address);
    crowd_charge_join(room, now);
    return REFUSED_NOT;
}

/* With its record: that of a displacement is the same. */
static enum refusal admit(struct room *room, const struct moment *now, const struct join *join,
                          const struct name *name, struct member *displaced,
                          struct member **ret_member)
{
    int status;

    record_begin(room->records, now);
    if (displaced != NULL)
        displacement_remove(room, now, displaced);
    status = apply_join(room, now, join, name, ret_member);
    record_end(room->records);
    return status == 0 ? REFUSED_NOT : REFUSED_NO_MEMORY;
}

enum refusal room_admit(struct room *room, const struct moment *now, const struct join *join,
                        struct member **ret_member)
{
    struct member *displaced;
    struct allowance allowance;
    struct name name;
    enum refusal refused = propose_join(room, now, join, &name);

    if (refused == REFUSED_NOT) {
        /* Before a member is chosen that makes room: those with sessions leave. */
        epoch_renumber(room, now);
        refused = charge_join(room, now, join, &name, &allowance, &displaced);
    }
    if (refused == REFUSED_NOT)
        refused = admit(room, now, join, &name, displaced, ret_member);
    if (refused != REFUSED_NOT)
        return refused;
    (*ret_member)->allowance = allowance;
    admission_begin_budget(room, now, *ret_member);
    return REFUSED_NOT;
}

/* ---- renaming ---- */

static bool has_name(const struct member *member, const struct name *name)
{
    return name->shown_len == registry_shown_len(member) &&
           memcmp(name->shown, registry_shown(member), name->shown_len) == 0;
}

static enum refusal propose_rename(const struct room *room, const struct moment *now,
                                   const struct member *member, const struct name *name)
{
    if (now->mono_ns < member->muted_until_ns)
        return REFUSED_MUTED;
    if (bans_forbid(room->bans, name->folded,
                    &registry_path(room->registry, member->position)->peer, now->mono_ns))
        return REFUSED_BANNED;
    return is_taken(room, name, member) ? REFUSED_NAME_TAKEN : REFUSED_NOT;
}

enum refusal room_rename(struct room *room, const struct moment *now, struct member *member,
                         const char *text, size_t length, uint16_t said, bool *ret_renamed)
{
    struct name name;
    enum refusal refused;

    if (!apply_has_room(room, now, 0))
        return REFUSED_LOG_BEHIND;
    if (!read_name(room, now, room_path(room, member), text, length, &name))
        return REFUSED_NAME_BAD;
    *ret_renamed = !has_name(member, &name);
    if (!*ret_renamed)
        return REFUSED_NOT;
    refused = propose_rename(room, now, member, &name);
    if (refused != REFUSED_NOT)
        return refused;
    if (crowd_limits(room, member))
        return REFUSED_CROWDED;
    if (!admission_may_act(room, now, &member->allowance, admission_change_cost(room),
                           name.shown_len))
        return REFUSED_LIMITED;
    return apply_rename(room, now, member, &name, said) == 0 ? REFUSED_NOT : REFUSED_NO_MEMORY;
}

/* ---- speaking ---- */

int room_check_text(const struct room *room, const char *text, size_t length)
{
    if (length == 0)
        return STATUS_INVALID;
    if (length > room->limits.max_text_bytes)
        return STATUS_TOO_LONG;
    return text_is_utf8(text, length) ? STATUS_OK : STATUS_NOT_UTF8;
}

static enum refusal propose_chat(const struct room *room, const struct moment *now,
                                 const struct member *member, const char *text, size_t length)
{
    /* Most clients send one for an empty line; a muted member is not told about it. */
    if (length == 0)
        return REFUSED_EMPTY_TEXT;
    if (now->mono_ns < member->muted_until_ns)
        return REFUSED_MUTED;
    switch (room_check_text(room, text, length)) {
    case STATUS_OK:
        return REFUSED_NOT;
    case STATUS_TOO_LONG:
        return REFUSED_TOO_LONG;
    /* One line that is not UTF-8 ends the receiving side of every known client. */
    default:
        return REFUSED_NOT_UTF8;
    }
}

enum refusal room_say(struct room *room, const struct moment *now, struct member *member,
                      const char *text, size_t length, uint16_t said)
{
    char clean[ROOM_TEXT_MAX_BYTES];
    enum refusal refused = propose_chat(room, now, member, text, length);

    if (refused != REFUSED_NOT)
        return refused;
    if (crowd_limits(room, member))
        return REFUSED_CROWDED;
    if (!apply_has_room(room, now, 0))
        return REFUSED_LOG_BEHIND;
    if (!admission_may_act(room, now, &member->allowance, 1, length))
        return REFUSED_LIMITED;
    length = text_clean(text, length, clean);
    if (apply_chat(room, now, member, clean, length, said) != 0)
        return REFUSED_NO_MEMORY;
    crowd_spoke(room, now, member);
    return REFUSED_NOT;
}

int room_notice(struct room *room, const struct moment *now, const char *text, size_t length,
                uint32_t *ret_members)
{
    char clean[ROOM_TEXT_MAX_BYTES];
    int status = room_check_text(room, text, length);

    if (status == 0 && !apply_has_room(room, now, 0))
        status = STATUS_FULL;
    if (status == 0)
        status = apply_notice(room, now, clean, text_clean(text, length, clean));
    if (status == 0)
        *ret_members = registry_count(room->registry);
    return status;
}

/* ---- leaving ---- */

void room_leave(struct room *room, const struct moment *now, struct member *member)
{
    admission_charge_exit(room, now, &member->allowance);
    apply_exit(room, now, member, EXIT_LEFT);
}
