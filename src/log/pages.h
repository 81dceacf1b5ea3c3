/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * READ: pages of history, searches, and the events that a room begins with. Each step looks at a
 * few thousand events and sends at most one ROWS, so that commits come between, a search can be
 * cancelled, and no transaction keeps the write-ahead log from being moved.
 */
#ifndef ROOMD_LOG_PAGES_H
#define ROOMD_LOG_PAGES_H

#include "log/channel.h"
#include "log/store.h"

/* More than a room asks for at a time; further ones are refused. */
#define PAGES_MAX 32

struct page {
    uint64_t id; /* 0: none */
    struct log_read want;
    bool measures;  /* LOG_LAST: looks for the first row, which is not sent yet */
    uint64_t at;    /* the next number to look at */
    uint64_t end;   /* the last number, rising; falling it is the oldest event */
    uint32_t rows;  /* still to be sent */
    uint64_t bytes; /* likewise */
    char name[LOG_NAME_MAX_BYTES];
    char words[LOG_TEXT_MAX_BYTES];
};

struct pages {
    struct page pages[PAGES_MAX];
    unsigned count;
    unsigned turn; /* the next one to be served */
};

/* Begins a READ. What can't be done is answered at once. STATUS_INVALID: the frame is. */
int pages_begin(struct pages *pages, struct store *store, struct channel *channel,
                const struct log_frame *frame);
void pages_cancel(struct pages *pages, struct channel *channel, uint64_t id);

/* Serves one of them, if there is one. */
void pages_step(struct pages *pages, struct store *store, struct channel *channel);

#endif
