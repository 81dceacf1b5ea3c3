/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Queues of sessions with the same wait. */
#include "core/model/session_deadlines.h"
#include "core/model/session.h"

static const uint32_t waits_ms[SESSIONS_QUEUES] = {0,    0,    200,  400,   800,
                                                   1600, 3200, 6400, 12800, 25000};

struct session *session_deadlines_at(const struct sessions *sessions, uint32_t place)
{
    return registry_seated(sessions->registry, place - 1)->session;
}

void session_deadlines_stop(struct sessions *sessions, struct member *member)
{
    struct session *session = member->session;
    struct sessions_queue *queue = &sessions->queues[session->queue];

    if (session->queue == 0)
        return;
    *(session->sooner != 0 ? &session_deadlines_at(sessions, session->sooner)->later
                           : &queue->first) = session->later;
    *(session->later != 0 ? &session_deadlines_at(sessions, session->later)->sooner
                          : &queue->last) = session->sooner;
    session->queue = 0;
}

void session_deadlines_set(struct sessions *sessions, const struct moment *now,
                           struct member *member, uint8_t queue)
{
    struct session *session = member->session;
    struct sessions_queue *target = &sessions->queues[queue];

    session_deadlines_stop(sessions, member);
    session->queue = queue;
    session->due_ms = session_ms(now) + waits_ms[queue];
    session->later = 0;
    session->sooner = target->last;
    *(target->last != 0 ? &session_deadlines_at(sessions, target->last)->later : &target->first) =
        member->seat + 1;
    target->last = member->seat + 1;
    sessions->now_ns = now->mono_ns;
}
