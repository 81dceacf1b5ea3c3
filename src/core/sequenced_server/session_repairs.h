/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The budget of what is sent again (doc/protocol.md, 2.10): for each member, and for all. Where
 * that for all is used up, members wait in a queue and are served in turn. Knows no datagrams.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_REPAIRS_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_REPAIRS_H

#include "core/model/session.h"
#include "core/room/delivery.h"

#include <roomd/moment.h>

/* How many datagrams may be sent again to the member now. 0 while it waits. */
uint32_t session_repairs_left(const struct delivery_wiring *wiring, const struct moment *now,
                              const struct session *session);

/* One was sent again. */
void session_repairs_take(const struct delivery_wiring *wiring, const struct moment *now,
                          struct session *session);

/* Its turn is over, and it lacks more: it waits at the end of the queue, if there is need. */
void session_repairs_wait(const struct delivery_wiring *wiring, const struct moment *now,
                          struct member *member);

/* The first of those that wait are behind again, as far as the budget suffices. */
void session_repairs_tick(struct room *room, const struct moment *now);

/* When the budget suffices for the next of them; MOMENT_NEVER_NS: nobody waits. */
int64_t session_repairs_due_ns(const struct sessions *sessions);

/* A member leaves. */
void session_repairs_leave(struct room *room, struct member *member);

#endif
