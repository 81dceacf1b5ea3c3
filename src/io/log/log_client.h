/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The room's end of doc/log-protocol.md: keeps a log running, hands it records and requests, and
 * tells its owner what it answers. No call waits for a disk, but for the two that say so.
 *
 * The functions of the sink and of answers are called from the loop, never from inside a call of
 * this file (but log_client_wait_live and log_client_wait_answers). They may make requests, but not
 * close the client.
 */
#ifndef ROOMD_IO_LOG_LOG_CLIENT_H
#define ROOMD_IO_LOG_LOG_CLIENT_H

#include "io/log/log_session.h"

#include <ev.h>
#include <roomd/ports.h>

/* The program that keeps a room in a file, beside roomd. */
#define LOG_CLIENT_PROGRAM "roomd-log-sqlite"

/* How long a start waits for a log that has a trouble. Another roomd may be ending. */
#define LOG_CLIENT_START_MS 10000

/* After its room, a log ends at once, unless its disk is slow. */
#define LOG_CLIENT_END_MS 5000

struct log_client;

/* All is copied. */
struct log_client_setup {
    const char *program; /* NULL: LOG_CLIENT_PROGRAM beside this program */
    const char *path;    /* of the file */
    const char *room;    /* its name */
    struct log_settings settings;
    const uint8_t *boot; /* LOG_ID_BYTES bytes */
    bool read_only;
    struct log_client_sink sink;
};

/*
 * Finds the program and starts it. STATUS_SYSTEM: it can't be found or started, see errno;
 * STATUS_NO_MEMORY.
 */
int log_client_open(struct ev_loop *loop, const struct log_client_setup *setup,
                    struct log_client **ret_client);

/*
 * Waits until the log is live, at most LOG_CLIENT_START_MS, calling the sink. For the start of a
 * program. STATUS_NOT_FOUND: it is not, log_client_trouble says why.
 */
int log_client_wait_live(struct log_client *client);
/* Waits until all requests are answered, likewise. */
int log_client_wait_answers(struct log_client *client);

/* The trouble there is, and what the log has said to it last; LOG_TROUBLE_OVER: none. */
enum log_trouble log_client_trouble(const struct log_client *client, const char **ret_text);

/* The port for records; valid as long as the client. */
struct room_log log_client_port(struct log_client *client);

/* For `live`: the first record that is taken is this one. A new log takes any. */
void log_client_begin_at(struct log_client *client, uint64_t record);

/*
 * Requests. STATUS_FULL: LOG_REQUESTS_MAX are open; STATUS_NOT_FOUND: the log is not live;
 * STATUS_INVALID: it has a field out of its range. A log that ends fails all of them.
 */
int log_client_read(struct log_client *client, const struct log_read *read,
                    const struct log_answer *answer, uint64_t *ret_id);
int log_client_forget(struct log_client *client, const char *folded, size_t length,
                      const struct log_answer *answer, uint64_t *ret_id);
/* Into an empty file, which stays the caller's. */
int log_client_backup(struct log_client *client, int fd, const struct log_answer *answer,
                      uint64_t *ret_id);
int log_client_ask(struct log_client *client, const struct log_answer *answer, uint64_t *ret_id);
/* Its answer is not called any more. */
void log_client_cancel(struct log_client *client, uint64_t id);

void log_client_settings(struct log_client *client, const struct log_settings *settings);

/*
 * The log drains and ends; waits for it, at most LOG_CLIENT_END_MS. The sink is not called any
 * more. False: it still runs.
 */
bool log_client_close(struct log_client *client);

#endif
