/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The protocol between the room and its log as bytes (doc/log-protocol.md): frames and their fixed
 * fields. Used by both ends. Knows no socket, no file and no clock; records are in log_record.h.
 *
 * A frame that was read borrows from the bytes. Readers return 0 or STATUS_INVALID, and refuse
 * bytes behind the last field. Writers return the size of the frame, or 0 if it does not fit or a
 * field is out of its range.
 */
#ifndef ROOMD_LOG_WIRE_LOG_FRAME_H
#define ROOMD_LOG_WIRE_LOG_FRAME_H

#include "base/octets.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_VERSION 1

/* One packet of the socket: small enough to be copied at once, large enough for 200 messages. */
#define LOG_FRAME_MAX_BYTES    32768U
#define LOG_FRAME_HEADER_BYTES 24U

#define LOG_ID_BYTES       16U
#define LOG_NAME_MAX_BYTES 255U
#define LOG_TEXT_MAX_BYTES 4096U
/* Of TROUBLE and END, for people. */
#define LOG_SAY_MAX_BYTES 1024U

enum log_type {
    /* From the room. */
    LOG_HELLO = 0x01,
    LOG_SETTINGS = 0x02,
    LOG_PROPOSE = 0x03,
    LOG_SOFT = 0x04,
    LOG_READ = 0x05,
    LOG_CANCEL = 0x06,
    LOG_FORGET = 0x07,
    LOG_PRUNE = 0x08,
    LOG_BACKUP = 0x09,
    LOG_ASK = 0x0a,
    /* From the log. */
    LOG_READY = 0x81,
    LOG_STATE = 0x82,
    LOG_ENTRIES = 0x83,
    LOG_LIVE = 0x84,
    LOG_COMMITTED = 0x85,
    LOG_TROUBLE = 0x86,
    LOG_ROWS = 0x87,
    LOG_END = 0x88,
    LOG_STATUS = 0x89,
};

/* Flags of frames. */
#define LOG_HELLO_READ_ONLY  0x01U /* this connection only reads */
#define LOG_PROPOSE_TOGETHER 0x01U /* committed together with the next PROPOSE */
#define LOG_TROUBLE_FATAL    0x01U /* the log ends now */
#define LOG_READY_NEW        0x01U /* the log was empty */
#define LOG_READY_RENUMBER   0x02U /* numbers may have been lost: begin another epoch */
#define LOG_READY_COPY       0x04U /* it is a copy of the log that was used last */
#define LOG_READY_ASIDE      0x08U /* a damaged log was moved aside */
#define LOG_READY_READ_ONLY  0x10U

/* How well what is committed is kept. */
enum log_sync {
    LOG_OS = 0,       /* survives the end of every process */
    LOG_DISK = 1,     /* survives a power cut */
    LOG_REPLICAS = 2, /* survives the loss of a machine */
};

enum log_order {
    LOG_ORDER_CORE = 0,   /* the room numbers */
    LOG_ORDER_ENGINE = 1, /* the log numbers */
};

enum log_trouble {
    LOG_TROUBLE_OVER = 0, /* all is well again */
    LOG_TROUBLE_FULL = 1,
    LOG_TROUBLE_READ_ONLY = 2,
    LOG_TROUBLE_SLOW = 3,
    LOG_TROUBLE_IO = 4,
    LOG_TROUBLE_CORRUPT = 5,
    LOG_TROUBLE_LOCKED = 6,
    LOG_TROUBLE_NEWER = 7,
    LOG_TROUBLE_OWNER = 8,
    LOG_TROUBLE_GONE = 9,
    LOG_TROUBLE_PROTOCOL = 10,
    LOG_TROUBLE_LOST = 11,
    LOG_TROUBLE_ALONE = 12,
    LOG_TROUBLE_FENCED = 13,
    LOG_TROUBLES,
};

enum log_result {
    LOG_DONE = 0,
    LOG_CANCELLED = 1,
    LOG_FAILED = 2,  /* the payload says why */
    LOG_REFUSED = 3, /* the request makes no sense, or is not for this connection */
};

enum log_read_order {
    LOG_NEWEST_FIRST = 0, /* numbers below `from`, falling */
    LOG_OLDEST_FIRST = 1, /* numbers from `from` on, rising */
    LOG_LAST = 2,         /* those of LOG_NEWEST_FIRST, but sent rising */
};

struct log_frame {
    enum log_type type;
    uint8_t flags;
    uint16_t count; /* of records, effects or rows */
    uint64_t a;
    uint64_t b;
    struct octets_slice payload;
};

struct log_settings {
    enum log_sync sync;
    uint64_t keep_s;    /* events older than this are deleted; 0 = never */
    uint64_t max_bytes; /* of the log; beyond it the oldest are deleted; 0 = no limit */
};

struct log_hello {
    bool read_only;
    uint64_t incarnation; /* random, not 0: this run of the room's program */
    uint16_t node;        /* of several machines; 0 if there is one */
    uint8_t version;      /* the highest that the room speaks */
    uint8_t boot[LOG_ID_BYTES];
    struct log_settings settings;
    struct octets_slice room; /* its name, for people */
};

struct log_ready {
    uint8_t flags;   /* LOG_READY_… */
    uint64_t record; /* the last committed */
    uint64_t own;    /* the last committed proposal of this node and incarnation */
    uint8_t version; /* that both speak from now on */
    enum log_order order;
    enum log_sync sync;
    uint8_t id[LOG_ID_BYTES];   /* of this log */
    uint8_t boot[LOG_ID_BYTES]; /* in which it was written to last; zeros: never */
    uint64_t first_event;       /* the oldest that is kept; 0 = none */
    uint64_t last_event;        /* the last that was ever committed; 0 = none */
    struct octets_slice engine; /* its name, for people */
};

struct log_read {
    uint64_t id; /* not 0 */
    uint64_t from;
    enum log_read_order order;
    uint32_t rows;             /* at most so many, from 1 */
    uint64_t bytes;            /* and so many bytes of rows; 0 = no limit */
    int64_t since_ns;          /* wall; 0 = no limit */
    int64_t until_ns;          /* before this; 0 = no limit */
    struct octets_slice name;  /* folded; empty = anybody */
    struct octets_slice words; /* each of them is in the text; empty = any text */
};

struct log_status {
    uint64_t id;
    uint64_t bytes; /* of the log, with what is not in its place yet */
    uint64_t waiting_bytes;
    uint64_t first_event;
    uint64_t last_event;
    int64_t oldest_ns; /* wall; 0 = there is none */
    uint32_t commits;  /* since the last STATUS */
    uint32_t last_us;  /* that the last commit took */
    uint32_t longest_us;
    enum log_sync sync;
    enum log_trouble trouble;
};

/* ---- frames as such ---- */

/*
 * STATUS_INVALID: no frame, or its length is not that of the packet. STATUS_NOT_FOUND: a type of
 * another version; `ret_frame` is complete.
 */
int log_frame_read(const void *bytes, size_t length, struct log_frame *ret_frame);

/* Begins a frame; the payload is written to the writer, then log_frame_end sets count and length.
 */
struct octets_writer log_frame_begin(void *bytes, size_t size, enum log_type type, uint8_t flags,
                                     uint64_t a, uint64_t b);
size_t log_frame_end(struct octets_writer *writer, uint16_t count);

/* A frame whose payload is `payload` as it is; for CANCEL, PRUNE, BACKUP, ASK, LIVE, COMMITTED. */
size_t log_frame_write(void *bytes, size_t size, const struct log_frame *frame);

/* True if only the room sends this type. */
bool log_frame_is_from_room(enum log_type type);

/* "HELLO", …; "?" for a type of another version. */
const char *log_frame_name(enum log_type type);
/* "full", "readonly", …: one word, for people and programs. */
const char *log_trouble_name(enum log_trouble trouble);

/* ---- frames with fields ---- */

int log_hello_read(const struct log_frame *frame, struct log_hello *ret_hello);
size_t log_hello_write(void *bytes, size_t size, const struct log_hello *hello);

int log_settings_read(const struct log_frame *frame, struct log_settings *ret_settings);
size_t log_settings_write(void *bytes, size_t size, const struct log_settings *settings);

int log_ready_read(const struct log_frame *frame, struct log_ready *ret_ready);
size_t log_ready_write(void *bytes, size_t size, const struct log_ready *ready);

int log_read_read(const struct log_frame *frame, struct log_read *ret_read);
size_t log_read_write(void *bytes, size_t size, const struct log_read *read);

int log_status_read(const struct log_frame *frame, struct log_status *ret_status);
size_t log_status_write(void *bytes, size_t size, const struct log_status *status);

#endif
