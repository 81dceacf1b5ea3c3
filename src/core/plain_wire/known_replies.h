/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The answers and byes of all built-in dialects, whatever the doors speak, and those of the doors'
 * own dialects. A datagram that equals one of them came from a server, ours included, and must not
 * be taken for a request. Lengths and end bytes are indexed, so that most datagrams are ruled out
 * without a comparison.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_KNOWN_REPLIES_H
#define ROOMD_CORE_PLAIN_WIRE_KNOWN_REPLIES_H

#include "core/plain_wire/request_form.h"

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
    /* Whether any known reply has this length, begins with this byte, ends with this byte. */
    bool lengths[DIALECT_REPLY_MAX_BYTES + 1];
    bool firsts[UINT8_MAX + 1];
    bool lasts[UINT8_MAX + 1];
};

/* Collects the replies of the built-in dialects; no doors yet. */
void known_replies_init(struct known_replies *known);

/*
 * Replaces the doors' dialects. They are borrowed until the next call and must not change. `count`
 * <= ROOM_DOORS_MAX.
 */
void known_replies_set_doors(struct known_replies *known, const struct room_door *doors,
                             size_t count);

/*
 * The worst that these bytes can be to other servers that speak a dialect that comes with the
 * program, or a door's.
 */
enum request_form known_replies_form_of(const struct known_replies *known, const char *bytes,
                                        size_t length);

/* The worst that a reply of this dialect can be to them, filled in for that name. */
enum request_form known_replies_form(const struct known_replies *known,
                                     const struct dialect *dialect, const char *name,
                                     size_t name_len);

/* True if the first word of a reply depends on the name: "{name} ok" for a name that is a verb. */
bool known_replies_begin_with_name(const struct dialect *dialect);

/* True if these bytes are a reply of a built-in dialect or of a door's. */
bool known_replies_have(const struct known_replies *known, const char *bytes, size_t length);

#endif
