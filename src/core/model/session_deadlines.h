/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Deadlines of sessions: those with the same wait are in one queue, in the order in which they are
 * due. Does not know what they wait for.
 */
#ifndef ROOMD_CORE_MODEL_SESSION_DEADLINES_H
#define ROOMD_CORE_MODEL_SESSION_DEADLINES_H

#include "core/model/sessions.h"

#include <roomd/moment.h>

/* Queues. After AT_ONCE their waits are 10 ms and each a fifth more, doubling in four; then 25 s.
 */
#define SESSION_DEADLINE_AT_ONCE  1
#define SESSION_DEADLINE_SHORTEST 2
#define SESSION_DEADLINE_DOUBLING 4

/* The queue with the shortest wait that is at least so long, as far as there is one. */
uint8_t session_deadlines_queue(uint32_t wait_us);

/* The same, and sooner if it is `near`. */
uint8_t session_deadlines_queue_near(uint8_t near, uint32_t wait_us);

/* Sets the deadline of a session, in place of an earlier one. */
void session_deadlines_set(struct sessions *sessions, const struct moment *now,
                           struct member *member, uint8_t queue);
void session_deadlines_stop(struct sessions *sessions, struct member *member);

/* The session of an entry of a queue: seat + 1. */
struct session *session_deadlines_at(const struct sessions *sessions, uint32_t place);

#endif
