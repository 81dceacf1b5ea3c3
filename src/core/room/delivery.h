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
#include "core/room/controllers.h"
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
struct keepers; /* core/room/roster.h */
struct known_replies;

/*
 * The parts that delivery works on; all borrowed for its life. `doors` is the room's array of
 * ROOM_DOORS_MAX; `stats` is updated.
 */
struct delivery_wiring {
    struct registry *registry;
    struct transcript *transcript; /* delivery only sets boundaries in it */
    struct sessions *sessions;
    struct controllers *controllers;
    const struct room_door *doors;
    const struct room_limits *limits;
    const struct known_replies *known_replies; /* theirs */
    struct outbox outbox;
    const struct observers *observers;
    const struct keepers *keepers;
    const struct protocol_delivery *protocols[2]; /* by protocol_index */
    struct room_stats *stats;
};

/* Takes about 190 KiB, once. STATUS_NO_MEMORY. */
int delivery_new(const struct delivery_wiring *wiring, struct delivery **ret_delivery);
void delivery_free(struct delivery *delivery);

/* Sends one datagram at once or not at all: answers are never queued. False if it was not taken. */
bool delivery_send_now(struct delivery *delivery, const struct path *path, const void *bytes,
                       size_t length);

/* The same within a budget (NULL: without limit). False, too, if it does not suffice. */
bool delivery_send_within(struct delivery *delivery, const struct moment *now,
                          struct budget *budget, const struct path *path, const void *bytes,
                          size_t length);

/* The budget of a member; NULL: it has no limit. */
static inline struct budget *delivery_budget(const struct member *member, const struct slot *slot)
{
    return (slot->flags & SLOT_BUDGET) != 0
               ? ((const struct plain_member *)(const void *)member)->budget
               : NULL;
}

/*
 * True if the accept that the member is owed answers a join or rename that is not committed. Then
 * nothing else may be sent to it either.
 */
static inline bool delivery_accept_waits(const struct slot *slot,
                                         const struct transcript *transcript)
{
    return (slot->flags & SLOT_OWES_ACCEPT) != 0 && slot->own > transcript_committed(transcript);
}

/*
 * Members whose budget did not suffice are tried again when another quarter of an hour begins, if
 * that can help any of them. Returns when that is (monotonic), or MOMENT_NEVER_NS.
 */
int64_t delivery_next_tick(const struct delivery *delivery);
void delivery_tick(struct delivery *delivery, const struct moment *now);

void delivery_door_writable(struct delivery *delivery, uint16_t door);

/* Drops everything rendered: the doors' dialects have changed, the epoch, or an event. */
void delivery_forget(struct delivery *delivery);

#endif
