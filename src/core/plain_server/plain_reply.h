/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a plain member, or a stranger, is sent at once or not at all: replies, and lines that are no
 * event.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_REPLY_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_REPLY_H

#include "core/plain_wire/reply.h"
#include "core/room/room_state.h"

/* An empty reply is none. `name`: of the recipient, for a reply that holds {name}. */
void plain_reply(struct room *room, const struct path *path, const struct reply *reply,
                 const char *name, size_t name_len, bool newline);

/* Before anything else is sent to a member at once: the accept, if it is still owed. Clients take
 * the first datagram for the answer to their join. */
void plain_reply_settle_accept(struct room *room, const struct moment *now, struct member *member);

/* A line of the dialect. */
void plain_reply_line(struct room *room, const struct moment *now, struct member *member,
                      enum dialect_key key, const char *text, uint64_t count);

/* The same, but not before its accept, and at most once in ROOM_TOLD_INTERVAL_S. */
void plain_reply_tell(struct room *room, const struct moment *now, struct member *member,
                      enum dialect_key key, const char *text, uint64_t count);

/* The bye that a member has not asked for: it is how such a client's receiving process ends, and
 * goes out even where the line before it could not. */
void plain_reply_bye(struct room *room, struct member *member);

#endif
