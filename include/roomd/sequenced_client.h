/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client (roomd/client.h) of the sequenced protocol (doc/protocol.md, section 2). It delivers
 * every event once and in order, repeats each message until its outcome is known, and never has a
 * message appended twice. It has one session at a time, and joins anew by itself if the server has
 * forgotten it; messages that were not sent yet are sent in the new session, under the same
 * numbers.
 */
#ifndef ROOMD_SEQUENCED_CLIENT_H
#define ROOMD_SEQUENCED_CLIENT_H

#include <roomd/client.h>

/* A full window of datagrams (doc/protocol.md, 2.10). */
#define SEQUENCED_CLIENT_REORDER_MIN_BYTES ((size_t)320 * 1024)

/*
 * `resume` may be NULL: join anew. Messages that the program before had sent and the server has not
 * decided are CLIENT_UNKNOWN; if the session is lost, so are those whose outcome that program was
 * not told. Numbers continue after its `said`. `reorder_bytes`: for events beyond a gap, at least
 * SEQUENCED_CLIENT_REORDER_MIN_BYTES. STATUS_NO_MEMORY; STATUS_INVALID (no name, too few bytes, an
 * impossible session); STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name).
 */
int sequenced_client_new(const struct client_setup *setup, const struct client_session *resume,
                         size_t reorder_bytes, struct client **ret_client);

/* Smoothed round-trip time, nanoseconds; 0 = not measured yet. */
int64_t sequenced_client_round_trip_ns(const struct client *client);

#endif
