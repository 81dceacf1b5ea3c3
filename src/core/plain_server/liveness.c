/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * ICMP errors and probes. An empty datagram is the probe: every known client but one ignores it, and where no program listens any more, the machine answers it with an
 * ICMP error.
 */
#include "core/plain_server/liveness.h"

#include "core/room/room_state.h"

#include <string.h>

/* Three errors, each at least 2 s after the one before, with nothing heard in between. */
#define VANISH_ERRORS      3U
#define VANISH_INTERVAL_NS (2 * MOMENT_NS_PER_S)

/* A little later, so that the error a probe brings is not too early to be counted. */
#define VANISH_PROBE_NS (VANISH_INTERVAL_NS + 50 * MOMENT_NS_PER_MS)

/* Machines limit how many ICMP errors they send; a suspicion that so many probes do not confirm is dropped. */
#define VANISH_PROBES_MAX 8U

/* On one machine the refusal of a probe takes microseconds, across a school's network milliseconds. */
#define VANISH_CONTEST_NS (200 * MOMENT_NS_PER_MS)

/* Members looked at in one tick of a round of probes. */
#define VANISH_ROUND_MAX 64U

static void probe(struct room *room, struct member *member)
{
    /* Clients take the first datagram for the answer to their join. */
    if ((room_slot(room, member)->flags & (SLOT_OWES_ACCEPT | SLOT_SEQUENCED)) == 0)
        room->stats.probes += room_send(room, member, "", 0) ? 1U : 0U;
}

/* ---- suspects ---- */

void vanish_count_error(struct room *room, const struct moment *now, struct member *member)
{
    struct vanish *vanish = &room->vanish;
    struct suspect *suspect = vanish_find_suspect(vanish, member);

    if (suspect == NULL) {
        if (vanish->suspect_count == VANISH_SUSPECTS_MAX)
            return; /* its turn comes with the next error */
        suspect = &vanish->suspects[vanish->suspect_count++];
        *suspect = (struct suspect){.member = member, .counted_ns = now->mono_ns - VANISH_INTERVAL_NS};
        member->suspected = true;
    }
    if (now->mono_ns - suspect->counted_ns < VANISH_INTERVAL_NS)
        return;
    suspect->errors++;
    suspect->probes = 0;
    suspect->counted_ns = now->mono_ns;
    suspect->probe_ns = now->mono_ns + VANISH_PROBE_NS;
    if (suspect->errors >= VANISH_ERRORS)
        room_remove(room, now, member, EXIT_VANISHED);
}

void vanish_probe_suspects(struct room *room, const struct moment *now)
{
    struct vanish *vanish = &room->vanish;

    for (uint32_t i = 0; i < vanish->suspect_count;) {
        struct suspect *suspect = &vanish->suspects[i];

        if (suspect->probe_ns > now->mono_ns) {
            i++;
        } else if (suspect->probes == VANISH_PROBES_MAX) {
            vanish_drop_suspect(vanish, suspect); /* the last one takes its place, and is looked at next */
        } else {
            suspect->probes++;
            suspect->probe_ns = now->mono_ns + VANISH_PROBE_NS;
            probe(room, suspect->member);
            i++;
        }
    }
}

/* ---- contests for a name ---- */

bool vanish_contest(struct room *room, const struct moment *now, const struct path *path, const char *name,
                    size_t name_len, bool newline, struct member *holder)
{
    struct vanish *vanish = &room->vanish;
    struct contest *contest;

    /* Of a session no ICMP error tells anything: it may be on its way to another address. */
    if (holder->session != NULL ||
        memcmp(path->peer.address, room_path(room, holder)->peer.address, ENDPOINT_ADDRESS_BYTES) != 0)
        return false;
    for (uint32_t i = 0; i < vanish->contest_count; i++) {
        if (endpoint_equal(&vanish->contests[i].path.peer, &path->peer))
            return true; /* asked again before the answer */
    }
    if (vanish->contest_count == VANISH_CONTESTS_MAX || name_len > ROOM_NAME_MAX_BYTES)
        return false;
    contest = &vanish->contests[vanish->contest_count++];
    *contest = (struct contest){.path = *path,
                                .holder = holder->number,
                                .deadline_ns = now->mono_ns + VANISH_CONTEST_NS,
                                .name_len = (uint8_t)name_len,
                                .newline = newline};
    memcpy(contest->name, name, name_len);
    probe(room, holder);
    return true;
}

/* ---- rounds of probes in a silent room ---- */

static int64_t interval_ns(const struct room *room)
{
    return (int64_t)room->limits.probe_interval_s * MOMENT_NS_PER_S;
}

bool vanish_is_round_due(const struct room *room, int64_t now_ns)
{
    return room->limits.probe_interval_s != 0 && registry_count(room->registry) > 0 &&
           (room->vanish.round_active || now_ns - room->vanish.quiet_since_ns >= interval_ns(room));
}

void vanish_probe_round(struct room *room, const struct moment *now)
{
    struct vanish *vanish = &room->vanish;
    uint32_t count = registry_count(room->registry);

    if (!vanish->round_active) {
        vanish->round_active = true;
        vanish->round_position = 0;
        vanish->quiet_since_ns = now->mono_ns;
    }
    for (uint32_t i = 0; i < VANISH_ROUND_MAX && vanish->round_position < count; i++, vanish->round_position++) {
        struct member *member = registry_member(room->registry, vanish->round_position);

        if (now->mono_ns - member->heard_ns >= interval_ns(room))
            probe(room, member);
    }
    vanish->round_active = vanish->round_position < count;
}

/* ---- time ---- */

int64_t vanish_next_tick(const struct room *room)
{
    const struct vanish *vanish = &room->vanish;
    int64_t due = MOMENT_NEVER_NS;

    if (room->limits.probe_interval_s != 0 && registry_count(room->registry) > 0)
        due = vanish->quiet_since_ns + (vanish->round_active ? 0 : interval_ns(room));
    for (uint32_t i = 0; i < vanish->suspect_count; i++)
        due = vanish->suspects[i].probe_ns < due ? vanish->suspects[i].probe_ns : due;
    for (uint32_t i = 0; i < vanish->contest_count; i++)
        due = vanish->contests[i].deadline_ns < due ? vanish->contests[i].deadline_ns : due;
    return due;
}
