/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Frames to one member of the sequenced protocol, in as few datagrams as possible. They are sent at
 * once or not at all, to the path of its session: the member asks again for what is lost. Outcomes
 * wait for the log, if there is one; what tells of numbers that are released anyway does not.
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_SEND_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_SEND_H

#include "core/sequenced_wire/sequenced_down.h"

#include "core/model/registry.h"
#include <roomd/room.h>

struct session_send {
    struct room *room; /* both borrowed until session_send_flush */
    struct member *member;
    bool waits; /* for what was made so far to be committed */
    struct octets_writer writer;
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
};

void session_send_begin(struct session_send *down, struct room *room, struct member *member);
/* Adds a frame; one that does not fit begins another datagram. */
void session_send_add(struct session_send *down, const struct sequenced_down_frame *frame);
/* Sends the datagram; the next frame begins another one. */
void session_send_flush(struct session_send *down);
/* The next frames must not wait for those before them. */
void session_send_part(struct session_send *down);

/* Sends one frame in a datagram of its own. */
void session_send_frame(struct room *room, struct member *member,
                        const struct sequenced_down_frame *frame);

/* Sends CLOSED, with a text that may be empty. */
void session_send_closed(struct room *room, struct member *member, enum sequenced_closed reason,
                         const char *text);

#endif
