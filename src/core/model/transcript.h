/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The ordered events of a room: a ring of a fixed number of bytes that forgets the oldest to make
 * place for the newest.
 *
 * It has two heads. An event is *appended* when its place in the order is fixed, and *released*
 * when members may see it. Without a store the two move together; with one, released follows the
 * commit. An event that is not released is never forgotten.
 */
#ifndef ROOMD_CORE_MODEL_TRANSCRIPT_H
#define ROOMD_CORE_MODEL_TRANSCRIPT_H

#include <roomd/event.h>
#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct transcript;

/* All memory it will ever use is allocated here, about `budget` bytes. STATUS_NO_MEMORY,
 * STATUS_INVALID (budget out of range). */
int transcript_new(size_t budget, struct transcript **ret_transcript);
void transcript_free(struct transcript *transcript);

/*
 * Appends a copy of `event` (its seq is ignored, its name and text are borrowed for the call) and
 * tells its number. STATUS_TOO_LONG: name or text beyond what a plain line can hold. STATUS_FULL:
 * only unreleased events could make place.
 */
int transcript_append(struct transcript *transcript, const struct event *event, uint64_t *ret_seq);

/* Members may now see everything up to `seq`, which is at most the last appended and never goes
 * back. */
void transcript_release(struct transcript *transcript, uint64_t seq);

/* Numbers of the last appended and the last released event; 0 = none yet. */
uint64_t transcript_appended(const struct transcript *transcript);
uint64_t transcript_released(const struct transcript *transcript);

/* Number of the oldest event still held; appended + 1 when there is none. */
uint64_t transcript_oldest(const struct transcript *transcript);

/*
 * Boundaries: where a datagram of the sequenced protocol begins. Set for an event that is held, or
 * the next to be appended; forgotten with it.
 */
void transcript_set_boundary(struct transcript *transcript, uint64_t seq);
bool transcript_is_boundary(const struct transcript *transcript, uint64_t seq);
/* How many there are among first … last; none where first > last. */
uint64_t transcript_boundaries(const struct transcript *transcript, uint64_t first, uint64_t last);

/* The event `seq`, or false where it is forgotten or not yet appended. Its pointers are valid until
 * the next append. */
bool transcript_get(const struct transcript *transcript, uint64_t seq, struct event *ret_event);

#endif
