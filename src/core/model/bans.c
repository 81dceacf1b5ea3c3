/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table is scanned from its beginning: joins are rare, and bans few. */
#include "core/model/bans.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

struct bans {
    uint64_t serials; /* given so far; entries are in their order */
    uint32_t count;
    uint32_t next_kick;
    struct bans_kick kicks[BANS_KICKS_MAX]; /* a ring */
    struct room_ban entries[ROOM_BANS_MAX];
};

int bans_new(struct bans **ret_bans)
{
    struct bans *bans = calloc(1, sizeof(*bans));

    if (bans == NULL)
        return STATUS_NO_MEMORY;
    *ret_bans = bans;
    return STATUS_OK;
}

void bans_free(struct bans *bans)
{
    free(bans);
}

/* Returns the number of entries left. */
static uint32_t drop_ended(struct bans *bans, int64_t now_ns)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < bans->count; i++) {
        if (bans->entries[i].until_ns <= now_ns)
            continue;
        if (kept != i)
            bans->entries[kept] = bans->entries[i];
        kept++;
    }
    bans->count = kept;
    return kept;
}

const struct room_ban *bans_after(const struct bans *bans, uint64_t serial, int64_t now_ns)
{
    for (uint32_t i = 0; i < bans->count; i++) {
        if (bans->entries[i].serial > serial && bans->entries[i].until_ns > now_ns)
            return &bans->entries[i];
    }
    return NULL;
}

/* ---- adding and lifting ---- */

static bool is_for_name(const struct room_ban *ban, enum room_ban_kind kind, const char *folded)
{
    return ban->kind == kind && ban->name[0] != '\0' && strcmp(ban->name, folded) == 0;
}

static bool is_for_same(const struct room_ban *a, const struct room_ban *b)
{
    if (b->name[0] != '\0')
        return is_for_name(a, b->kind, b->name);
    return a->name[0] == '\0' && network_equal(&a->network, &b->network);
}

const struct room_ban *bans_find(const struct bans *bans, const struct room_ban *like,
                                 int64_t now_ns)
{
    for (uint32_t i = 0; i < bans->count; i++) {
        if (bans->entries[i].until_ns > now_ns && is_for_same(&bans->entries[i], like))
            return &bans->entries[i];
    }
    return NULL;
}

int bans_add(struct bans *bans, const struct room_ban *ban, int64_t now_ns)
{
    uint32_t count = drop_ended(bans, now_ns);
    uint32_t i = 0;

    while (i < count && !is_for_same(&bans->entries[i], ban))
        i++;
    if (i == ROOM_BANS_MAX)
        return STATUS_FULL;
    if (i == count) {
        bans->entries[i] = *ban;
        bans->entries[i].serial = ++bans->serials;
        bans->count++;
    } else if (bans->entries[i].has_network && !ban->has_network) {
        bans->entries[i].until_ns = ban->until_ns;
    } else {
        uint64_t serial = bans->entries[i].serial;

        bans->entries[i] = *ban;
        bans->entries[i].serial = serial;
    }
    return STATUS_OK;
}

static void remove_entry(struct bans *bans, uint32_t index, struct room_ban *ret_ban)
{
    *ret_ban = bans->entries[index];
    bans->count--;
    memmove(&bans->entries[index], &bans->entries[index + 1],
            (bans->count - index) * sizeof(bans->entries[0]));
}

bool bans_lift_name(struct bans *bans, enum room_ban_kind kind, const char *folded, int64_t now_ns,
                    struct room_ban *ret_ban)
{
    uint32_t count = drop_ended(bans, now_ns);

    /* Also end the kick that came with a ban of this name, so that the member may join at once. */
    for (size_t i = 0; kind == ROOM_BAN && i < BANS_KICKS_MAX; i++) {
        if (strcmp(bans->kicks[i].folded, folded) == 0)
            bans->kicks[i].until_ns = 0;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (is_for_name(&bans->entries[i], kind, folded)) {
            remove_entry(bans, i, ret_ban);
            return true;
        }
    }
    return false;
}

bool bans_lift_network(struct bans *bans, const struct network *network, int64_t now_ns,
                       struct room_ban *ret_ban)
{
    uint32_t count = drop_ended(bans, now_ns);

    for (uint32_t i = 0; i < count; i++) {
        if (bans->entries[i].has_network && network_equal(&bans->entries[i].network, network)) {
            remove_entry(bans, i, ret_ban);
            return true;
        }
    }
    return false;
}

uint32_t bans_add_kick(struct bans *bans, const char *folded, const struct endpoint *peer,
                       int64_t until_ns)
{
    uint32_t place = bans->next_kick;
    struct bans_kick *kick = &bans->kicks[place];

    bans->next_kick = (place + 1) % BANS_KICKS_MAX;
    memcpy(kick->folded, folded, strlen(folded) + 1); /* no name is longer */
    kick->peer = *peer;
    kick->until_ns = until_ns;
    return place;
}

const struct bans_kick *bans_kick(const struct bans *bans, uint32_t place)
{
    return &bans->kicks[place % BANS_KICKS_MAX];
}

/* ---- after a restart ---- */

int bans_restore(struct bans *bans, const struct room_ban *ban)
{
    uint32_t at = bans->count;

    if (at == ROOM_BANS_MAX)
        return STATUS_FULL;
    while (at > 0 && bans->entries[at - 1].serial > ban->serial)
        at--;
    memmove(&bans->entries[at + 1], &bans->entries[at],
            (bans->count - at) * sizeof(bans->entries[0]));
    bans->entries[at] = *ban;
    bans->count++;
    if (ban->serial > bans->serials)
        bans->serials = ban->serial;
    return STATUS_OK;
}

/* All last equally long, so the one that ends last is the newest. */
void bans_restore_kick(struct bans *bans, uint32_t place, const struct bans_kick *kick)
{
    int64_t newest_ns =
        bans->kicks[(bans->next_kick + BANS_KICKS_MAX - 1) % BANS_KICKS_MAX].until_ns;

    place %= BANS_KICKS_MAX;
    bans->kicks[place] = *kick;
    if (kick->until_ns >= newest_ns)
        bans->next_kick = (place + 1) % BANS_KICKS_MAX;
}

/* ---- queries ---- */

static bool is_kicked(const struct bans *bans, const char *folded, const struct endpoint *peer,
                      int64_t now_ns)
{
    for (size_t i = 0; i < BANS_KICKS_MAX; i++) {
        const struct bans_kick *kick = &bans->kicks[i];

        if (kick->until_ns <= now_ns)
            continue;
        if (endpoint_equal(&kick->peer, peer))
            return true;
        if (memcmp(kick->peer.address, peer->address, sizeof(peer->address)) == 0 &&
            strcmp(kick->folded, folded) == 0)
            return true;
    }
    return false;
}

bool bans_forbid_address(const struct bans *bans, const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                         int64_t now_ns)
{
    for (uint32_t i = 0; i < bans->count; i++) {
        const struct room_ban *ban = &bans->entries[i];

        if (ban->has_network && ban->until_ns > now_ns && network_has(&ban->network, address))
            return true;
    }
    return false;
}

static const struct room_ban *find_name(const struct bans *bans, enum room_ban_kind kind,
                                        const char *folded, int64_t now_ns)
{
    for (uint32_t i = 0; i < bans->count; i++) {
        if (bans->entries[i].until_ns > now_ns && is_for_name(&bans->entries[i], kind, folded))
            return &bans->entries[i];
    }
    return NULL;
}

bool bans_forbid(const struct bans *bans, const char *folded, const struct endpoint *peer,
                 int64_t now_ns)
{
    return find_name(bans, ROOM_BAN, folded, now_ns) != NULL ||
           bans_forbid_address(bans, peer->address, now_ns) ||
           is_kicked(bans, folded, peer, now_ns);
}

int64_t bans_muted_until(const struct bans *bans, const char *folded, int64_t now_ns)
{
    const struct room_ban *mute = find_name(bans, ROOM_MUTE, folded, now_ns);

    return mute != NULL ? mute->until_ns : 0;
}

int bans_mute(struct bans *bans, const char *folded, const struct endpoint *peer, int64_t until_ns,
              int64_t now_ns)
{
    struct room_ban mute = {.kind = ROOM_MUTE, .peer = *peer, .until_ns = until_ns};

    memcpy(mute.name, folded, strlen(folded) + 1); /* no name is longer */
    return bans_add(bans, &mute, now_ns);
}

void bans_follow_mute(struct bans *bans, const char *folded, const struct endpoint *peer,
                      int64_t now_ns)
{
    const struct room_ban *mute = find_name(bans, ROOM_MUTE, folded, now_ns);

    if (mute != NULL)
        bans->entries[mute - bans->entries].peer = *peer;
}

bool bans_mute_elsewhere(const struct bans *bans, const char *folded, const struct endpoint *peer,
                         int64_t now_ns)
{
    for (uint32_t i = 0; i < bans->count; i++) {
        const struct room_ban *ban = &bans->entries[i];

        if (ban->kind == ROOM_MUTE && ban->until_ns > now_ns && endpoint_equal(&ban->peer, peer) &&
            strcmp(ban->name, folded) != 0)
            return true;
    }
    return false;
}
