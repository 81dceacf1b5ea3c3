/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Room in the window of an address, and the queue for it: a list that is linked by seats. */
#include "core/sequenced_server/session_window.h"

#include "core/model/session.h"
#include "core/model/session_deadlines.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_delivery.h"

static struct controller *controller_of(const struct delivery_wiring *wiring,
                                        const struct session *session)
{
    return controllers_at(wiring->controllers, session->controller);
}

bool session_window_has_room(const struct delivery_wiring *wiring, const struct moment *now,
                             const struct session *session)
{
    /* How long a datagram will be is known when its bounds are fixed: when it is sent. */
    return congestion_has_room(&controller_of(wiring, session)->path, session_ms(now));
}

uint32_t session_window_turn(const struct delivery_wiring *wiring, const struct session *session)
{
    return controller_of(wiring, session)->first == 0 ? SESSION_DELIVERY_PORTION : 1;
}

void session_window_take(const struct delivery_wiring *wiring, const struct moment *now,
                         struct session *session, size_t bytes)
{
    congestion_sent(&controller_of(wiring, session)->path, &session->congestion, bytes,
                    session_ms(now));
}

void session_window_take_all(const struct delivery_wiring *wiring, const struct moment *now,
                             struct session *session, const struct outbox_entry *entries,
                             uint32_t count)
{
    for (uint32_t i = 0; i < count; i++)
        session_window_take(wiring, now, session, entries[i].length);
}

void session_window_give_back(const struct delivery_wiring *wiring, struct session *session,
                              size_t bytes)
{
    congestion_unsent(&controller_of(wiring, session)->path, &session->congestion, bytes);
}

void session_window_empty(const struct delivery_wiring *wiring, struct session *session)
{
    congestion_settle(&controller_of(wiring, session)->path, &session->congestion,
                      session->congestion.flight);
}

/* ---- the queue ---- */

static struct session *session_at(const struct registry *registry, uint32_t place)
{
    return registry_seated(registry, place - 1)->session;
}

/*
 * With pacing, room comes with time. A member that waits for a report has a deadline already, and
 * then it is tried again.
 */
static void set_deadline(const struct delivery_wiring *wiring, const struct moment *now,
                         struct member *member, const struct congestion *path)
{
    uint32_t wait_ms = congestion_paced(path, session_ms(now));

    if (member->session->queue == 0 && wait_ms > 0)
        session_deadlines_set(wiring->sessions, now, member,
                              session_deadlines_queue(wait_ms * 1000));
}

void session_window_wait(const struct delivery_wiring *wiring, const struct moment *now,
                         struct member *member)
{
    struct session *session = member->session;
    struct controller *controller = controller_of(wiring, session);

    set_deadline(wiring, now, member, &controller->path);
    if ((session->flags & (SESSION_WAITS | SESSION_REPAIRS_WAITS)) != 0)
        return;
    session->flags |= SESSION_WAITS;
    session->next = 0;
    if (controller->last != 0)
        session_at(wiring->registry, controller->last)->next = member->seat + 1;
    else
        controller->first = member->seat + 1;
    controller->last = member->seat + 1;
}

void session_window_wake(struct room *room, uint32_t number)
{
    struct controller *controller = controllers_at(&room->controllers, number);

    if (controller->path.flows == 0) /* it is free: nobody waits */
        return;
    for (uint32_t room_left = congestion_room(&controller->path);
         room_left > 0 && controller->first != 0; room_left--) {
        struct member *member = registry_seated(room->registry, controller->first - 1);

        controller->first = member->session->next;
        if (controller->first == 0)
            controller->last = 0;
        member->session->flags &= (uint8_t)~SESSION_WAITS;
        registry_mark_behind(room->registry, member);
    }
}

static void stop_waiting(struct room *room, struct member *member)
{
    struct session *session = member->session;
    struct controller *controller = controllers_at(&room->controllers, session->controller);
    uint32_t *link = &controller->first, place = member->seat + 1, before = 0;

    if ((session->flags & SESSION_WAITS) == 0)
        return;
    session->flags &= (uint8_t)~SESSION_WAITS;
    while (*link != place) {
        before = *link;
        link = &session_at(room->registry, before)->next;
    }
    *link = session->next;
    if (controller->last == place)
        controller->last = before;
}

void session_window_leave(struct room *room, struct member *member)
{
    struct session *session = member->session;

    stop_waiting(room, member);
    controllers_leave(&room->controllers, session->controller, &session->congestion);
    session_window_wake(room, session->controller);
}

void session_window_move(struct room *room, const struct moment *now, struct member *member)
{
    struct session *session = member->session;
    struct congestion_flow *flow = &session->congestion;
    uint16_t received = flow->received, lost = flow->lost;

    session_window_leave(room, member);
    session->controller = controllers_enter(
        &room->controllers, room_path(room, member)->peer.address, flow, session_ms(now));
    flow->received = received;
    flow->lost = lost;
}
