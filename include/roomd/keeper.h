/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Core's third port: "remember this of a member". Whoever listens keeps it where it outlives the program, and hands it back to room_restore after a restart: then nobody has to join again, and
 * nobody is told anything. Without a keeper a restart empties the room.
 */
#ifndef ROOMD_KEEPER_H
#define ROOMD_KEEPER_H

#include <roomd/endpoint.h>
#include <roomd/limits.h>
#include <stdint.h>

/* Bits of roster_record.flags. */
#define ROSTER_OWES_ACCEPT 1U /* its join has not been answered yet */
#define ROSTER_NEWLINE     2U /* every datagram ends with a newline */
#define ROSTER_PROBATION   4U /* it has yet to prove that its address is its own */

struct roster_record {
    char name[ROOM_NAME_MAX_BYTES + 1]; /* as shown; terminated */
    uint8_t flags;
    struct path path;
    uint64_t number;
    int64_t joined_wall_ns;
    int64_t muted_until_ns; /* monotonic */
};

struct roster {
    /* The member of this seat is new, or something of it has changed. Borrowed for the call. */
    void (*keep)(void *ctx, uint32_t seat, const struct roster_record *record);
    /* Nobody sits there any more. */
    void (*forget)(void *ctx, uint32_t seat);
    void *ctx;
};

#endif
