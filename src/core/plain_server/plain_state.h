/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The plain protocol's state of a room, beside its members; for the files of this folder. */
#ifndef ROOMD_CORE_PLAIN_SERVER_PLAIN_STATE_H
#define ROOMD_CORE_PLAIN_SERVER_PLAIN_STATE_H

#include "core/model/suspects.h"
#include "core/plain_server/name_claims.h"
#include "core/room/room_state.h"

/* A round of probes over all members, after a long time without an event. */
struct probe_round {
    int64_t began_ns;
    uint32_t position; /* of the next member to examine */
    bool active;
};

/* Tenths of a second, which 32 bits hold for thirteen years. */
static inline uint32_t plain_tenths(int64_t ns)
{
    return (uint32_t)(ns / (100 * MOMENT_NS_PER_MS));
}

/* The same for the end of a wait, which is never early. */
static inline uint32_t plain_tenths_until(int64_t ns)
{
    return plain_tenths(ns - 1) + 1;
}

struct plain_server {
    struct suspects suspects;
    struct name_claims claims;
    struct probe_round round;
};

#endif
