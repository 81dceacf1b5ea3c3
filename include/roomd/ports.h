/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Core's ways out into the world, each a struct of functions and a context: the *outbox* takes
 * datagrams, *observers* are told what happens, the *roster* remembers members over a restart. No
 * function of a port may call back into the room, and what it is given is borrowed for the call.
 */
#ifndef ROOMD_PORTS_H
#define ROOMD_PORTS_H

#include <roomd/endpoint.h>
#include <roomd/event.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <roomd/refusal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- outbox: take these datagrams ---- */

enum outbox_result {
    OUTBOX_TAKEN,  /* the kernel has it */
    OUTBOX_LATER,  /* this door's socket is full: offer it again once room_door_writable was called
                    */
    OUTBOX_FAILED, /* it can't be sent to this endpoint now; offering it again would not help */
};

struct outbox_entry {
    const struct path *path; /* to path->peer, from path->local, through path->door */
    const void *bytes;
    uint32_t length; /* bytes */
    uint8_t result;  /* enum outbox_result, set by send */
};

struct outbox {
    /*
     * Sends the entries in order and sets the result of each. Once an entry is LATER, all later
     * entries of the same door are LATER too, so that a member never gets its second datagram
     * without the first. Entries of one path and one length that follow each other (the last may be
     * shorter) may leave in one call of the kernel; each is a datagram all the same.
     */
    void (*send)(void *ctx, struct outbox_entry *entries, size_t count);
    void *ctx;
};

/* ---- observers: this happened ---- */

/* More comes in than goes out: see core/room/overload.h. A delivery is one event at one member. */
struct room_overload {
    bool active;   /* it has begun; or else it has ended */
    uint64_t owed; /* deliveries, now */
    uint64_t
        per_second;    /* deliveries that leave; of an end at which nobody is behind any more: 0 */
    uint64_t peak;     /* the most that were owed since it began */
    int64_t lasted_ns; /* since it began */
};

/* An observer may print, log or count. Any function may be NULL. */
struct observer {
    /* An event was appended. `path` is its author's, NULL for a notice. */
    void (*happened)(void *ctx, const struct moment *now, const struct event *event,
                     const struct path *path);
    /* A datagram was refused or dropped. */
    void (*refused)(void *ctx, const struct moment *now, enum refusal refusal,
                    const struct path *path);
    /* A datagram to this member could not be sent. */
    void (*undelivered)(void *ctx, const struct moment *now, const char *name,
                        const struct path *path);
    /* Overload has begun, or ended; once each. */
    void (*overload)(void *ctx, const struct room_overload *overload);
    void *ctx;
};

/* ---- roster: remember this of a member ---- */

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

/*
 * Keeps members where they outlive the program. They are handed back to room_restore after a
 * restart: then nobody has to join again, and nobody is told anything. Without a roster a restart
 * empties the room.
 */
struct roster {
    /* The member of this seat is new, or something of it has changed. */
    void (*keep)(void *ctx, uint32_t seat, const struct roster_record *record);
    /* Nobody sits there any more. */
    void (*forget)(void *ctx, uint32_t seat);
    void *ctx;
};

#endif
