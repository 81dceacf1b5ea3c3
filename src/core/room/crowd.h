/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Keeps masses of newcomers from delaying those who are in.
 *
 * A member is *established* when it joins, unless it comes in a mass: beyond CROWD_BURST joins at
 * once and CROWD_PER_S a second, or while the room can't keep up and shortly after. Then it is a
 * *newcomer*, until it says something that would not have made it one. So a mass that waits before
 * it speaks gains nothing, and a restart changes nothing. A sweep serves newcomers from what the
 * established have left over, and what they say is refused while the room can't keep up, before
 * anybody else has to wait for it. A room that keeps up treats all alike, and nothing is due at any
 * moment.
 *
 * The room can't keep up while the deliveries owed to established members are more than can be sent
 * in a moment, or while they have lagged for CROWD_DELAY_NS without a pause, or newcomers for
 * CROWD_LAG_NS.
 */
#ifndef ROOMD_CORE_ROOM_CROWD_H
#define ROOMD_CORE_ROOM_CROWD_H

#include "core/model/registry.h"

#include <roomd/moment.h>
#include <roomd/room.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A class that comes in together, and people who come one by one. */
#define CROWD_BURST 128U
#define CROWD_PER_S 10U

/*
 * Deliveries, in addition to those of one event: they take some 20 ms, which nobody notices.
 */
#define CROWD_OWED_MAX 16384U

/* A burst that everybody is sent within this time is no reason to refuse anything. */
#define CROWD_LAG_NS MOMENT_NS_PER_S
/* The same for established members; nobody who talks notices it. */
#define CROWD_DELAY_NS (50 * MOMENT_NS_PER_MS)

/* Those who join so soon after the room could not keep up are newcomers, too, and stay so. */
#define CROWD_CALM_NS (10 * MOMENT_NS_PER_S)

/*
 * So many joins are let in at once, and a second, if members have lagged too long within
 * CROWD_CALM_NS: everybody has to be told of each, and a room that empties is no use for anybody.
 */
#define CROWD_JOINS_PER_S 50U

/* A sequenced newcomer whose message was refused repeats it after this. */
#define CROWD_WAIT_NS MOMENT_NS_PER_S

/* Newcomers get this part of each sweep in any case, so that they are not starved. */
#define CROWD_SHARE 16U

struct crowd {
    bool strained;       /* the room can't keep up */
    bool input_waits;    /* the doors hold more datagrams than were read */
    int64_t strained_ns; /* when it last could not */
    /* Since when members of that standing lag without a pause; MOMENT_NEVER_NS: they don't. */
    int64_t lagging_ns[REGISTRY_STANDINGS];
    int64_t lagged_ns;        /* when they last did so for too long */
    int64_t ordinary_full_ns; /* of those who are established: see core/model/bucket.h */
    int64_t joins_full_ns;    /* of the joins that are let in while few are */
    uint64_t released;        /* the released head when no established member lagged last */
    uint64_t delivered;       /* to established members since then */
};

void crowd_init(struct crowd *crowd);

/* False if too many join for now. Takes nothing: somebody else may refuse the join. */
bool crowd_admits(struct room *room, const struct moment *now);
/* One joins. */
void crowd_charge_join(struct room *room, const struct moment *now);

/* The standing of a member that joins now. */
enum registry_standing crowd_standing(struct room *room, const struct moment *now);

/* This member has said something: it may be established. */
void crowd_spoke(struct room *room, const struct moment *now, struct member *member);

/* True if the room could not keep up when the last sweep ended. */
bool crowd_is_strained(const struct room *room);

/* True if what this member says is refused for now. */
bool crowd_limits(const struct room *room, const struct member *member);

/* The established members were served with this result, and so many events were delivered. */
void crowd_served(struct room *room, const struct moment *now, enum sweep_result result,
                  uint64_t delivered);

/* The budget for newcomers, of `all`, of which so much is left. */
size_t crowd_budget(const struct room *room, size_t all, size_t left);

/* The newcomers were served, too: decides whether the room keeps up. */
void crowd_swept(struct room *room, const struct moment *now, enum sweep_result result);

#endif
