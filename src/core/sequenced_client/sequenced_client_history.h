/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Events of the past (doc/protocol.md, 2.15): asks for them, page after page, and delivers them
 * once and in the order in which they were asked for. What happens meanwhile may be held until they
 * have come.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_HISTORY_H
#define ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_HISTORY_H

#include "base/byte_queue.h"
#include "core/sequenced_wire/sequenced_past.h"

#include <roomd/client.h>

struct sequenced_client;
struct sequenced_client_up;

struct sequenced_client_history {
    struct client_history offer;
    bool wanted; /* `first` is to be asked for when it is in */
    struct client_past_query first;

    bool active;
    bool falling;
    bool holds;   /* events are held until this is over */
    bool starts;  /* as many pages more are asked for as have come, until one is lost */
    bool lost;    /* something of the present answer */
    uint64_t low; /* what is wanted … */
    uint64_t high;
    uint64_t at;       /* … the next of it; falling: the next below it */
    uint64_t since_ms; /* 0 once something has come */
    uint32_t most;     /* events still wanted, if `falling` */
    uint16_t id;       /* of the last question */
    uint8_t page;      /* the next of its answer */
    uint8_t pages;     /* asked for at a time */
    unsigned asked;    /* how often since something came */
    int64_t due_ns;    /* when it is asked again */
    struct client_past_end end;
    size_t words_len;
    char words[SEQUENCED_PAST_WORDS_MAX_BYTES];

    struct byte_queue held;
    uint64_t told; /* the last event that was delivered before those that are held */
};

/* The client is in, with a new session or with the one it had. */
void sequenced_client_history_begin(struct sequenced_client *client, const struct moment *now,
                                    bool resumed);

/* Nothing more will come: ends it, and delivers what is held. */
void sequenced_client_history_stop(struct sequenced_client *client);
void sequenced_client_history_done(struct sequenced_client *client);

int sequenced_client_history_ask(struct sequenced_client *client, const struct moment *now,
                                 const struct client_past_query *query);

/* Keeps an event for later. False: it is to be delivered now. */
bool sequenced_client_history_hold(struct sequenced_client *client, const struct event *event,
                                   uint32_t own);

/* The last event that the program was told of. */
uint64_t sequenced_client_history_position(const struct sequenced_client *client);

void sequenced_client_history_page(struct sequenced_client *client, const struct moment *now,
                                   const struct sequenced_page *page);
/* Gives up what was asked for too often. */
void sequenced_client_history_tick(struct sequenced_client *client, const struct moment *now);
int64_t sequenced_client_history_due_ns(const struct sequenced_client *client);
bool sequenced_client_history_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_client_up *up);

#endif
