/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The controllers of a room: one for each address that members are at (IPv6: for each /64, which is
 * one link). Each has a queue of the members that wait for room in its window, by seat, so that
 * they are served in turn. Knows no session: the caller keeps the number of a member's controller,
 * its flow and its place in the queue.
 */
#ifndef ROOMD_CORE_ROOM_CONTROLLERS_H
#define ROOMD_CORE_ROOM_CONTROLLERS_H

#include "core/congestion/congestion.h"
#include "core/model/hash_index.h"

#include <roomd/endpoint.h>

#define CONTROLLERS_KEY_BYTES     16
#define CONTROLLERS_ADDRESS_BYTES 8 /* an IPv4 address, mapped, from its zeros on; or the /64 */

struct controller {
    struct congestion path;
    uint32_t round_trip_us; /* smoothed (RFC 6298), of all members; 0: not measured yet */
    uint32_t deviation_us;
    bool guessed;        /* it is that of a handshake */
    uint8_t wait;        /* the queue of deadlines in which a report is waited for */
    uint8_t wait_prompt; /* the same, for a report that comes at once */
    uint8_t address[CONTROLLERS_ADDRESS_BYTES];
    uint32_t first; /* that waits, seat + 1; 0: nobody does; of a free one: the next */
    uint32_t last;
};

struct controllers {
    uint8_t key[CONTROLLERS_KEY_BYTES];
    struct controller *controllers; /* owned */
    uint32_t capacity;
    uint32_t used;    /* that were ever in use */
    uint32_t free;    /* number of the first free one + 1 */
    uint32_t members; /* of all controllers */
    struct hash_index by_address;
};

/* `key` seeds the keyed hash. */
void controllers_init(struct controllers *controllers, const uint8_t key[CONTROLLERS_KEY_BYTES]);
void controllers_done(struct controllers *controllers);

/*
 * Reserves room for one more member, wherever it and the others move to. STATUS_NO_MEMORY: nothing
 * was changed.
 */
int controllers_reserve(struct controllers *controllers);

/*
 * A member comes to an address; there must be room for it, from controllers_reserve or
 * controllers_leave. Returns the number of its controller. What is in `flow` is overwritten.
 */
uint32_t controllers_enter(struct controllers *controllers,
                           const uint8_t address[ENDPOINT_ADDRESS_BYTES],
                           struct congestion_flow *flow, uint32_t now_ms);
/* It goes, and waits no longer. */
void controllers_leave(struct controllers *controllers, uint32_t number,
                       struct congestion_flow *flow);

/* Valid until the next controllers_reserve. */
static inline struct controller *controllers_at(const struct controllers *controllers,
                                                uint32_t number)
{
    return &controllers->controllers[number];
}

#endif
