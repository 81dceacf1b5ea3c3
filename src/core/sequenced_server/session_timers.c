/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Expires deadlines of sessions, and members that are silent for long. */
#include "core/sequenced_server/session_timers.h"

#include "core/model/session.h"
#include "core/model/session_deadlines.h"
#include "core/room/apply.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_acks.h"
#include "core/sequenced_server/session_repairs.h"
#include "core/sequenced_server/session_send.h"
#include "core/sequenced_server/session_window.h"
#include "core/sequenced_wire/sequenced_down.h"

/* Sessions handled in one tick: the rest is due at once, after the other work of the loop. */
#define TICK_MAX 64U

/*
 * If the tick itself is this late, the machine has slept: members that are still there then have
 * this long to say so.
 */
#define LATE_NS  (5 * MOMENT_NS_PER_S)
#define GRACE_NS (30 * MOMENT_NS_PER_S)

/*
 * While more is owed to a member than its window allows, it is asked at least this often: its
 * reports may be lost, and it does not know that more is waiting.
 */
#define MORE_OWED_US 1500000U

/* But only if it was heard this recently. */
#define MORE_OWED_HEARD_NS (10 * MOMENT_NS_PER_S)

/* ---- deadlines ---- */

static int64_t due_ns(const struct sessions *sessions, const struct session *session)
{
    int64_t now_ms = sessions->now_ns / MOMENT_NS_PER_MS;

    return (now_ms + (int32_t)(session->due_ms - (uint32_t)now_ms)) * MOMENT_NS_PER_MS;
}

/* Sends the last datagram again: it may be lost, or the report of it. False: it is too far ahead.
 */
static bool probe(struct room *room, const struct moment *now, struct member *member,
                  uint64_t cursor)
{
    struct session *session = member->session;
    uint64_t last = cursor - 1 - session->position - 1;

    if ((session->flags & SESSION_PROBED) != 0 || last >= NACKS_MAX)
        return false;
    session->flags |= SESSION_PROBED;
    session_acks_lossy(now, session);
    nacks_add(&room->sessions->nacks, &session->nacks, last);
    registry_mark_behind(room->registry, member);
    return true;
}

/* What was not reported is sent again once, and then told; so is a gap. False if there is nothing.
 */
static bool repeat(struct room *room, const struct moment *now, struct member *member,
                   uint64_t cursor)
{
    const struct session *session = member->session;
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD, .head = cursor - 1};

    if (!session->restored && (session->flags & SESSION_GAP) != 0)
        frame = (struct sequenced_down_frame){.kind = SEQUENCED_DOWN_GAP,
                                              .oldest = session_whole(session->gap, cursor)};
    else if (session->position + 1 >= cursor)
        return false;
    else if (!session->restored && probe(room, now, member, cursor))
        return true;
    session_send_frame(room, member, &frame);
    return true;
}

static uint8_t next_queue(const struct room *room, const struct moment *now,
                          const struct member *member, uint64_t cursor)
{
    const struct session *session = member->session;
    uint8_t wait = controllers_at(&room->controllers, session->controller)->wait;
    unsigned next = session->queue == SESSION_DEADLINE_AT_ONCE
                        ? wait
                        : session->queue + (unsigned)SESSION_DEADLINE_DOUBLING;
    uint8_t most = SESSIONS_QUEUES - 1;

    if (cursor <= transcript_released(room->transcript) &&
        now->mono_ns - member->heard_ns < MORE_OWED_HEARD_NS)
        most = session_deadlines_queue(MORE_OWED_US);
    most = most > wait ? most : wait;
    return next < most ? (uint8_t)next : most;
}

static void fire(struct room *room, const struct moment *now, struct member *member)
{
    struct session *session = member->session;
    uint64_t cursor = room_slot(room, member)->cursor;
    bool waits = nacks_any(session->nacks); /* for the budget */

    /* What was sent before a restart is in flight no more. */
    if (session->position + 1 < cursor && (!session->restored || session->flight > 0)) {
        congestion_late(&controllers_at(&room->controllers, session->controller)->path,
                        &session->congestion);
        session_window_wake(room, session->controller);
    }
    if (waits || cursor <= transcript_released(room->transcript))
        registry_mark_behind(room->registry, member);
    if (repeat(room, now, member, cursor) || waits)
        session_deadlines_set(room->sessions, now, member, next_queue(room, now, member, cursor));
    else
        session_deadlines_stop(room->sessions, member);
}

static void fire_queue(struct room *room, const struct moment *now,
                       const struct sessions_queue *queue)
{
    for (uint32_t handled = 0; handled < TICK_MAX && queue->first != 0; handled++) {
        struct member *member = registry_seated(room->registry, queue->first - 1);

        if (due_ns(room->sessions, member->session) > now->mono_ns)
            break;
        fire(room, now, member);
    }
}

/* ---- silent members ---- */

static int64_t timeout_ns(const struct room *room)
{
    return (int64_t)room->limits.session_timeout_s * MOMENT_NS_PER_S;
}

static int64_t away_ns(const struct room *room)
{
    return SESSION_AWAY_NS < timeout_ns(room) ? SESSION_AWAY_NS : timeout_ns(room);
}

static int64_t away_due_ns(const struct room *room)
{
    const struct member *member = registry_oldest_heard(room->registry, true, false);

    return member != NULL ? member->heard_ns + away_ns(room) : MOMENT_NEVER_NS;
}

static int64_t timeout_due_ns(const struct room *room)
{
    const struct member *member = registry_oldest_heard(room->registry, true, true);
    int64_t due = member != NULL ? member->heard_ns + timeout_ns(room) : MOMENT_NEVER_NS;

    return member != NULL && due < registry_leaves_ns(member) ? registry_leaves_ns(member) : due;
}

static void mark_away(struct room *room, const struct moment *now, struct member *member)
{
    bool late = now->mono_ns > member->heard_ns + away_ns(room) + LATE_NS;

    registry_warned(room->registry, member);
    member->leaves_ds = late ? registry_tenths_until(now->mono_ns + GRACE_NS) : 0;
    nacks_clear(&room->sessions->nacks, &member->session->nacks);
    member->session->flags &= (uint8_t)~SESSION_SAMPLED;
    session_deadlines_stop(room->sessions, member);
}

static void expire_silent(struct room *room, const struct moment *now)
{
    for (uint32_t handled = 0; handled < TICK_MAX; handled++) {
        if (away_due_ns(room) <= now->mono_ns) {
            mark_away(room, now, registry_oldest_heard(room->registry, true, false));
        } else if (timeout_due_ns(room) <= now->mono_ns) {
            struct member *member = registry_oldest_heard(room->registry, true, true);

            record_begin(room->records, now);
            session_send_closed(room, member, SEQUENCED_CLOSED_TIMEOUT, "");
            apply_exit(room, now, member, EXIT_TIMEOUT);
            record_end(room->records);
        } else {
            break;
        }
    }
}

void session_timers_tick(struct room *room, const struct moment *now)
{
    for (uint64_t waiting = room->sessions->waiting; waiting != 0; waiting &= waiting - 1)
        fire_queue(room, now, &room->sessions->queues[__builtin_ctzll(waiting)]);
    session_repairs_tick(room, now);
    expire_silent(room, now);
}

int64_t session_timers_next_tick(const struct room *room)
{
    const struct sessions *sessions = room->sessions;
    int64_t away, timeout, repairs, next;

    /* Each turn of the loop asks twice, in a room of the plain protocol, too. */
    if (sessions_count(sessions) == 0)
        return MOMENT_NEVER_NS;
    away = away_due_ns(room);
    timeout = timeout_due_ns(room);
    next = away < timeout ? away : timeout;
    repairs = session_repairs_due_ns(sessions);
    next = repairs < next ? repairs : next;
    for (uint64_t waiting = sessions->waiting; waiting != 0; waiting &= waiting - 1) {
        uint32_t first = sessions->queues[__builtin_ctzll(waiting)].first;
        int64_t due = due_ns(sessions, session_deadlines_at(sessions, first));

        next = due < next ? due : next;
    }
    return next;
}
