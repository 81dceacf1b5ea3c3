/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sessions of a room: found by token, forgotten after their end only as far as a late JOIN
 * needs it. Knows nothing of what a session does.
 */
#ifndef ROOMD_CORE_MODEL_SESSIONS_H
#define ROOMD_CORE_MODEL_SESSIONS_H

#include "core/model/hash_index.h"
#include "core/model/secrets.h"

#include "core/model/registry.h"

/* Ended sessions whose nonces are remembered: a JOIN that comes late makes no ghost. */
#define SESSIONS_ENDED 1024U

/* Waits of the timer: see session_timer.h. Line 0 is none. */
#define SESSIONS_QUEUES 10U

struct sessions_ended {
    uint64_t token;
    uint64_t nonce;
};

/* Members in the order in which their timers are due; seat + 1. */
struct sessions_queue {
    uint32_t first;
    uint32_t last;
};

struct sessions {
    const struct registry *registry;
    uint8_t secret[ROOM_SECRET_BYTES];
    uint64_t epoch;
    uint64_t epochs; /* so many have been */
    struct hash_index by_token;
    struct sessions_queue queues[SESSIONS_QUEUES];
    struct sessions_ended ended[SESSIONS_ENDED];
    uint32_t ended_next;
    uint32_t repaired_s; /* the second in which so many datagrams were sent again */
    uint32_t repaired;
    int64_t now_ns;    /* when a timer was set last: what its milliseconds count from */
    bool answers_next; /* of the HELLOs beyond the limits every second one is answered */
};

/* `registry` is borrowed for its life. STATUS_NO_MEMORY. */
int sessions_new(const struct registry *registry, const uint8_t secret[ROOM_SECRET_BYTES],
                 struct sessions **ret_sessions);
void sessions_free(struct sessions *sessions);

/* Nobody may have a session then. */
void sessions_begin_epoch(struct sessions *sessions);

/* The member whose session has that token, or NULL. */
struct member *sessions_find(const struct sessions *sessions, uint64_t token);

/* `member` has its seat and its session's token, which nobody else has. STATUS_NO_MEMORY: nothing
 * was changed. */
int sessions_add(struct sessions *sessions, const struct member *member);
/* It has been added. */
void sessions_remove(struct sessions *sessions, const struct member *member);
uint32_t sessions_count(const struct sessions *sessions);

/* True where a session that has ended began with that token, or had that nonce last. */
bool sessions_has_ended(const struct sessions *sessions, uint64_t token, uint64_t nonce);

#endif
