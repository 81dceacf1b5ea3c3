/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Acknowledgements of a member: its position, and what is missing beyond it. From them follow the
 * window, the round-trip time and what is to be sent again (doc/protocol.md, 2.5).
 */
#ifndef ROOMD_CORE_SEQUENCED_SERVER_SESSION_ACKS_H
#define ROOMD_CORE_SEQUENCED_SERVER_SESSION_ACKS_H

#include "core/model/session.h"
#include "core/room/room_state.h"
#include "core/sequenced_wire/sequenced_up.h"

/* The path has changed: resets window and round-trip time. */
void session_acks_reset(const struct room *room, struct session *session);

/* The handshake took so long: until a report measures the round trip, that is taken for it. */
void session_acks_guess(const struct room *room, struct session *session, uint64_t elapsed_ms);

/* The queue of deadlines in which it waits for the report of what it is sent now. */
uint8_t session_acks_wait(const struct controllers *controllers, const struct moment *now,
                          const struct session *session);

/* True within 10 s of a loss on the way to it, or back. */
bool session_acks_is_lossy(const struct moment *now, const struct session *session);

/* Something on the way to it, or back, was lost. */
void session_acks_lossy(const struct moment *now, struct session *session);

/* What an UP says of datagrams that were not reported before. */
struct session_counts {
    uint32_t received;
    uint32_t lost; /* as the member says, each once: that a repair is lost it does not say */
    bool asks;
    uint32_t kept_us; /* so long may it have been kept back, at most */
};

/* How long a report is kept back at most. */
#define SESSION_REPORT_DELAY_US 20000U

/* Counts what the header of the UP reports, and takes the round trip. `kept_us` is set before. */
void session_acks_count(struct room *room, const struct moment *now, struct member *member,
                        const struct sequenced_up *up, struct session_counts *counts);

/* All of the UP is counted. */
void session_acks_lost(struct room *room, const struct moment *now, struct member *member,
                       const struct session_counts *counts);

/*
 * The member has all events up to its position. Ignored if it is not above the last one, or was not
 * sent yet.
 */
void session_acks_position(struct room *room, const struct moment *now, struct member *member,
                           const struct sequenced_up *up);

/* The member lacks events: a MISSING in that UP. What it asks for is counted. */
void session_acks_nack(struct room *room, const struct moment *now, struct member *member,
                       const struct sequenced_up *up, const struct sequenced_up_frame *missing,
                       struct session_counts *counts);

#endif
