/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Suspects, and the line that tells a holder of a name claim. */
#include "core/plain_server/liveness.h"

#include "core/plain_server/plain_reply.h"
#include "core/plain_server/quotes.h"
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

/* A suspect gives up its place in a full table if no error was counted for so long. */
#define LIVENESS_STALE_NS (60 * MOMENT_NS_PER_S)

/*
 * A line is refused within microseconds on one machine, within milliseconds across a school's
 * network.
 */
#define LIVENESS_CLAIM_NS (200 * MOMENT_NS_PER_MS)

/* A holder is told of name claims at most this often, however many ask. */
#define LIVENESS_ASKED_NS (60 * MOMENT_NS_PER_S)

void liveness_heard(struct room *room, const struct member *member)
{
    struct name_claim *claim = name_claims_find(&room->plain->claims, member->number);

    suspects_clear(&room->plain->suspects, member);
    if (claim != NULL)
        claim->holder = 0;
}

/* ---- suspects ---- */

void liveness_count_error(struct room *room, const struct moment *now, struct member *member,
                          const struct unreachable *error)
{
    struct suspects *suspects = &room->plain->suspects;
    struct suspect *suspect = suspects_find(suspects, member);
    uint64_t quoted;

    if (suspect != NULL && now->mono_ns - suspect->counted_ns < LIVENESS_INTERVAL_NS)
        return;
    /* Each error must quote a newer line: it is no repetition of one that somebody has seen. */
    quoted = quotes_find(room, now, member, suspect != NULL ? suspect->quoted : 0, error->quoted,
                         error->length);
    if (quoted == 0)
        return;
    if (suspect == NULL)
        suspect = suspects_add(suspects, member, now->mono_ns - LIVENESS_STALE_NS);
    /* The next error adds it, if there is space then. */
    if (suspect == NULL)
        return;
    suspect->errors++;
    suspect->quoted = quoted;
    suspect->counted_ns = now->mono_ns;
    if (suspect->errors >= LIVENESS_ERRORS)
        apply_exit(room, now, member, EXIT_VANISHED);
}

/* ---- name claims ---- */

/* The line for a holder that was asked at that moment; nobody else can know its code. */
static size_t render_asked(struct room *room, const struct member *holder,
                           const struct moment *asked, char line[PLAIN_LINE_MAX_BYTES])
{
    const struct path *path = room_path(room, holder);
    struct plain_wording wording = plain_wording_at(room, path->door);
    struct template_values values = {
        .code = (uint32_t)secrets_number(room->sessions->secret, SECRETS_CODE, &path->peer,
                                         holder->number, (uint64_t)asked->mono_ns),
        .wall_ns = asked->wall_ns,
        .utc_offset_s = asked->utc_offset_s};
    size_t length = plain_render_line(&wording, DIALECT_ASKED, &values, line);

    if ((room_slot(room, holder)->flags & SLOT_NEWLINE) != 0)
        line[length++] = '\n';
    return length;
}

/* False if the holder can't be told now. */
static bool tell_holder(struct room *room, const struct moment *now, struct member *holder)
{
    char line[PLAIN_LINE_MAX_BYTES];

    if (registry_tenths(now->mono_ns) < registry_plain(holder)->asked_until_ds)
        return false;
    plain_reply_settle_accept(room, now, holder);
    if ((room_slot(room, holder)->flags & SLOT_OWES_ACCEPT) != 0 ||
        !room_send(room, now, holder, line, render_asked(room, holder, now, line)))
        return false;
    registry_plain(holder)->asked_until_ds =
        registry_tenths_until(now->mono_ns + LIVENESS_ASKED_NS);
    return true;
}

bool liveness_claim(struct room *room, const struct moment *now, const struct name_claim *claim,
                    struct member *holder)
{
    struct name_claims *claims = &room->plain->claims;
    struct name_claim timed = *claim;

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
