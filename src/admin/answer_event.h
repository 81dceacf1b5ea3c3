/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* An event as a line of an answer: text or JSON. */
#ifndef ROOMD_ADMIN_ANSWER_EVENT_H
#define ROOMD_ADMIN_ANSWER_EVENT_H

#include "admin/admin.h"

/* `numbered`: its number stands in front, in a column. JSON always has it. */
void answer_event_say(const struct event *event, bool numbered, const struct admin_reply *reply);

#endif
