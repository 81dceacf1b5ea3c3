/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* One pass over the members. Nothing is kept in order for it: it is rare, and its rate is limited.
 */
#include "core/room/displacement.h"

#include "core/model/hash.h"
#include "core/room/admission.h"
#include "core/room/room_ops.h"

static const struct bucket_rate rate = {.interval_ns = MOMENT_NS_PER_S / DISPLACEMENTS_PER_S,
                                        .burst = DISPLACEMENTS_PER_S};

struct candidate {
    struct member *member; /* NULL: none */
    bool newcomer;         /* it came in a mass: core/room/crowd.h */
    uint32_t lot;          /* of a newcomer */
    uint32_t share;        /* of another one: see share_of */
    uint32_t at_address;   /* members there */
    uint32_t in_prefix;
    uint32_t spoken_s;
};

/*
 * How much of the room an address and its prefix have. A prefix counts for the part of an address
 * that it has in the limits, too: so a machine with a network of its own, as each has with IPv6,
 * gets no more than one with an address.
 */
static uint32_t share_of(uint32_t at_address, uint32_t in_prefix)
{
    uint32_t of_prefix = in_prefix / PLACES_PREFIX_FACTOR;

    return at_address > of_prefix ? at_address : of_prefix;
}

/*
 * Those that flood a room could see to it that any order among newcomers hits others first: each of
 * them may have a network for itself, and come last. So they draw lots, for as long as they stay.
 */
static uint32_t lot_of(const struct room *room, const struct member *member)
{
    return hash_keyed(room->places.key, &member->number, sizeof(member->number));
}

/* Among those of one address, it is the one that has been silent for longest. */
static bool is_before(const struct candidate *a, const struct candidate *b)
{
    if (b->member == NULL || a->newcomer != b->newcomer)
        return b->member == NULL || a->newcomer;
    if (a->newcomer)
        return a->lot > b->lot;
    if (a->share != b->share)
        return a->share > b->share;
    if (a->in_prefix != b->in_prefix)
        return a->in_prefix > b->in_prefix;
    if (a->at_address != b->at_address)
        return a->at_address > b->at_address;
    return a->spoken_s < b->spoken_s;
}

/* The member at that position, if it may have to make room for somebody with that share. */
static struct candidate examine(const struct room *room, const struct moment *now, uint32_t share,
                                uint32_t position)
{
    const uint8_t *address = registry_path(room->registry, position)->peer.address;
    struct candidate candidate = {.member = registry_member(room->registry, position),
                                  .spoken_s = registry_slot(room->registry, position)->spoken_s};

    const struct candidate none = {.member = NULL};

    if (admission_limits(room, address)->members == 0 ||
        (candidate.member->spoken &&
         now->mono_ns / MOMENT_NS_PER_S - candidate.spoken_s < ROOM_SILENT_S))
        return none;
    candidate.newcomer = registry_standing(room->registry, candidate.member) == REGISTRY_NEWCOMER;
    if (candidate.newcomer) {
        candidate.lot = lot_of(room, candidate.member);
        return candidate;
    }
    candidate.at_address = places_at_address(&room->places, address);
    candidate.in_prefix = places_in_prefix(&room->places, address);
    candidate.share = share_of(candidate.at_address, candidate.in_prefix);
    return candidate.in_prefix < 2 || candidate.share < share ? none : candidate;
}

bool displacement_is_possible(struct room *room, const struct moment *now, const struct join *join)
{
    const uint8_t *address = join->path->peer.address;

    return places_at_address(&room->places, address) == 0 &&
           (join->sequenced || admission_is_trusted(room, address)) &&
           bucket_has(&room->displacement_full_ns, &rate, 1, now->mono_ns);
}

struct member *displacement_find(struct room *room, const struct moment *now,
                                 const struct join *join)
{
    uint32_t share = share_of(1, places_in_prefix(&room->places, join->path->peer.address));
    uint32_t count = registry_count(room->registry);
    uint32_t examined = count < DISPLACEMENT_MEMBERS_MAX ? count : DISPLACEMENT_MEMBERS_MAX;
    struct candidate first = {.member = NULL};

    /* Also if nobody is found: the search is what costs most. */
    bucket_charge(&room->displacement_full_ns, &rate, 1, now->mono_ns);
    for (uint32_t i = 0; i < examined; i++) {
        struct candidate next =
            examine(room, now, share, (uint32_t)(((uint64_t)room->displacement_next + i) % count));

        if (next.member != NULL && is_before(&next, &first))
            first = next;
    }
    room->displacement_next = (room->displacement_next + examined) % (count > 0 ? count : 1);
    return first.member;
}

void displacement_remove(struct room *room, const struct moment *now, struct member *member)
{
    room_protocol(room, member)->expel(room, now, member, EXPELLED_DISPLACED, "");
    apply_exit(room, now, member, EXIT_DISPLACED);
    room->stats.displaced++;
}
