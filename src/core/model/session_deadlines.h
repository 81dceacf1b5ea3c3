/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Sessions that wait equally long stand in a line, in the order in which they are due. Knows
 * nothing of what they wait for.
 */
#ifndef ROOMD_CORE_MODEL_SESSION_LINES_H
#define ROOMD_CORE_MODEL_SESSION_LINES_H

#include "core/model/sessions.h"

#include <roomd/moment.h>

/* Lines: the waits are 0, 200 ms, 400 ms, 800 ms … 25 s. */
#define SESSION_DEADLINE_AT_ONCE 1
#define SESSION_DEADLINE_FIRST   2

/* Sets the timer of a session anew. */
void session_deadlines_set(struct sessions *sessions, const struct moment *now,
                           struct member *member, uint8_t line);
void session_deadlines_stop(struct sessions *sessions, struct member *member);

/* The session at a place of a line: seat + 1. */
struct session *session_deadlines_at(const struct sessions *sessions, uint32_t place);

#endif
