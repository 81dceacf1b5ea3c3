/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The answers and byes of all built-in dialects, known here whatever the doors speak, and those of
 * the doors' own dialects: so that what another room of any of these kinds answers, or ours does,
 * is never taken for a request. Most datagrams are none of them at first sight.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_KNOWN_REPLIES_H
#define ROOMD_CORE_PLAIN_WIRE_KNOWN_REPLIES_H

#include <roomd/dialect.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Two dialects in two languages have 15 different ones. */
#define KNOWN_REPLIES_MAX 32

struct known_replies {
    struct reply replies[KNOWN_REPLIES_MAX]; /* of the built-in dialects */
    size_t count;
    const struct dialect *dialects[ROOM_DOORS_MAX]; /* of the doors, each once */
    size_t dialect_count;
    /* Whether any of all these is so long, begins with this byte, ends with it. */
    bool lengths[DIALECT_REPLY_MAX_BYTES + 1];
    bool firsts[UINT8_MAX + 1];
    bool lasts[UINT8_MAX + 1];
};

/* Those of the built-in dialects. */
void known_replies_init(struct known_replies *known);

/* These doors, instead of those before. Their dialects are borrowed until the next call, and stay
 * as they are. `count` <= ROOM_DOORS_MAX. */
void known_replies_set_doors(struct known_replies *known, const struct room_door *doors,
                             size_t count);

/* True where these bytes are one of them, of a built-in dialect or of a door's. */
bool known_replies_have(const struct known_replies *known, const char *bytes, size_t length);

#endif
