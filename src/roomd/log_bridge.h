/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Connects the room with its log: hands it records, tells the room what is committed, restores the
 * room at the start, and says what is wrong with the disk. Does nothing if store.path is empty.
 */
#ifndef ROOMD_ROOMD_LOG_BRIDGE_H
#define ROOMD_ROOMD_LOG_BRIDGE_H

#include "io/boot.h"
#include "io/log/log_client.h"

#include <ev.h>
#include <roomd/room_restore.h>
#include <stdbool.h>
#include <stdint.h>

struct server;

struct log_bridge {
    struct log_client *client;   /* NULL = the transcript is in memory only */
    struct log_client *searcher; /* a second log, which only reads; NULL = nobody has searched */
    uint8_t boot[BOOT_ID_BYTES];
    uint8_t id[LOG_ID_BYTES]; /* of the log */
    int code;                 /* why the program ends, an exit code; 0 = it does not */
    bool restored;            /* the room was restored: what comes is a restart of the log */
    bool is_new;              /* the log was empty */
    bool is_anew;             /* ... and is again, while the room went on */
    bool lost;                /* what this log has is not what the room knows */
    /* The records that wait: noticed when they have done so for a second. */
    ev_timer patience;
    uint64_t patience_record; /* the last that was kept when it was started */
    int64_t waits_since_ns;   /* monotonic; 0 = it was not said that they wait */
    uint64_t waits_upto;      /* the last record that was made when it was said */
    uint32_t restarts;        /* of the log */
    enum log_trouble trouble;
};

/*
 * Starts the log. The room needs the port of log_bridge_port. Returns an exit code; errors were
 * logged.
 */
int log_bridge_open(struct server *server);
struct room_log log_bridge_port(const struct server *server);
/* Continues the room where the log ends. Returns an exit code; errors were logged. */
int log_bridge_restore(struct server *server);

/*
 * The log to be asked for events: `searches` may take long, and goes to one that only reads.
 * NULL: there is none now.
 */
struct log_client *log_bridge_reader(struct server *server, bool searches);
/* An event of the log as core knows it; it borrows from the row. */
void log_bridge_event(const struct log_row *row, struct event *ret_event);

/* True if no log knows anything of a room before this one. */
bool log_bridge_is_new(const struct server *server);

/* Call it before the loop waits. */
void log_bridge_touch(struct server *server);
/* True if all that has happened is kept, or never will be. */
bool log_bridge_is_done(const struct server *server);
/* The configuration has changed. */
void log_bridge_reload(struct server *server);
/* The log ends; a few seconds are given to it. To be called before room_free. */
void log_bridge_close(struct server *server);

/* What is wrong, for one line to the service manager; static. NULL: nothing. */
const char *log_bridge_complaint(const struct server *server);

#endif
