/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * ICMP errors and probes. A probe is an empty datagram: every known client but one ignores it, and
 * if no program listens any more, the machine answers with an ICMP error.
 */
#include "core/plain_server/liveness.h"

#include "core/plain_server/plain_reply.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/template.h"
#include "core/room/apply.h"
#include "core/room/room_ops.h"

#include <string.h>

/*
 * Removes a member after three errors, each at least 2 s after the previous, with nothing heard in
 * between.
 */
#define LIVENESS_ERRORS      3U
#define LIVENESS_INTERVAL_NS (2 * MOMENT_NS_PER_S)

/* Slightly later, so that the error of a probe is not too early to count. */
#define LIVENESS_PROBE_NS (LIVENESS_INTERVAL_NS + 50 * MOMENT_NS_PER_MS)

/*
 * Machines limit the rate of ICMP errors; a suspicion that so many probes do not confirm is
 * dropped.
 */
#define LIVENESS_PROBES_MAX 8U

/*
 * A line is refused within microseconds on one machine, within milliseconds across a school's
 * network.
 */
#define LIVENESS_CLAIM_NS (200 * MOMENT_NS_PER_MS)

/* A holder is told of name claims at most this often, however many ask. */
#define LIVENESS_ASKED_NS (60 * MOMENT_NS_PER_S)

/* Members examined in one tick of a round of probes. */
#define LIVENESS_ROUND_MAX 64U

static void probe(struct room *room, const struct moment *now, struct member *member)
{
    /* A client takes the first datagram for the answer to its join. */
    if ((room_slot(room, member)->flags & (SLOT_OWES_ACCEPT | SLOT_SEQUENCED)) == 0)
        room->stats.probes += room_send(room, now, member, "", 0) ? 1U : 0U;
}

void liveness_heard(struct room *room, const struct member *member)
{
    struct name_claim *claim = name_claims_find(&room->plain->claims, member->number);

    suspects_clear(&room->plain->suspects, member);
    if (claim != NULL)
        claim->holder = 0;
}

/* ---- suspects ---- */

void liveness_count_error(struct room *room, const struct moment *now, struct member *member)
{
    struct suspects *suspects = &room->plain->suspects;
    struct suspect *suspect = suspects_find(suspects, member);

    if (suspect == NULL) {
        suspect = suspects_add(suspects, member);
        /* The next error adds it, if there is room then. */
        if (suspect == NULL)
            return;
        suspect->counted_ns = now->mono_ns - LIVENESS_INTERVAL_NS;
    }
    if (now->mono_ns - suspect->counted_ns < LIVENESS_INTERVAL_NS)
        return;
    suspect->errors++;
    suspect->probes = 0;
    suspect->counted_ns = now->mono_ns;
    suspect->probe_ns = now->mono_ns + LIVENESS_PROBE_NS;
    if (suspect->errors >= LIVENESS_ERRORS)
        apply_exit(room, now, member, EXIT_VANISHED);
}

static void probe_suspects(struct room *room, const struct moment *now)
{
    struct suspects *suspects = &room->plain->suspects;

    for (uint32_t i = 0; i < suspects->count;) {
        struct suspect *suspect = &suspects->places[i];

        if (suspect->probe_ns > now->mono_ns) {
            i++;
        } else if (suspect->probes == LIVENESS_PROBES_MAX) {
            /* The last one takes its place, and is examined next. */
            suspects_drop(suspects, suspect);
        } else {
            suspect->probes++;
            suspect->probe_ns = now->mono_ns + LIVENESS_PROBE_NS;
            probe(room, now, suspect->member);
            i++;
        }
    }
}

/* ---- name claims ---- */

/* The line for a holder that was asked at that moment; nobody else can know its code. */
static size_t render_asked(struct room *room, const struct member *holder,
                           const struct moment *asked, char line[PLAIN_LINE_MAX_BYTES])
{
    const struct path *path = room_path(room, holder);
    struct template_values values = {
        .code = (uint32_t)secrets_number(room->sessions->secret, SECRETS_CODE, &path->peer,
                                         holder->number, (uint64_t)asked->mono_ns),
        .wall_ns = asked->wall_ns,
        .utc_offset_s = asked->utc_offset_s};
    size_t length = plain_render_line(room_dialect(room, path->door), DIALECT_ASKED, &values, line);

    if ((room_slot(room, holder)->flags & SLOT_NEWLINE) != 0)
        line[length++] = '\n';
    return length;
}

/* False if the holder can't be told now. */
static bool tell_holder(struct room *room, const struct moment *now, struct member *holder)
{
    char line[PLAIN_LINE_MAX_BYTES];

    if (plain_tenths(now->mono_ns) < holder->asked_until_ds)
        return false;
    plain_reply_settle_accept(room, now, holder);
    if ((room_slot(room, holder)->flags & SLOT_OWES_ACCEPT) != 0 ||
        !room_send(room, now, holder, line, render_asked(room, holder, now, line)))
        return false;
    holder->asked_until_ds = plain_tenths_until(now->mono_ns + LIVENESS_ASKED_NS);
    return true;
}

bool liveness_claim(struct room *room, const struct moment *now, const struct name_claim *claim,
                    struct member *holder)
{
    struct name_claims *claims = &room->plain->claims;
    struct name_claim timed = *claim;

    if (name_claims_have(claims, &claim->path.peer)) /* it has repeated its join */
        return true;
    /* ICMP errors say nothing about a session: its member may be changing its address. */
    if (holder->session != NULL || claims->count == NAME_CLAIMS_MAX ||
        memcmp(claim->path.peer.address, room_path(room, holder)->peer.address,
               ENDPOINT_ADDRESS_BYTES) != 0 ||
        !tell_holder(room, now, holder))
        return false;
    timed.holder = holder->number;
    timed.asked = *now;
    timed.deadline_ns = now->mono_ns + LIVENESS_CLAIM_NS;
    return name_claims_add(claims, &timed);
}

struct name_claim *liveness_decided_claim(struct room *room, const struct member *holder,
                                          const struct unreachable *error)
{
    struct name_claim *claim = name_claims_find(&room->plain->claims, holder->number);
    char line[PLAIN_LINE_MAX_BYTES];
    size_t length;

    if (claim == NULL)
        return NULL;
    length = render_asked(room, holder, &claim->asked, line);
    return length == error->length && memcmp(line, error->quoted, length) == 0 ? claim : NULL;
}

/* ---- rounds of probes in a quiet room ---- */

static int64_t interval_ns(const struct room *room)
{
    return (int64_t)room->limits.probe_interval_s * MOMENT_NS_PER_S;
}

/* An event ends the present round: it is sent to everybody. */
static bool is_round_active(const struct room *room)
{
    const struct probe_round *round = &room->plain->round;

    return round->active && round->began_ns >= room->last_event_ns;
}

static int64_t round_due_ns(const struct room *room)
{
    const struct probe_round *round = &room->plain->round;
    int64_t quiet_since_ns =
        round->began_ns > room->last_event_ns ? round->began_ns : room->last_event_ns;

    if (room->limits.probe_interval_s == 0 || registry_count(room->registry) == 0)
        return MOMENT_NEVER_NS;
    return quiet_since_ns + (is_round_active(room) ? 0 : interval_ns(room));
}

static void probe_round(struct room *room, const struct moment *now)
{
    struct probe_round *round = &room->plain->round;
    uint32_t count = registry_count(room->registry);

    if (!is_round_active(room))
        *round = (struct probe_round){.began_ns = now->mono_ns};
    for (uint32_t i = 0; i < LIVENESS_ROUND_MAX && round->position < count;
         i++, round->position++) {
        struct member *member = registry_member(room->registry, round->position);

        if (now->mono_ns - member->heard_ns >= interval_ns(room))
            probe(room, now, member);
    }
    round->active = round->position < count;
}

/* ---- time ---- */

void liveness_tick(struct room *room, const struct moment *now)
{
    probe_suspects(room, now);
    if (round_due_ns(room) <= now->mono_ns)
        probe_round(room, now);
}

int64_t liveness_next_tick(const struct room *room)
{
    const struct suspects *suspects = &room->plain->suspects;
    int64_t due_ns = round_due_ns(room);

    for (uint32_t i = 0; i < suspects->count; i++)
        due_ns = suspects->places[i].probe_ns < due_ns ? suspects->places[i].probe_ns : due_ns;
    return due_ns;
}
