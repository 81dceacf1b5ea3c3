/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Core's way out: "take these datagrams". io puts sockets behind it, a test an array.
 */
#ifndef ROOMD_OUTBOX_H
#define ROOMD_OUTBOX_H

#include <roomd/endpoint.h>
#include <stddef.h>
#include <stdint.h>

enum outbox_result {
    OUTBOX_TAKEN,  /* the kernel has it */
    OUTBOX_LATER,  /* this door's socket is full: offer it again once room_door_writable was called */
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
     * Sends the entries in order and sets the result of each. Once an entry is LATER, all later entries of the same door are
     * LATER too, so that a member never gets its second datagram without the first. Entries of one path and one length that
     * follow each other (the last may be shorter) may leave in one call of the kernel; each is a datagram all the same. Bytes
     * and paths are borrowed for the call.
     * Must not call back into the room.
     */
    void (*send)(void *ctx, struct outbox_entry *entries, size_t count);
    void *ctx;
};

#endif
