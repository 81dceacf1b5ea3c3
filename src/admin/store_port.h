/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What commands ask of the program that keeps the transcript (doc/log-protocol.md). Answers come
 * later, from the loop, and never from inside a call.
 */
#ifndef ROOMD_ADMIN_STORE_PORT_H
#define ROOMD_ADMIN_STORE_PORT_H

#include <roomd/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct store_query {
    bool newest_first;
    /* The number to begin with, or, newest first, the one above it; 0 = at the end. */
    uint64_t from;
    uint32_t rows;     /* at most so many */
    uint64_t bytes;    /* and so many bytes of rows */
    int64_t since_ns;  /* wall; 0 = no limit */
    int64_t until_ns;  /* before this; 0 = no limit */
    const char *name;  /* folded; of length 0: anybody's */
    size_t name_len;   /* bytes */
    const char *words; /* each is in the text; terminated; "" = any text */
};

struct store_status {
    uint64_t bytes;         /* of the file, and what belongs to it */
    uint64_t waiting_bytes; /* not committed yet */
    uint64_t first_event, last_event;
    int64_t oldest_ns; /* wall; 0 = there is none */
    uint32_t commits;  /* since the last time it was asked */
    uint32_t last_us, longest_us;
};

struct store_answer {
    /* An event; name and text are borrowed for the call. */
    void (*row)(void *ctx, const struct event *event);
    void (*status)(void *ctx, const struct store_status *status);
    /* Nothing more comes. `text` says why not, if it is not done; borrowed for the call. */
    void (*end)(void *ctx, bool done, uint64_t value, const char *text);
    void *ctx;
};

/* How it is configured, and what is wrong. */
struct store_description {
    const char *path, *sync; /* valid until the next reload */
    uint32_t keep_s;         /* 0 = no limit */
    uint64_t max_bytes;
    const char *trouble; /* for people; NULL = none; valid until the loop goes on */
};

/*
 * All NULL: everything is in memory only. Calls return 0; STATUS_FULL: it has too many requests;
 * STATUS_NOT_FOUND: it is not there at the moment. Only after 0 an `end` follows, unless the
 * request, by its id, is cancelled.
 */
struct store_port {
    /* The end's value is the `from` that goes on; 0 = that was all. */
    int (*read)(void *ctx, const struct store_query *query, const struct store_answer *answer,
                uint64_t *ret_id);
    /* Forgets events by their folded name; the end's value is their number. */
    int (*forget)(void *ctx, const char *folded, size_t length, const struct store_answer *answer,
                  uint64_t *ret_id);
    /* Copies all to the file behind a descriptor, which it closes in any case. */
    int (*backup)(void *ctx, int fd, const struct store_answer *answer, uint64_t *ret_id);
    int (*ask)(void *ctx, const struct store_answer *answer, uint64_t *ret_id);
    void (*cancel)(void *ctx, uint64_t id);
    void (*describe)(void *ctx, struct store_description *ret_description);
    void *ctx;
};

#endif
