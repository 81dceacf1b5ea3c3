/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A store port over events in an array, which answers when the test lets it. */
#ifndef TESTS_SUPPORT_FAKE_STORE_H
#define TESTS_SUPPORT_FAKE_STORE_H

#include "admin/store_port.h"

#define FAKE_STORE_EVENTS 2000

struct fake_store {
    struct event events[FAKE_STORE_EVENTS]; /* number n at n - 1; names and texts are borrowed */
    uint64_t count;
    unsigned reads, cancelled;
    int refuses;         /* the status of the next calls; 0 = they are taken */
    const char *trouble; /* as described */
    /* The open request. */
    uint64_t id;
    struct store_answer answer;
    struct store_query query;
    char forgets[64]; /* the folded name of the last forget */
    int fd;           /* of the last backup */
};

void fake_store_init(struct fake_store *store);
void fake_store_add(struct fake_store *store, enum event_kind kind, const char *name,
                    const char *text);
struct store_port fake_store_port(struct fake_store *store);

/* Answers the open read as its query says. */
void fake_store_answer_read(struct fake_store *store);
/* Ends what is open. */
void fake_store_end(struct fake_store *store, bool done, uint64_t value, const char *text);

#endif
