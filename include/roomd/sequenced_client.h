/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client (roomd/client.h) of the sequenced protocol (doc/protocol.md, section 2). It gives on
 * every event once and in order, repeats what it has said until its outcome is known, and never
 * says anything twice. It has one session at a time, and joins anew by itself where the server has
 * forgotten that; what was not sent before is said in the next one, under the same number.
 */
#ifndef ROOMD_SEQUENCED_CLIENT_H
#define ROOMD_SEQUENCED_CLIENT_H

#include <roomd/client.h>

/* A full window of datagrams (doc/protocol.md, 2.10). */
#define SEQUENCED_CLIENT_REORDER_MIN_BYTES ((size_t)320 * 1024)

/*
 * `resume`, NULL: join anew. What the program before had sent and the server has not decided on is
 * told as CLIENT_UNKNOWN, and so is, where the session is lost, what was not told to that program;
 * numbers go on behind its `said`. `reorder_bytes`: for events beyond a gap, at least
 * SEQUENCED_CLIENT_REORDER_MIN_BYTES. STATUS_NO_MEMORY; STATUS_INVALID (no name, too few bytes, a
 * session that can't be); STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name).
 */
int sequenced_client_new(const struct client_setup *setup, const struct client_session *resume,
                         size_t reorder_bytes, struct client **ret_client);

/* Smoothed round trip, nanoseconds; 0 = not measured yet. */
int64_t sequenced_client_round_trip_ns(const struct client *client);

#endif
