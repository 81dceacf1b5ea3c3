/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sessions of a room, by token, and the last ones that ended, so that a late JOIN is
 * recognised. Knows nothing of what a session does.
 */
#ifndef ROOMD_CORE_MODEL_SESSIONS_H
#define ROOMD_CORE_MODEL_SESSIONS_H

#include "core/model/hash_index.h"
#include "core/model/loss.h"
#include "core/model/nacks.h"
#include "core/model/secrets.h"

#include "core/model/registry.h"

/* Ended sessions that are remembered, so that a late JOIN makes no second member. */
#define SESSIONS_ENDED 1024U

/* Waits: see session_deadlines.h. Queue 0 is none. */
#define SESSIONS_QUEUES 48U

struct sessions_ended {
    uint64_t token;
    uint64_t nonce;
};

#define SESSIONS_BOOT_BYTES 16

/* Members in the order of their deadlines; seat + 1. */
struct sessions_queue {
    uint32_t first;
    uint32_t last;
};

struct sessions {
    const struct registry *registry;
    uint8_t secret[ROOM_SECRET_BYTES];
    uint64_t secrets;                  /* number of secrets so far */
    uint8_t boot[SESSIONS_BOOT_BYTES]; /* of the machine, in which the secret was made */
    uint64_t epoch;
    uint64_t epochs;      /* number of epochs so far */
    uint64_t epoch_event; /* the first event of this one */
    struct hash_index by_token;
    struct nacks_pool nacks;
    struct sessions_queue queues[SESSIONS_QUEUES];
    uint64_t waiting; /* a bit for each queue that is not empty */
    struct sessions_ended ended[SESSIONS_ENDED];
    uint32_t ended_next;
    int64_t repairs_ns;     /* the budget of repairs to all is used up to this moment */
    uint32_t repairs_first; /* that waits for it, seat + 1; 0: nobody does */
    uint32_t repairs_last;
    struct loss loss;       /* of EVENTS, as members report it */
    uint32_t round_trip_us; /* about the shortest of late; 0: none is known */
    int64_t now_ns;         /* when a deadline was last set: the base of its milliseconds */
    uint64_t restored;      /* the head when the room was restored; 0: it was not */
    bool answers_next;      /* of HELLOs beyond the limits, every second one is answered */
};

/* `registry` is borrowed for its life. STATUS_NO_MEMORY. */
int sessions_new(const struct registry *registry, const uint8_t secret[ROOM_SECRET_BYTES],
                 struct sessions **ret_sessions);
void sessions_free(struct sessions *sessions);

/* Begins another epoch, with that event. No member may have a session. */
void sessions_begin_epoch(struct sessions *sessions, uint64_t event);

/* The member whose session has that token, or NULL. */
struct member *sessions_find(const struct sessions *sessions, uint64_t token);

/*
 * Adds a member with a seat and a session's token, which nobody else has. STATUS_NO_MEMORY: nothing
 * was changed.
 */
int sessions_add(struct sessions *sessions, const struct member *member);
/* Removes a member that was added, and remembers the session as ended. */
void sessions_remove(struct sessions *sessions, const struct member *member);
uint32_t sessions_count(const struct sessions *sessions);

/* After a restart: one that had ended, at its place, and which place follows. */
void sessions_restore_ended(struct sessions *sessions, uint32_t place,
                            const struct sessions_ended *ended);
void sessions_restore_next(struct sessions *sessions, uint32_t place);

/* True if one of the last SESSIONS_ENDED sessions that ended had this token, or this nonce last. */
bool sessions_has_ended(const struct sessions *sessions, uint64_t token, uint64_t nonce);

#endif
