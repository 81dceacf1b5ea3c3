/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Delivery: one pass over the members that are behind, sending each what it is owed and moving its
 * cursor over what the socket took.
 *
 * Nothing is queued per member. What a member is owed is rendered once per dialect and place in the
 * transcript and shared by all who stand there; who is behind is the registry's window. Doors block
 * by themselves: a full socket keeps nobody else waiting.
 */
#ifndef ROOMD_CORE_ROOM_DELIVERY_H
#define ROOMD_CORE_ROOM_DELIVERY_H

#include "core/model/sessions.h"
#include "core/room/observers.h"
#include "core/room/protocol.h"

#include "core/model/registry.h"
#include "core/model/transcript.h"
#include <roomd/ports.h>
#include <roomd/room_admin.h>
#include <stdbool.h>

/* Datagrams offered to the outbox at once: enough to make a system call cheap, few enough to live
 * on. */
#define DELIVERY_BATCH 64U

/* Datagrams to one member in one portion: a member far behind shares the sweep with the others. */
#define DELIVERY_PORTION 8U

struct delivery;

/* What it works on; all borrowed for its life. `doors` is room's array of ROOM_DOORS_MAX, `stats`
 * is counted into. */
struct delivery_wiring {
    struct registry *registry;
    struct transcript *transcript; /* boundaries are set in it, nothing else */
    struct sessions *sessions;
    const struct room_door *doors;
    struct outbox outbox;
    const struct observers *observers;
    struct roster roster;
    const struct protocol_delivery *protocols[2]; /* by protocol_index */
    struct room_stats *stats;
};

/* STATUS_NO_MEMORY. About 190 KiB, whatever comes. */
int delivery_new(const struct delivery_wiring *wiring, struct delivery **ret_delivery);
void delivery_free(struct delivery *delivery);

/* False where a member on probation has been sent all it may be sent: `datagrams` and `bytes` more
 * would be too many. */
bool delivery_may_send(const struct member *member, const struct slot *slot, size_t datagrams,
                       size_t bytes);
/* It was sent another datagram of so many bytes. */
void delivery_count_probation(struct member *member, const struct slot *slot, size_t bytes);

/* Sends one datagram at once or not at all: answers are never queued. False where it was not taken.
 */
bool delivery_send_now(struct delivery *delivery, const struct path *path, const void *bytes,
                       size_t length);

void delivery_door_writable(struct delivery *delivery, uint16_t door);

/* The doors' dialects have changed, or the epoch: nothing rendered so far is any good. */
void delivery_forget(struct delivery *delivery);

#endif
