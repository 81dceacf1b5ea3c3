/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Queues of sessions with the same wait. */
#include "core/model/session_deadlines.h"
#include "core/model/session.h"

static const uint16_t waits_ms[SESSIONS_QUEUES] = {
    0,    0,    10,   12,   14,   17,   20,    24,    28,    34,    40,    48,
    57,   67,   80,   95,   113,  135,  160,   190,   226,   269,   320,   381,
    453,  538,  640,  761,  905,  1076, 1280,  1522,  1810,  2153,  2560,  3044,
    3620, 4305, 5120, 6089, 7241, 8611, 10240, 12177, 14482, 17222, 20480, 25000,
};

_Static_assert(SESSIONS_QUEUES <= 64, "a bit for each");

struct session *session_deadlines_at(const struct sessions *sessions, uint32_t place)
{
    return registry_seated(sessions->registry, place - 1)->session;
}

uint8_t session_deadlines_queue(uint32_t wait_us)
{
    uint8_t low = SESSION_DEADLINE_SHORTEST, high = SESSIONS_QUEUES - 1;

    while (low < high) {
        uint8_t middle = (uint8_t)((low + high) / 2);

        if (waits_ms[middle] * UINT32_C(1000) < wait_us)
            low = (uint8_t)(middle + 1);
        else
            high = middle;
    }
    return low;
}

uint8_t session_deadlines_queue_near(uint8_t near, uint32_t wait_us)
{
    bool fits =
        near >= SESSION_DEADLINE_SHORTEST && near < SESSIONS_QUEUES - 1 &&
        waits_ms[near] * UINT32_C(1000) >= wait_us &&
        (near == SESSION_DEADLINE_SHORTEST || waits_ms[near - 1] * UINT32_C(1000) < wait_us);

    return fits ? near : session_deadlines_queue(wait_us);
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
    if (queue->first == 0)
        sessions->waiting &= ~(UINT64_C(1) << session->queue);
    session->queue = 0;
}

void session_deadlines_set(struct sessions *sessions, const struct moment *now,
                           struct member *member, uint8_t queue)
{
    struct session *session = member->session;
    struct sessions_queue *target = &sessions->queues[queue];
    uint32_t due_ms = session_ms(now) + waits_ms[queue];

    if (session->queue == queue && session->due_ms == due_ms)
        return; /* as when several datagrams are sent to it in a millisecond */
    session_deadlines_stop(sessions, member);
    session->queue = queue;
    session->due_ms = due_ms;
    session->later = 0;
    session->sooner = target->last;
    *(target->last != 0 ? &session_deadlines_at(sessions, target->last)->later : &target->first) =
        member->seat + 1;
    target->last = member->seat + 1;
    sessions->waiting |= UINT64_C(1) << queue;
    sessions->now_ns = now->mono_ns;
}
