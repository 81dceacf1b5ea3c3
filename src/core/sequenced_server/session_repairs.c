/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Both budgets are moments up to which they are used; the queue is a list that is linked by seats.
 */
#include "core/sequenced_server/session_repairs.h"

#include "core/room/room_ops.h"

/* The price of one in the budget of all, and what that may be ahead. */
#define PRICE_NS (MOMENT_NS_PER_S / (int64_t)SESSION_ALL_REPAIRS_MAX)
#define AHEAD_NS (20 * MOMENT_NS_PER_MS)

/* While others wait, a member has so many at its turn. */
#define TURN 2U

/* Those that wait are not tried more often. */
#define TRIED_NS (2 * MOMENT_NS_PER_MS)

/* Now, in the unit of session.repaired. */
static uint32_t own_time(const struct moment *now)
{
    return (uint32_t)(now->mono_ns / (MOMENT_NS_PER_S / (int64_t)SESSION_REPAIRS_MAX));
}

static uint32_t own_left(const struct moment *now, const struct session *session)
{
    uint32_t used = session->repaired - own_time(now);

    return used <= SESSION_REPAIRS_MAX ? SESSION_REPAIRS_MAX - used : SESSION_REPAIRS_MAX;
}

static uint32_t all_left(const struct sessions *sessions, const struct moment *now)
{
    int64_t used_ns = sessions->repairs_ns > now->mono_ns ? sessions->repairs_ns - now->mono_ns : 0;

    return used_ns < AHEAD_NS ? (uint32_t)((AHEAD_NS - used_ns) / PRICE_NS) : 0;
}

/* It has to wait for those that came before it. */
static bool is_late(const struct sessions *sessions, const struct session *session)
{
    return (session->flags & SESSION_REPAIRS_WAITS) != 0 ||
           (sessions->repairs_first != 0 && (session->flags & SESSION_REPAIRS_TURN) == 0);
}

uint32_t session_repairs_left(const struct delivery_wiring *wiring, const struct moment *now,
                              const struct session *session)
{
    uint32_t own = own_left(now, session), all = all_left(wiring->sessions, now);

    if (is_late(wiring->sessions, session))
        return 0;
    if (all > TURN && (session->flags & SESSION_REPAIRS_TURN) != 0)
        all = TURN;
    return own < all ? own : all;
}

void session_repairs_take(const struct delivery_wiring *wiring, const struct moment *now,
                          struct session *session)
{
    struct sessions *sessions = wiring->sessions;
    uint32_t own = own_time(now);

    if (session->repaired - own > SESSION_REPAIRS_MAX)
        session->repaired = own;
    session->repaired++;
    if (sessions->repairs_ns < now->mono_ns)
        sessions->repairs_ns = now->mono_ns;
    sessions->repairs_ns += PRICE_NS;
}

void session_repairs_wait(const struct delivery_wiring *wiring, const struct moment *now,
                          struct member *member)
{
    struct sessions *sessions = wiring->sessions;
    struct session *session = member->session;

    session->flags &= (uint8_t)~SESSION_REPAIRS_TURN;
    if ((session->flags & (SESSION_WAITS | SESSION_REPAIRS_WAITS)) != 0 ||
        own_left(now, session) == 0 ||
        (sessions->repairs_first == 0 && all_left(sessions, now) > 0))
        return;
    session->flags |= SESSION_REPAIRS_WAITS;
    session->next = 0;
    if (sessions->repairs_last != 0)
        registry_seated(wiring->registry, sessions->repairs_last - 1)->session->next =
            member->seat + 1;
    else
        sessions->repairs_first = member->seat + 1;
    sessions->repairs_last = member->seat + 1;
}

void session_repairs_tick(struct room *room, const struct moment *now)
{
    struct sessions *sessions = room->sessions;

    if (session_repairs_due_ns(sessions) > now->mono_ns)
        return;
    for (uint32_t left = all_left(sessions, now); left >= TURN && sessions->repairs_first != 0;
         left -= TURN) {
        struct member *member = registry_seated(room->registry, sessions->repairs_first - 1);

        sessions->repairs_first = member->session->next;
        if (sessions->repairs_first == 0)
            sessions->repairs_last = 0;
        member->session->flags &= (uint8_t)~SESSION_REPAIRS_WAITS;
        member->session->flags |= SESSION_REPAIRS_TURN;
        registry_mark_behind(room->registry, member);
    }
}

int64_t session_repairs_due_ns(const struct sessions *sessions)
{
    return sessions->repairs_first != 0 ? sessions->repairs_ns - AHEAD_NS + TRIED_NS
                                        : MOMENT_NEVER_NS;
}

void session_repairs_leave(struct room *room, struct member *member)
{
    struct sessions *sessions = room->sessions;
    uint32_t *link = &sessions->repairs_first, place = member->seat + 1, before = 0;

    if ((member->session->flags & SESSION_REPAIRS_WAITS) == 0)
        return;
    while (*link != place) {
        before = *link;
        link = &registry_seated(room->registry, before - 1)->session->next;
    }
    *link = member->session->next;
    if (sessions->repairs_last == place)
        sessions->repairs_last = before;
}
