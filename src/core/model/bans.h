/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The bans and mutes of a room, and recent kicks, in tables of fixed size that are scanned at a
 * join. No timer runs for the end of a ban: an ended entry is skipped, and dropped when its place
 * is needed. Names are given folded. Does not remove members.
 */
#ifndef ROOMD_CORE_MODEL_BANS_H
#define ROOMD_CORE_MODEL_BANS_H

#include "core/model/registry.h"
#include <roomd/room_admin.h>

/* Kicks are remembered for seconds; beyond this number the oldest is dropped. */
#define BANS_KICKS_MAX 64 /* a bit for each: struct room */

struct bans;

/* About 135 KiB, touched as it fills. STATUS_NO_MEMORY. */
int bans_new(struct bans **ret_bans);
void bans_free(struct bans *bans);

/*
 * Adds a ban; replaces one of its kind for the same name, or for the same network without a name.
 * An address that was banned with a name stays banned even if the new ban has none. STATUS_FULL.
 */
int bans_add(struct bans *bans, const struct room_ban *ban, int64_t now_ns);

/* The ban or mute in force for the same name, or for the same network without one; or NULL. */
const struct room_ban *bans_find(const struct bans *bans, const struct room_ban *like,
                                 int64_t now_ns);

/*
 * Removes the ban of that kind with that name, or a ban with exactly that network. False if there
 * is none.
 */
bool bans_lift_name(struct bans *bans, enum room_ban_kind kind, const char *folded, int64_t now_ns,
                    struct room_ban *ret_ban);
bool bans_lift_network(struct bans *bans, const struct network *network, int64_t now_ns,
                       struct room_ban *ret_ban);

struct bans_kick {
    char folded[ROOM_NAME_MAX_BYTES + 1];
    struct endpoint peer;
    int64_t until_ns;
};

/*
 * Forbids joins from this endpoint, and under this name from its address, before that time. Returns
 * its place in the ring of BANS_KICKS_MAX.
 */
uint32_t bans_add_kick(struct bans *bans, const char *folded, const struct endpoint *peer,
                       int64_t until_ns);
const struct bans_kick *bans_kick(const struct bans *bans, uint32_t place);

/* After a restart: a ban with its serial, and a kick at its place. STATUS_FULL. */
int bans_restore(struct bans *bans, const struct room_ban *ban);
void bans_restore_kick(struct bans *bans, uint32_t place, const struct bans_kick *kick);

/* True if nobody may join under this name from here. */
bool bans_forbid(const struct bans *bans, const char *folded, const struct endpoint *peer,
                 int64_t now_ns);
/* True if nobody may join from here under any name. */
bool bans_forbid_address(const struct bans *bans, const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                         int64_t now_ns);

/* Mutes a name whose member is at that endpoint. As bans_add. */
int bans_mute(struct bans *bans, const char *folded, const struct endpoint *peer, int64_t until_ns,
              int64_t now_ns);
/* A mute in force for the name now covers this endpoint, where its member was last. */
void bans_follow_mute(struct bans *bans, const char *folded, const struct endpoint *peer,
                      int64_t now_ns);
/* True if a mute in force for another name covers this endpoint. */
bool bans_mute_elsewhere(const struct bans *bans, const char *folded, const struct endpoint *peer,
                         int64_t now_ns);

/* The time until which this name is muted, or 0. */
int64_t bans_muted_until(const struct bans *bans, const char *folded, int64_t now_ns);

/* The first ban or mute in force with a serial above `serial`, or NULL. */
const struct room_ban *bans_after(const struct bans *bans, uint64_t serial, int64_t now_ns);

#endif
