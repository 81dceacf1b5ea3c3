/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The ordered events of a room: a ring of a fixed number of bytes that forgets the oldest to make
 * room for the newest.
 *
 * It has three heads. An event is *appended* when its place in the order is fixed, *committed* when
 * the log has kept it (at once if there is none), and *released* when members may see it. Joins and
 * exits of a large room are released later than they are committed (core/room/fold.h). An event
 * that is not released is never forgotten.
 */
#ifndef ROOMD_CORE_MODEL_TRANSCRIPT_H
#define ROOMD_CORE_MODEL_TRANSCRIPT_H

#include <roomd/event.h>
#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an event takes of the ring: an exit, and the longest, at most. */
#define TRANSCRIPT_EXIT_BYTES  96U
#define TRANSCRIPT_EVENT_BYTES 1120U

struct transcript;

/*
 * Allocates all the memory it will ever use, about `budget` bytes. STATUS_NO_MEMORY, STATUS_INVALID
 * (budget out of range).
 */
int transcript_new(size_t budget, struct transcript **ret_transcript);
void transcript_free(struct transcript *transcript);

/* The next event is this one; nothing was appended so far, or all of it is forgotten by this. */
void transcript_begin_at(struct transcript *transcript, uint64_t next);

/*
 * Appends a copy of `event` (its seq is ignored, its name and text are borrowed for the call) and
 * returns its number. STATUS_TOO_LONG: name or text exceeds a plain line. STATUS_FULL: only events
 * that are not released could be forgotten.
 */
int transcript_append(struct transcript *transcript, const struct event *event, uint64_t *ret_seq);

/*
 * True if so many events of so many bytes in all can be appended, whatever is released meanwhile.
 */
bool transcript_has_room(const struct transcript *transcript, size_t events, size_t bytes);

/* From now on events are committed by transcript_commit; else they are when they are appended. */
void transcript_await_commits(struct transcript *transcript);
/* Commits everything up to `seq`, which is at most the last appended and never goes back. */
void transcript_commit(struct transcript *transcript, uint64_t seq);

/* Releases everything up to `seq`, which is at most the last committed and never goes back. */
void transcript_release(struct transcript *transcript, uint64_t seq);

/* Numbers of the last appended, committed and released event; 0 = none yet. */
uint64_t transcript_appended(const struct transcript *transcript);
uint64_t transcript_committed(const struct transcript *transcript);
uint64_t transcript_released(const struct transcript *transcript);

/* Number of the oldest event held; appended + 1 if there is none. */
uint64_t transcript_oldest(const struct transcript *transcript);

/*
 * Boundaries: the events with which datagrams of the sequenced protocol begin. Set for an event
 * that is held, or for the next one; forgotten with it.
 */
void transcript_set_boundary(struct transcript *transcript, uint64_t seq);
bool transcript_is_boundary(const struct transcript *transcript, uint64_t seq);
/* The number of boundaries among first … last; 0 if first > last. */
uint64_t transcript_boundaries(const struct transcript *transcript, uint64_t first, uint64_t last);

/*
 * The event `seq`; false if it is forgotten or not yet appended. Its pointers are valid until the
 * next append.
 */
bool transcript_get(const struct transcript *transcript, uint64_t seq, struct event *ret_event);

/*
 * Takes name and text out of an event that is held, and overwrites them; its number, kind, time and
 * author stay.
 */
void transcript_forget(struct transcript *transcript, uint64_t seq);

#endif
