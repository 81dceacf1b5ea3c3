/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Two rooms with two doors each, and somebody who forges datagrams: each room takes the other for
 * its client. What they send each other is carried and counted.
 */
#ifndef TESTS_SUPPORT_TWO_ROOMS_H
#define TESTS_SUPPORT_TWO_ROOMS_H

#include "support/stage.h"

/* More than that is a loop; nothing else is carried then. */
#define TWO_ROOMS_ENDLESS 200

struct two_rooms {
    struct stage stages[2]; /* the first is 192.0.2.1 with the ports 1001 and 1002, and so on */
};

/* `dialects`: by room and door. They are borrowed until two_rooms_close. */
void two_rooms_open(struct two_rooms *rooms, const struct dialect *const dialects[2][2]);
void two_rooms_close(struct two_rooms *rooms);

/* The dialect of the room's door. */
const struct dialect *two_rooms_dialect(const struct two_rooms *rooms, size_t room, uint16_t door);

void two_rooms_wait_ms(struct two_rooms *rooms, int64_t ms);

/*
 * Forges a datagram to a door of `victim`, from a door of the other room. Returns how many it
 * causes between them.
 */
size_t two_rooms_forge(struct two_rooms *rooms, size_t victim, uint16_t door, uint16_t from_door,
                       const char *bytes);

#endif
