/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Recognises what an ICMP error quotes: only somebody who knows the lines of the room can write
 * one. Nothing is kept of what is sent: the lines are rendered again from the transcript.
 */
#ifndef ROOMD_CORE_PLAIN_SERVER_QUOTES_H
#define ROOMD_CORE_PLAIN_SERVER_QUOTES_H

#include "core/room/room_state.h"

/*
 * A datagram that is quoted only in part must be quoted so far: beyond prefix, name and words of
 * its line, into what was said.
 */
#define QUOTES_PART_MIN_BYTES 128U

/* Lines older than this are not recognised: an error takes milliseconds to come back. */
#define QUOTES_AGE_MAX_S 30

/* How many events before the member's cursor are looked at. */
#define QUOTES_EVENTS_MAX 256U

/*
 * The event with whose line `quoted` begins, if that is what this member was lately sent, and the
 * event comes after event `after`; else 0. Lines that fold many joins or exits, replies, and lines
 * that are no event are not recognised. Renders a bounded number of lines a second, over all
 * members, however many errors come in; beyond that it returns 0.
 */
uint64_t quotes_find(struct room *room, const struct moment *now, const struct member *member,
                     uint64_t after, const char *quoted, size_t length);

#endif
