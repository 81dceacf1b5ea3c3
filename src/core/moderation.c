/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Kicks, bans and mutes, and the removal of members that they or access no longer admit. */
#include "core/moderation.h"

#include "core/model/bans.h"
#include "core/model/text.h"
#include "core/room/apply.h"
#include "core/room/membership.h"
#include "core/room/room_ops.h"
#include "core/room/roster.h"
#include "core/room/state.h"

#include <roomd/room_admin.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/* ---- removing members ---- */

static void expel(struct room *room, const struct moment *now, struct member *member,
                  const char *reason, bool banned)
{
    record_begin(room->records, now);
    room_protocol(room, member)
        ->expel(room, now, member, banned ? EXPELLED_BANNED : EXPELLED_KICKED, reason);
    apply_exit(room, now, member, EXIT_KICKED);
    record_end(room->records);
}

/*
 * This member's endpoint, and its name at its address, may not join for ROOM_REJOIN_DELAY_S. A
 * record is open.
 */
static void delay_rejoin(struct room *room, const struct moment *now, const struct member *member)
{
    uint32_t place =
        bans_add_kick(room->bans, registry_folded(member), &room_path(room, member)->peer,
                      now->mono_ns + ROOM_REJOIN_DELAY_S * MOMENT_NS_PER_S);

    state_put_kick(room, now, place);
}

int64_t moderation_next_tick(const struct room *room)
{
    int64_t next_ns = MOMENT_NEVER_NS;

    /* If too much waits for the log, something else is due soon. */
    if (room->kick_rows == 0 || !record_has_room(room->records, 0, true))
        return next_ns;
    for (uint64_t rows = room->kick_rows; rows != 0; rows &= rows - 1) {
        int64_t until_ns = bans_kick(room->bans, (uint32_t)__builtin_ctzll(rows))->until_ns;

        next_ns = until_ns < next_ns ? until_ns : next_ns;
    }
    return next_ns;
}

void moderation_tick(struct room *room, const struct moment *now)
{
    for (uint64_t rows = room->kick_rows; rows != 0; rows &= rows - 1) {
        uint32_t place = (uint32_t)__builtin_ctzll(rows);

        if (bans_kick(room->bans, place)->until_ns > now->mono_ns ||
            !record_has_room(room->records, 0, true))
            continue;
        record_begin(room->records, now);
        state_drop_kick(room, place);
        record_end(room->records);
    }
}

typedef bool must_go(struct room *room, const struct member *member, const struct network *network);

static bool is_shut_out(struct room *room, const struct member *member,
                        const struct network *network)
{
    const uint8_t *address = room_path(room, member)->peer.address;

    (void)network;
    return network_list_has(&room->access.deny, address) ||
           (member->session == NULL && !network_list_has(&room->access.plain_from, address));
}

static bool is_in_network(struct room *room, const struct member *member,
                          const struct network *network)
{
    return network_has(network, room_path(room, member)->peer.address);
}

/*
 * Removing a member moves others to other positions, perhaps to one already scanned. So the scan is
 * repeated until it finds nobody; nearly always the second one does.
 */
static uint32_t expel_all(struct room *room, const struct moment *now, must_go *goes,
                          const struct network *network)
{
    uint32_t removed = 0, before;

    do {
        uint32_t position = 0;

        before = removed;
        while (position < registry_count(room->registry)) {
            struct member *member = registry_member(room->registry, position);

            if (goes(room, member, network)) {
                expel(room, now, member, "", true);
                removed++;
            } else {
                position++;
            }
        }
    } while (removed > before);
    return removed;
}

uint32_t moderation_enforce_access(struct room *room, const struct moment *now)
{
    return expel_all(room, now, is_shut_out, NULL);
}

static bool is_banned(struct room *room, const struct moment *now, const struct member *member)
{
    return bans_forbid_address(room->bans, room_path(room, member)->peer.address, now->mono_ns);
}

void moderation_enforce_bans(struct room *room, const struct moment *now)
{
    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);

        if (member != NULL && is_banned(room, now, member))
            expel(room, now, member, "", true);
    }
}

/* ---- bans ---- */

static uint32_t count_sharing(struct room *room, const struct member *member)
{
    const uint8_t *address = room_path(room, member)->peer.address;
    uint32_t sharing = 0;

    for (uint32_t i = 0; i < registry_count(room->registry); i++) {
        if (i != member->position && memcmp(registry_path(room->registry, i)->peer.address, address,
                                            ENDPOINT_ADDRESS_BYTES) == 0)
            sharing++;
    }
    return sharing;
}

static void plan_address_ban(struct room *room, const struct member *member,
                             struct room_banned *banned)
{
    const uint8_t *address = room_path(room, member)->peer.address;

    banned->was_member = true;
    banned->address = network_of_address(address);
    banned->sharing = count_sharing(room, member);
    banned->has_address = banned->sharing == 0 && !endpoint_address_is_loopback(address);
}

/* Adds it to the table and to the open record. */
static int add_ban(struct room *room, const struct moment *now, const struct room_ban *ban)
{
    if (!record_has_room(room->records, 0, true) || bans_add(room->bans, ban, now->mono_ns) != 0)
        return STATUS_FULL;
    state_put_ban(room, now, ban);
    return STATUS_OK;
}

int room_ban_name(struct room *room, const struct moment *now, const char *name, int64_t until_ns,
                  struct room_banned *ret_banned)
{
    struct member *member = room_find_named(room, name);
    struct room_ban ban = {.kind = ROOM_BAN, .until_ns = until_ns};
    struct room_banned banned = {.was_member = false};
    struct name folded;
    int status;

    /* A member may have a name that the present configuration would refuse. */
    if (member != NULL)
        room_fold_name(name, &folded);
    else if (name_parse(name, strlen(name), ROOM_NAME_MAX_BYTES, &room->reserved, &folded) !=
             NAME_FINE)
        return STATUS_INVALID;
    if (member != NULL)
        plan_address_ban(room, member, &banned);
    memcpy(ban.name, folded.folded, sizeof(ban.name));
    ban.has_network = banned.has_address;
    ban.network = banned.address;
    record_begin(room->records, now);
    status = add_ban(room, now, &ban);
    if (status == 0 && member != NULL) {
        /* If its address is not banned, it must not come back at once under another name. */
        delay_rejoin(room, now, member);
        expel(room, now, member, "", true);
    }
    record_end(room->records);
    if (status == 0)
        *ret_banned = banned;
    return status;
}

int room_ban_network(struct room *room, const struct moment *now, const struct network *network,
                     int64_t until_ns, uint32_t *ret_removed)
{
    struct room_ban ban = {
        .kind = ROOM_BAN, .has_network = true, .network = *network, .until_ns = until_ns};
    int status;

    if (network_is_everybody(network))
        return STATUS_INVALID;
    record_begin(room->records, now);
    status = add_ban(room, now, &ban);
    record_end(room->records);
    if (status != 0)
        return status;
    /* Each of their exits is a record: there may be thousands. */
    *ret_removed = expel_all(room, now, is_in_network, network);
    return STATUS_OK;
}

/* If too much waits for the log, a restart brings the ban back. */
static void drop_ban(struct room *room, const struct moment *now, const struct room_ban *ban)
{
    if (room->records == NULL || !record_has_room(room->records, 0, true))
        return;
    record_begin(room->records, now);
    state_drop_ban(room, ban);
    record_end(room->records);
}

int room_unban_name(struct room *room, const struct moment *now, const char *name,
                    struct room_ban *ret_ban)
{
    struct name folded;

    if (!room_fold_name(name, &folded) ||
        !bans_lift_name(room->bans, ROOM_BAN, folded.folded, now->mono_ns, ret_ban))
        return STATUS_NOT_FOUND;
    drop_ban(room, now, ret_ban);
    return STATUS_OK;
}

int room_unban_network(struct room *room, const struct moment *now, const struct network *network,
                       struct room_ban *ret_ban)
{
    if (!bans_lift_network(room->bans, network, now->mono_ns, ret_ban))
        return STATUS_NOT_FOUND;
    drop_ban(room, now, ret_ban);
    return STATUS_OK;
}

/* ---- mutes ---- */

int room_mute(struct room *room, const struct moment *now, const char *name, int64_t until_ns)
{
    struct member *member = room_find_named(room, name);
    struct room_ban mute = {.kind = ROOM_MUTE};

    if (member == NULL)
        return STATUS_NOT_FOUND;
    if (!record_has_room(room->records, 0, true) ||
        bans_mute(room->bans, registry_folded(member), &room_path(room, member)->peer, until_ns,
                  now->mono_ns) != 0)
        return STATUS_FULL;
    member->muted_until_ns = until_ns;
    memcpy(mute.name, registry_folded(member), registry_folded_len(member));
    record_begin(room->records, now);
    state_put_ban(room, now, &mute);
    roster_keep(&room->keepers, now, room->registry, member);
    record_end(room->records);
    return STATUS_OK;
}

int room_unmute(struct room *room, const struct moment *now, const char *name)
{
    struct member *member = room_find_named(room, name);
    bool was_mute = member != NULL && member->muted_until_ns > now->mono_ns;
    struct room_ban mute;
    struct name folded;

    if (member != NULL) {
        member->muted_until_ns = 0;
        roster_keep(&room->keepers, now, room->registry, member);
    }
    if (room_fold_name(name, &folded) &&
        bans_lift_name(room->bans, ROOM_MUTE, folded.folded, now->mono_ns, &mute)) {
        drop_ban(room, now, &mute);
        was_mute = true;
    }
    return was_mute ? STATUS_OK : STATUS_NOT_FOUND;
}

/* ---- view, and kicks ---- */

const struct room_ban *room_ban_after(const struct room *room, const struct moment *now,
                                      uint64_t serial)
{
    return bans_after(room->bans, serial, now->mono_ns);
}

int room_kick(struct room *room, const struct moment *now, const char *name, const char *reason)
{
    struct member *member = room_find_named(room, name);
    char clean[ROOM_TEXT_MAX_BYTES + 1] = "";

    if (member == NULL)
        return STATUS_NOT_FOUND;
    if (reason != NULL && reason[0] != '\0') {
        int status = room_check_text(room, reason, strlen(reason));

        if (status != 0)
            return status;
        clean[text_clean(reason, strlen(reason), clean)] = '\0';
    }
    record_begin(room->records, now);
    delay_rejoin(room, now, member);
    expel(room, now, member, clean, false);
    record_end(room->records);
    return STATUS_OK;
}
