/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Delivery: a pass over the lagging members that sends each what it is owed and moves its cursor
 * over the datagrams that the socket took.
 *
 * Nothing is queued per member. The events owed at a cursor are rendered once per dialect and place
 * in the transcript, and shared by all members with that cursor; the registry knows the lagging
 * members. Each door blocks by itself: a full socket delays no other door. So does each path: what
 * one member's link can't take delays no other member.
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

/*
 * Datagrams offered to the outbox at once: enough to make a system call cheap, few enough for the
 * caches to hold all of them.
 */
#define DELIVERY_BATCH 64U

/*
 * Datagrams to one member in one portion, so that a member far behind shares the sweep with others.
 */
#define DELIVERY_PORTION 8U

struct delivery;

/*
 * The parts that delivery works on; all borrowed for its life. `doors` is the room's array of
 * ROOM_DOORS_MAX; `stats` is updated.
 */
struct delivery_wiring {
    struct registry *registry;
    struct transcript *transcript; /* delivery only sets boundaries in it */
    struct sessions *sessions;
    const struct room_door *doors;
    struct outbox outbox;
    const struct observers *observers;
    struct roster roster;
    const struct protocol_delivery *protocols[2]; /* by protocol_index */
    struct room_stats *stats;
};

/* Takes about 190 KiB, once. STATUS_NO_MEMORY. */
int delivery_new(const struct delivery_wiring *wiring, struct delivery **ret_delivery);
void delivery_free(struct delivery *delivery);

/* False if a member on probation may not be sent `datagrams` and `bytes` more. */
bool delivery_may_send(const struct member *member, const struct slot *slot, size_t datagrams,
                       size_t bytes);
/* Counts a datagram of so many bytes that was sent to it. */
void delivery_count_probation(struct member *member, const struct slot *slot, size_t bytes);

/* Sends one datagram at once or not at all: answers are never queued. False if it was not taken. */
bool delivery_send_now(struct delivery *delivery, const struct path *path, const void *bytes,
                       size_t length);

void delivery_door_writable(struct delivery *delivery, uint16_t door);

/* Drops everything rendered: the doors' dialects have changed, or the epoch. */
void delivery_forget(struct delivery *delivery);

#endif
