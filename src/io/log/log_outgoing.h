/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Frames that wait for the socket of the log, in order. Bounded: records leave a reserve for
 * requests, and those that find no place stay with the room. Knows no socket.
 */
#ifndef ROOMD_IO_LOG_LOG_OUTGOING_H
#define ROOMD_IO_LOG_LOG_OUTGOING_H

#include "base/byte_queue.h"

#include <stdbool.h>
#include <stddef.h>

/* The records of half a second with 20 000 messages: more only delays the *slow down*. */
#define LOG_OUTGOING_RECORDS_BYTES (1024U * 1024U)
/* For at most 8 open requests, one HELLO, and changes of the settings. */
#define LOG_OUTGOING_RESERVE_BYTES (128U * 1024U)

struct log_outgoing {
    struct byte_queue queue; /* for each frame its length, its descriptor, and its bytes */
};

struct log_packet {
    const void *bytes; /* valid until the next call */
    size_t length;
    int fd; /* goes with it, and stays owned by the queue; -1 = none */
};

/* STATUS_NO_MEMORY. */
int log_outgoing_init(struct log_outgoing *outgoing);
void log_outgoing_done(struct log_outgoing *outgoing);

/* True if a frame with records may be added. */
bool log_outgoing_takes_records(const struct log_outgoing *outgoing);
/* True if nothing waits, or so little that records may be handed over again. */
bool log_outgoing_is_low(const struct log_outgoing *outgoing);

/* Adds a frame. STATUS_FULL: nothing was changed; else `fd`, or -1, is owned by the queue. */
int log_outgoing_add(struct log_outgoing *outgoing, const void *bytes, size_t length, int fd);

/* The oldest; false if there is none. */
bool log_outgoing_first(const struct log_outgoing *outgoing, struct log_packet *ret_packet);
/* Drops the oldest, and closes its descriptor. */
void log_outgoing_drop(struct log_outgoing *outgoing);
void log_outgoing_clear(struct log_outgoing *outgoing);

#endif
