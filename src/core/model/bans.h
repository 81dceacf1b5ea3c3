/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The bans and mutes of a room, and who was kicked a moment ago: a table of fixed size that is
 * looked at when somebody joins. Nothing wakes up for the end of a ban: one that has ended is
 * passed over, and dropped when its place is wanted. Names are given folded; who is removed for a
 * ban is not decided here.
 */
#ifndef ROOMD_CORE_MODEL_BANS_H
#define ROOMD_CORE_MODEL_BANS_H

#include "core/model/registry.h"
#include <roomd/room_admin.h>

/* Kicks are remembered for seconds; of more than so many the oldest is forgotten. */
#define BANS_KICKS_MAX 64

struct bans;

/* About 135 KiB, touched as it fills. STATUS_NO_MEMORY. */
int bans_new(struct bans **ret_bans);
void bans_free(struct bans *bans);

/*
 * Adds one, in place of any other of its kind for the same name, or for the same network without a
 * name. A name's address stays banned with it though the new ban knows of none. STATUS_FULL.
 */
int bans_add(struct bans *bans, const struct room_ban *ban, int64_t now_ns);

/* Takes out one of that kind with that name, or one with exactly that network. False where there is
 * none. */
bool bans_lift_name(struct bans *bans, enum room_ban_kind kind, const char *folded, int64_t now_ns,
                    struct room_ban *ret_ban);
bool bans_lift_network(struct bans *bans, const struct network *network, int64_t now_ns,
                       struct room_ban *ret_ban);

/* Whoever has this endpoint, or this name at this address, may not join before that time. */
void bans_add_kick(struct bans *bans, const char *folded, const struct endpoint *peer,
                   int64_t until_ns);

/* May nobody join under this name from here? */
bool bans_forbid(const struct bans *bans, const char *folded, const struct endpoint *peer,
                 int64_t now_ns);
/* May nobody join from here under any name? */
bool bans_forbid_address(const struct bans *bans, const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                         int64_t now_ns);

/* Mutes a name whose member is at that endpoint. As bans_add. */
int bans_mute(struct bans *bans, const char *folded, const struct endpoint *peer, int64_t until_ns,
              int64_t now_ns);
/* The member of that name was at this endpoint last: a mute in force for the name covers the
 * endpoint, too. */
void bans_follow_mute(struct bans *bans, const char *folded, const struct endpoint *peer,
                      int64_t now_ns);
/* Does a mute in force for another name cover this endpoint? */
bool bans_mute_elsewhere(const struct bans *bans, const char *folded, const struct endpoint *peer,
                         int64_t now_ns);

/* Until when this name is mute, or 0. */
int64_t bans_muted_until(const struct bans *bans, const char *folded, int64_t now_ns);

/* The first in force whose serial is above that, or NULL. */
const struct room_ban *bans_after(const struct bans *bans, uint64_t serial, int64_t now_ns);

#endif
