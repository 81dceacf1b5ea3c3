/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The window that a member shares with all at its address (doc/protocol.md, 2.5): room in it, and
 * the queue of those that wait for room, so that they are served in turn.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_WINDOW_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_WINDOW_H

#include "core/model/session.h"
#include "core/room/delivery.h"

#include <roomd/moment.h>

/* True if there is room for another datagram, of any length, to that member. */
bool session_window_has_room(const struct delivery_wiring *wiring, const struct moment *now,
                             const struct session *session);

/* How many datagrams a member may be sent at its turn: one, if others wait. */
uint32_t session_window_turn(const struct delivery_wiring *wiring, const struct session *session);

/* A datagram for it takes room, or gives it back: it was not sent after all. */
void session_window_take(const struct delivery_wiring *wiring, const struct moment *now,
                         struct session *session, size_t bytes);
void session_window_take_all(const struct delivery_wiring *wiring, const struct moment *now,
                             struct session *session, const struct outbox_entry *entries,
                             uint32_t count);
void session_window_give_back(const struct delivery_wiring *wiring, struct session *session,
                              size_t bytes);

/*
 * If there is room for all these datagrams to it, that is taken; otherwise nothing is, although
 * some may fit. Done for each delivery.
 */
static inline bool session_window_try(const struct delivery_wiring *wiring,
                                      const struct moment *now, struct session *session,
                                      const struct outbox_entry *entries, uint32_t count)
{
    struct controller *controller = controllers_at(wiring->controllers, session->controller);
    uint32_t units = 0;

    if ((count > 1 && controller->first != 0) || !congestion_is_wide(&controller->path, count))
        return false;
    for (uint32_t i = 0; i < count; i++)
        units += congestion_units(entries[i].length);
    if (!congestion_send(&controller->path, &session->congestion, count, units))
        session_window_take_all(wiring, now, session, entries, count);
    return true;
}

/* Nothing that was sent to it is in flight any more. */
void session_window_empty(const struct delivery_wiring *wiring, struct session *session);

/* It waits for room: at the end of the queue, unless it is in it already. */
void session_window_wait(const struct delivery_wiring *wiring, const struct moment *now,
                         struct member *member);

/* There may be room: the first of those that wait are behind again. */
void session_window_wake(struct room *room, uint32_t controller);

/* A member leaves; or it has moved: what it had in flight is forgotten, but not what it reported.
 */
void session_window_leave(struct room *room, struct member *member);
void session_window_move(struct room *room, const struct moment *now, struct member *member);

#endif
