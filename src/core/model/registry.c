/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members, the two indexes of them, their seats, and their order by time last heard. Positions and
 * lagging members are left to standings.c.
 */
#include "core/model/registry.h"

#include "core/model/hash.h"
#include "core/model/hash_index.h"
#include "core/model/member_lru.h"
#include "core/model/name_index.h"
#include "core/model/session.h"
#include "core/model/standings.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define REGISTRY_FIRST_SEATS 64U

/* A member of the sequenced protocol. The struct member of the contract comes first. */
struct sequenced_entry {
    struct member member;
    struct session session;
};

struct registry {
    struct name_index names;
    struct hash_index by_endpoint; /* plain members only */
    struct standings standings;
    struct member **seats; /* by seat; NULL if empty */
    uint32_t *empty_seats; /* a stack of empty seats below seat_count */
    uint32_t seat_capacity;
    uint32_t seat_count;
    uint32_t empty_count;
    /* Plain, plain and warned, sequenced, sequenced and warned. */
    struct member_lru lru[4];
    uint64_t last_number;
};

int registry_new(const uint8_t key[REGISTRY_KEY_BYTES], struct registry **ret_registry)
{
    struct registry *registry = calloc(1, sizeof(*registry));

    _Static_assert(REGISTRY_KEY_BYTES == HASH_KEY_BYTES, "the contract's key is SipHash's");
    if (registry == NULL)
        return STATUS_NO_MEMORY;
    memcpy(registry->names.key, key, sizeof(registry->names.key));
    *ret_registry = registry;
    return STATUS_OK;
}

void registry_free(struct registry *registry)
{
    if (registry == NULL)
        return;
    while (registry_count(registry) > 0)
        registry_remove(registry, registry_member(registry, registry_count(registry) - 1));
    name_index_done(&registry->names);
    hash_index_done(&registry->by_endpoint);
    standings_done(&registry->standings);
    free(registry->seats);
    free(registry->empty_seats);
    free(registry);
}

uint32_t registry_count(const struct registry *registry)
{
    return standings_count(&registry->standings);
}

/* ---- order by time last heard ---- */

static struct member_lru *lru_of(struct registry *registry, const struct member *member)
{
    return &registry->lru[(member->session != NULL ? 2 : 0) + (member->warned ? 1 : 0)];
}

void registry_heard(struct registry *registry, struct member *member, int64_t now_ns)
{
    member->heard_ns = now_ns;
    /* The member is last already, as when it says several things in a row. */
    if (!member->warned && member->lru_newer == 0)
        return;
    member_lru_remove(lru_of(registry, member), registry->seats, member);
    member->warned = false;
    member_lru_append(lru_of(registry, member), member);
}

void registry_warned(struct registry *registry, struct member *member)
{
    member_lru_remove(lru_of(registry, member), registry->seats, member);
    member->warned = true;
    member_lru_append(lru_of(registry, member), member);
}

struct member *registry_oldest_heard(const struct registry *registry, bool sequenced, bool warned)
{
    return registry->lru[(sequenced ? 2 : 0) + (warned ? 1 : 0)].oldest;
}

/* ---- standing, and the lagging range ---- */

enum registry_standing registry_standing(const struct registry *registry,
                                         const struct member *member)
{
    return standings_standing(&registry->standings, member->position);
}

void registry_set_standing(struct registry *registry, struct member *member,
                           enum registry_standing standing)
{
    struct standings *standings = &registry->standings;
    struct slot slot = standings->slots[member->position];
    struct path path = standings->paths[member->position];
    bool lags = standings_is_lagging(standings, member->position);

    if (standings_standing(standings, member->position) == standing)
        return;
    standings_remove(standings, member);
    standings_add(standings, member, &slot, &path, standing);
    if (lags)
        standings_mark_behind(standings, member);
}

uint32_t registry_standing_count(const struct registry *registry, enum registry_standing standing)
{
    return standings_standing_count(&registry->standings, standing);
}

uint32_t registry_behind(const struct registry *registry)
{
    return registry_standing_behind(registry, REGISTRY_ESTABLISHED) +
           registry_standing_behind(registry, REGISTRY_NEWCOMER);
}

uint32_t registry_standing_behind(const struct registry *registry, enum registry_standing standing)
{
    return registry->standings.groups[standing].behind;
}

uint32_t registry_lagging(const struct registry *registry, enum registry_standing standing,
                          uint32_t n)
{
    return standings_lagging(&registry->standings, standing, n);
}

uint32_t registry_head(const struct registry *registry, enum registry_standing standing)
{
    return registry->standings.groups[standing].head;
}

void registry_all_behind(struct registry *registry)
{
    standings_all_behind(&registry->standings);
}

void registry_mark_behind(struct registry *registry, struct member *member)
{
    standings_mark_behind(&registry->standings, member);
}

void registry_head_done(struct registry *registry, enum registry_standing standing)
{
    standings_head_done(&registry->standings, standing);
}

void registry_head_later(struct registry *registry, enum registry_standing standing)
{
    standings_head_later(&registry->standings, standing);
}

/* ---- seats ---- */

static bool grow_seats(struct registry *registry, uint32_t count)
{
    uint32_t capacity =
        registry->seat_capacity == 0 ? REGISTRY_FIRST_SEATS : registry->seat_capacity;
    struct member **seats;
    uint32_t *empty_seats;

    while (capacity < count)
        capacity *= 2;
    if (capacity == registry->seat_capacity)
        return true;
    seats = realloc(registry->seats, capacity * sizeof(*seats));
    if (seats == NULL)
        return false;
    registry->seats = seats;
    empty_seats = realloc(registry->empty_seats, capacity * sizeof(*empty_seats));
    if (empty_seats == NULL)
        return false;
    registry->empty_seats = empty_seats;
    registry->seat_capacity = capacity;
    return true;
}

/* There are as many seats as places, so one is always empty. */
static bool reserve_seat(struct registry *registry)
{
    return registry->empty_count > 0 || grow_seats(registry, registry->seat_count + 1);
}

static void take_seat(struct registry *registry, struct member *member)
{
    member->seat = registry->empty_count > 0 ? registry->empty_seats[--registry->empty_count]
                                             : registry->seat_count++;
    registry->seats[member->seat] = member;
}

static void leave_seat(struct registry *registry, const struct member *member)
{
    registry->seats[member->seat] = NULL;
    registry->empty_seats[registry->empty_count++] = member->seat;
}

/* Makes this empty seat the next one that is taken. */
static int choose_seat(struct registry *registry, uint32_t seat)
{
    uint32_t *empty, at;

    if (seat >= REGISTRY_SEATS_MAX)
        return STATUS_TAKEN;
    if (!grow_seats(registry, seat + 1))
        return STATUS_NO_MEMORY;
    empty = registry->empty_seats;
    while (registry->seat_count <= seat) {
        registry->seats[registry->seat_count] = NULL;
        empty[registry->empty_count++] = registry->seat_count++;
    }
    at = registry->empty_count;
    while (at > 0 && empty[at - 1] != seat)
        at--;
    if (at == 0)
        return STATUS_TAKEN;
    empty[at - 1] = empty[registry->empty_count - 1];
    empty[registry->empty_count - 1] = seat;
    return STATUS_OK;
}

uint64_t registry_last_number(const struct registry *registry)
{
    return registry->last_number;
}

uint32_t registry_seats(const struct registry *registry)
{
    return registry->seat_count;
}

struct member *registry_seated(const struct registry *registry, uint32_t seat)
{
    return registry->seats[seat];
}

/* ---- names and endpoints ---- */

static uint32_t hash_endpoint(const struct registry *registry, const struct endpoint *endpoint)
{
    return hash_keyed(registry->names.key, endpoint, sizeof(*endpoint));
}

struct member *registry_find_name(const struct registry *registry, const struct name *name)
{
    return name_index_find(&registry->names, registry->seats, name);
}

struct member *registry_find_lookalike(const struct registry *registry, const struct name *name,
                                       const struct member *except)
{
    return name_index_find_lookalike(&registry->names, registry->seats, name, except);
}

static bool is_at(const struct registry *registry, const struct member *member,
                  const struct endpoint *endpoint)
{
    return memcmp(&registry->standings.paths[member->position].peer, endpoint, sizeof(*endpoint)) ==
           0;
}

struct member *registry_find_endpoint(const struct registry *registry,
                                      const struct endpoint *endpoint)
{
    struct member *newest = registry->lru[0].newest;
    struct hash_index_search search;
    uint32_t seat;

    /* The sender is usually the plain member heard last; checking it costs a tenth of the hash. */
    if (newest != NULL && is_at(registry, newest, endpoint))
        return newest;
    search = hash_index_search(hash_endpoint(registry, endpoint));
    while (hash_index_next(&registry->by_endpoint, &search, &seat)) {
        if (is_at(registry, registry->seats[seat], endpoint))
            return registry->seats[seat];
    }
    return NULL;
}

/* ---- adding and removing ---- */

static struct member *make_member(bool sequenced)
{
    struct member *member =
        calloc(1, sequenced ? sizeof(struct sequenced_entry) : sizeof(struct plain_member));

    if (member != NULL && sequenced)
        member->session = &((struct sequenced_entry *)(void *)member)->session;
    return member;
}

static bool reserve(struct registry *registry, bool sequenced)
{
    return standings_reserve(&registry->standings) && reserve_seat(registry) &&
           name_index_reserve(&registry->names) == 0 &&
           (sequenced || hash_index_reserve(&registry->by_endpoint) == 0);
}

int registry_add(struct registry *registry, const struct name *name, const struct path *path,
                 int64_t now_ns, bool sequenced, struct member **ret_member)
{
    struct slot slot = {.flags = sequenced ? SLOT_SEQUENCED : 0,
                        .spoken_s = (uint32_t)(now_ns / MOMENT_NS_PER_S)};
    struct member *member = make_member(sequenced);
    struct label *label = member != NULL ? name_index_label(&registry->names, name) : NULL;

    if (label == NULL || !reserve(registry, sequenced)) {
        free(label);
        free(member);
        return STATUS_NO_MEMORY;
    }
    member->label = label;
    standings_add(&registry->standings, member, &slot, path, REGISTRY_ESTABLISHED);
    take_seat(registry, member);
    name_index_add(&registry->names, label, member->seat);
    if (!sequenced)
        hash_index_add(&registry->by_endpoint, hash_endpoint(registry, &path->peer), member->seat);
    member->number = ++registry->last_number;
    member->heard_ns = now_ns;
    member_lru_append(lru_of(registry, member), member);
    *ret_member = member;
    return STATUS_OK;
}

int registry_add_seated(struct registry *registry, const struct name *name, const struct path *path,
                        int64_t now_ns, bool sequenced, uint32_t seat, struct member **ret_member)
{
    int status = choose_seat(registry, seat);

    return status != 0 ? status : registry_add(registry, name, path, now_ns, sequenced, ret_member);
}

void registry_set_last_number(struct registry *registry, uint64_t number)
{
    registry->last_number = number;
}

static void drop_label(struct registry *registry, const struct member *member)
{
    name_index_remove(&registry->names, member->label, member->seat);
    free(member->label);
}

int registry_rename(struct registry *registry, struct member *member, const struct name *name)
{
    struct label *label = name_index_label(&registry->names, name);

    if (label == NULL)
        return STATUS_NO_MEMORY;
    drop_label(registry, member);
    member->label = label;
    name_index_add(&registry->names, label, member->seat);
    return STATUS_OK;
}

void registry_remove(struct registry *registry, struct member *member)
{
    if (member->session == NULL)
        hash_index_remove(
            &registry->by_endpoint,
            hash_endpoint(registry, &registry->standings.paths[member->position].peer),
            member->seat);
    drop_label(registry, member);
    standings_remove(&registry->standings, member);
    leave_seat(registry, member);
    member_lru_remove(lru_of(registry, member), registry->seats, member);
    free(member); /* the first part of its sequenced_entry or plain_member */
}

const char *registry_shown(const struct member *member)
{
    return member->label->text;
}

const char *registry_folded(const struct member *member)
{
    return member->label->text + member->label->folded_at;
}

size_t registry_shown_len(const struct member *member)
{
    return member->label->shown_len;
}

size_t registry_folded_len(const struct member *member)
{
    return member->label->folded_len;
}

struct member *registry_member(const struct registry *registry, uint32_t position)
{
    return registry->standings.members[position];
}

struct slot *registry_slot(const struct registry *registry, uint32_t position)
{
    return &registry->standings.slots[position];
}

struct path *registry_path(const struct registry *registry, uint32_t position)
{
    return &registry->standings.paths[position];
}
