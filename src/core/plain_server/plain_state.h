/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The plain protocol's state of a room, beside its members; for the files of this folder. */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_STATE_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_STATE_H

#include "core/model/suspects.h"
#include "core/plain_server/name_claims.h"
#include "core/plain_wire/plain.h"
#include "core/room/room_state.h"

/* The wording of lines to members at that door. */
static inline struct plain_wording plain_wording_at(const struct room *room, uint16_t door)
{
    return (struct plain_wording){.dialect = room->doors[door].dialect,
                                  .known = &room->known_replies};
}

struct plain_server {
    struct suspects suspects;
    struct name_claims claims;
    int64_t quotes_full_ns; /* the bucket of quotes.c */
};

#endif
