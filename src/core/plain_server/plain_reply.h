/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Datagrams to a plain member or a stranger that are sent at once or not at all: replies, and lines
 * that are no event.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_REPLY_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_REPLY_H

#include "core/plain_wire/reply.h"
#include "core/room/room_state.h"

/*
 * Sends a reply, filled in, unless it is empty. `member` is in from that endpoint; NULL: a
 * stranger. Outside access.trusted it comes out of the budget of the address. `waits`: until what
 * was made so far is committed.
 */
void plain_reply(struct room *room, const struct moment *now, const struct path *path,
                 const struct member *member, const struct reply *filled, bool newline, bool waits);

/*
 * Sends the accept if it is still owed. Called before anything else is sent at once: a client takes
 * the first datagram for the answer to its join.
 */
void plain_reply_settle_accept(struct room *room, const struct moment *now, struct member *member);

/* True if its join is not committed, so that its accept, and all that follows it, have to wait. */
bool plain_reply_accept_waits(struct room *room, const struct member *member);

/*
 * The member leaves: what it is told waits until that is committed. An accept that is still owed
 * goes first. `reason` is the line's {text}.
 */
void plain_reply_last_accept(struct room *room, const struct moment *now, struct member *member);
void plain_reply_last_line(struct room *room, const struct moment *now, struct member *member,
                           enum dialect_key key, const char *reason);

/*
 * Sends a line of the dialect, after the accept only, and at most once in ROOM_TOLD_INTERVAL_S. It
 * says that something was refused, and does not wait for the log.
 */
void plain_reply_tell(struct room *room, const struct moment *now, struct member *member,
                      enum dialect_key key, const char *text, uint64_t count);

/*
 * Sends the bye to a member that has not asked for it, so that its receiving process ends; also if
 * the line before it could not be sent.
 */
void plain_reply_bye(struct room *room, const struct moment *now, struct member *member);

#endif
