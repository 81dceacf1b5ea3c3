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

/* Queues; their waits are 0, 200 ms, 400 ms, 800 ms … 25 s. */
#define SESSION_DEADLINE_AT_ONCE 1
#define SESSION_DEADLINE_FIRST   2

/* Sets the deadline of a session, in place of an earlier one. */
void session_deadlines_set(struct sessions *sessions, const struct moment *now,
                           struct member *member, uint8_t queue);
void session_deadlines_stop(struct sessions *sessions, struct member *member);

/* The session of an entry of a queue: seat + 1. */
struct session *session_deadlines_at(const struct sessions *sessions, uint32_t place);

#endif
