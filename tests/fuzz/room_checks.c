/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The invariants of a room, whatever was done to it. Reads the room's internals, and changes
 * nothing.
 */
#include "core/model/session.h"
#include "core/plain_server/plain_state.h"
#include "core/room/roster.h"
#include "fuzz/room_world.h"

/*
 * The roster record of a member is true of it at every moment, since the program may be killed at
 * any.
 */
static void check_roster(const struct world *world, const struct room *room)
{
    for (uint32_t seat = 0; seat < MEMBERS_MAX; seat++) {
        const struct member *member =
            seat < registry_seats(room->registry) ? registry_seated(room->registry, seat) : NULL;
        const struct roster_record *record = &world->kept[seat].record;

        FUZZ_CHECK(world->kept[seat].taken == (member != NULL && member->session == NULL));
        if (member == NULL || member->session != NULL)
            continue;
        FUZZ_CHECK(strcmp(record->name, registry_shown(member)) == 0 &&
                   record->number == member->number);
        FUZZ_CHECK((record->flags & ROSTER_SLOT_FLAGS) ==
                   (registry_slot(room->registry, member->position)->flags & ROSTER_SLOT_FLAGS));
        FUZZ_CHECK(((record->flags & ROSTER_NEWCOMER) != 0) ==
                   (registry_standing(room->registry, member) == REGISTRY_NEWCOMER));
        FUZZ_CHECK(record->muted_until_ns == member->muted_until_ns);
        FUZZ_CHECK(endpoint_equal(&record->path.peer,
                                  &registry_path(room->registry, member->position)->peer));
        FUZZ_CHECK(record->path.door == registry_path(room->registry, member->position)->door);
    }
}

static void check_member(struct room *room, uint32_t position)
{
    struct member *member = registry_member(room->registry, position);
    const struct slot *slot = registry_slot(room->registry, position);
    struct name name;

    FUZZ_CHECK(member->position == position);
    FUZZ_CHECK(member->session != NULL ||
               registry_find_endpoint(room->registry,
                                      &registry_path(room->registry, position)->peer) == member);
    memset(&name, 0, sizeof(name));
    name.folded_len = (uint8_t)registry_folded_len(member);
    memcpy(name.folded, registry_folded(member), name.folded_len);
    /* So no two have the same name. */
    FUZZ_CHECK(registry_find_name(room->registry, &name) == member);
    name.shown_len = (uint8_t)registry_shown_len(member);
    memcpy(name.shown, registry_shown(member), name.shown_len);
    FUZZ_CHECK(registry_find_lookalike(room->registry, &name, NULL) != NULL);
    FUZZ_CHECK(slot->cursor <= transcript_appended(room->transcript) + 1);
    FUZZ_CHECK(slot->own <= transcript_appended(room->transcript));
    FUZZ_CHECK((slot->flags & SLOT_HELD) == 0 || (slot->flags & SLOT_BUDGET) != 0);
}

/* Of each member's address and prefix, as many members are counted as there are. */
static void check_places(const struct room *room, uint32_t position)
{
    const uint8_t *address = registry_path(room->registry, position)->peer.address;
    size_t prefix = places_prefix_bits(address) / 8;
    uint32_t at_address = 0, in_prefix = 0;

    for (uint32_t i = 0; i < registry_count(room->registry); i++) {
        const uint8_t *other = registry_path(room->registry, i)->peer.address;

        at_address += memcmp(address, other, ENDPOINT_ADDRESS_BYTES) == 0 ? 1U : 0U;
        in_prefix += memcmp(address, other, prefix) == 0 ? 1U : 0U;
    }
    FUZZ_CHECK(places_at_address(&room->places, address) == at_address);
    FUZZ_CHECK(places_in_prefix(&room->places, address) == in_prefix);
}

static void check_session(const struct room *room, const struct member *member)
{
    const struct session *session = member->session;
    const struct slot *slot = registry_slot(room->registry, member->position);

    FUZZ_CHECK(sessions_find(room->sessions, session->token) == member);
    FUZZ_CHECK(session->run >= 1 && session->position < slot->cursor);
    FUZZ_CHECK(controllers_at(&room->controllers, session->controller)->path.flows > 0);
    FUZZ_CHECK(!member->suspected);
    /* Nothing is to be sent again that was not sent. */
    FUZZ_CHECK(nacks_next(&room->sessions->nacks, session->nacks,
                          slot->cursor - session->position - 1) == NACKS_MAX);
    FUZZ_CHECK(!nacks_any(session->nacks) ||
               nacks_next(&room->sessions->nacks, session->nacks, 0) < NACKS_MAX);
}

static void check_suspects(const struct room *room)
{
    uint32_t flagged = 0;

    for (uint32_t i = 0; i < registry_count(room->registry); i++)
        flagged += registry_member(room->registry, i)->suspected ? 1U : 0U;
    FUZZ_CHECK(flagged == room->plain->suspects.count);
    for (uint32_t i = 0; i < room->plain->suspects.count; i++) {
        const struct member *member = room->plain->suspects.places[i].member;

        FUZZ_CHECK(member->suspected &&
                   registry_member(room->registry, member->position) == member);
    }
    FUZZ_CHECK(room->plain->claims.count <= NAME_CLAIMS_MAX);
}

/*
 * A member whose budget does not suffice does not lag, whatever it is owed. Neither does a
 * session that is away or waits for room in its window. Repairs may wait for the next second.
 */
static bool is_owed(const struct room *room, uint32_t position)
{
    const struct slot *slot = registry_slot(room->registry, position);
    const struct member *member = registry_member(room->registry, position);

    if (member->session != NULL)
        return !member->warned && slot->cursor <= transcript_released(room->transcript) &&
               (member->session->flags & SESSION_WAITS) == 0 && session_is_open(member->session, 1);
    return (slot->flags & SLOT_HELD) == 0 &&
           slot->cursor <= transcript_released(room->transcript) +
                               ((slot->flags & SLOT_OWES_ACCEPT) != 0 ? 1U : 0U);
}

/* Members that do not lag are owed nothing. */
static void check_lagging(const struct room *room)
{
    uint32_t owed = 0, lagging = 0;

    for (uint32_t i = 0; i < registry_count(room->registry); i++)
        owed += is_owed(room, i) ? 1U : 0U;
    for (int standing = 0; standing < REGISTRY_STANDINGS; standing++) {
        for (uint32_t n = 0; n < registry_standing_behind(room->registry, standing); n++)
            lagging += is_owed(room, registry_lagging(room->registry, standing, n)) ? 1U : 0U;
    }
    FUZZ_CHECK(owed == lagging);
}

void room_checks(struct world *world)
{
    struct room *room = world->fuzz.room;
    uint32_t expected = world->sequenced;

    for (unsigned peer = 0; peer < PEERS; peer++)
        expected += world->peers[peer].in ? 1U : 0U;
    FUZZ_CHECK(registry_count(room->registry) == expected && expected <= MEMBERS_MAX);
    FUZZ_CHECK(transcript_released(room->transcript) <= transcript_appended(room->transcript));
    for (uint32_t position = 0; position < expected; position++) {
        check_member(room, position);
        check_places(room, position);
        if (registry_member(room->registry, position)->session != NULL)
            check_session(room, registry_member(room->registry, position));
    }
    FUZZ_CHECK(sessions_count(room->sessions) == world->sequenced);
    check_roster(world, room);
    check_lagging(room);
    FUZZ_CHECK(room->overload.active == world->overloaded);
    check_suspects(room);
}
