/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Members ask for events of the past, and are sent pages of them (doc/protocol.md, 2.15): from the
 * ring or, where it has forgotten them, from the log. Pages go behind everything else that a member
 * is owed, and no faster than their budgets allow.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_HISTORY_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_HISTORY_H

#include "core/sequenced_wire/sequenced_past.h"

#include "core/model/registry.h"
#include <roomd/room.h>

/* Questions that are being answered: of all members. A member has one. */
#define SESSION_HISTORY_MAX 64U

/* Of these, so many ask the log at a time. */
#define SESSION_HISTORY_READS_MAX 6U

/* Pages in a second: to a member, to all; so many milliseconds of them may be sent together. */
#define SESSION_HISTORY_PAGES     250U
#define SESSION_HISTORY_ALL_PAGES 2000U
#define SESSION_HISTORY_BURST_MS  64U

struct session_histories;

/* Copies the port. STATUS_NO_MEMORY. */
int session_histories_new(const struct room_past *past, struct session_histories **ret_histories);
void session_histories_free(struct session_histories *histories);

/* Drops all questions, with what was to be sent: the members ask again. */
void session_histories_forget(struct session_histories *histories);

/* A member asks; its last question is answered no further. More than can be kept are dropped. */
void session_history_ask(struct room *room, const struct moment *now, struct member *member,
                         const struct sequenced_ask *ask);

/* Looks for events, a bounded number of them, and sends what may be sent. */
void session_history_tick(struct room *room, const struct moment *now);
int64_t session_history_next_tick(const struct room *room);

/* Sends what may be sent now; to be called when members have got what else they are owed. */
void session_history_send(struct room *room, const struct moment *now);

/* The log answers: see room_history_event and room_history_end. */
void session_history_event(struct room *room, uint64_t id, const struct event *event);
void session_history_end(struct room *room, const struct moment *now, uint64_t id,
                         enum room_history_result result, uint64_t next);

#endif
