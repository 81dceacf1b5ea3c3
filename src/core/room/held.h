/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Answers that wait for the log: nobody is told what a crash could take back. A datagram is sent
 * once the last record that was made before it is committed; at once if that is so already. One
 * that finds no room is dropped, and its recipient asks again.
 */
#ifndef ROOMD_CORE_ROOM_HELD_H
#define ROOMD_CORE_ROOM_HELD_H

#include "core/room/delivery.h"

struct room;

/* Several thousand answers: they are short, except for pages of members. */
#define HELD_MAX_BYTES (512U * 1024U)

struct held;

/* STATUS_NO_MEMORY. `delivery` is borrowed for its life. */
int held_new(struct delivery *delivery, struct held **ret_held);
void held_free(struct held *held);

/* Sends a datagram, or keeps it for later. False: neither. */
bool held_send(struct room *room, const struct path *path, const void *bytes, size_t length);

/* The same within a budget (NULL: without limit), which is spent now. */
bool held_send_within(struct room *room, const struct moment *now, struct budget *budget,
                      const struct path *path, const void *bytes, size_t length);

/* The same to a plain member, within its budget. As room_send, which does not wait. */
bool held_send_to(struct room *room, const struct moment *now, struct member *member,
                  const void *bytes, size_t length);

/* Sends what waits for records up to `committed`; all of it if that is the last one made. */
void held_release(struct held *held, uint64_t made, uint64_t committed);

/* The number of answers that wait. */
uint64_t held_count(const struct held *held);

#endif
