/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Records of the log as bytes (doc/log-protocol.md, section 3). A record holds all effects of one
 * input and is committed as one: events, and values of the room's state. A row is an event with its
 * number, as READ is answered.
 *
 * What was read borrows from the bytes. Does not know what the values of the state mean.
 */
#ifndef ROOMD_LOG_WIRE_LOG_RECORD_H
#define ROOMD_LOG_WIRE_LOG_RECORD_H

#include "log_wire/log_frame.h"

#define LOG_EFFECTS_MAX     255U
#define LOG_KEY_MAX_BYTES   255U
#define LOG_VALUE_MAX_BYTES 4096U

/* Values in these spaces are set by SOFT, and only by it: they may be lost. */
#define LOG_SPACE_SOFT 0x40U

#define LOG_RECORD_VOID   0x01U /* it keeps its number and has no effect */
#define LOG_RECORD_ORIGIN 0x02U /* node, incarnation and proposal are there */

#define LOG_EVENT_FORGOTTEN 0x01U /* its names and text were deleted */

enum log_effect_kind {
    LOG_EVENT = 1,     /* something for everybody to see; takes the next number of events */
    LOG_PUT = 2,       /* this value of the state is that from now on */
    LOG_DROP = 3,      /* this value of the state is gone */
    LOG_FORGOTTEN = 4, /* what was said under this name is gone; only the log makes it */
};

enum log_event_kind { LOG_JOIN = 0, LOG_CHAT = 1, LOG_EXIT = 2, LOG_NOTICE = 3, LOG_EVENT_KINDS };

struct log_entry {
    enum log_event_kind kind;
    uint8_t flags;
    uint8_t reason;             /* of an exit */
    uint32_t said;              /* the member's message that made it; 0 = none */
    uint64_t member;            /* its number; 0 = nobody */
    struct octets_slice name;   /* as shown */
    struct octets_slice folded; /* as compared; empty = the same bytes */
    struct octets_slice text;
};

struct log_value {
    uint8_t space; /* from 1 */
    struct octets_slice key;
    struct octets_slice value; /* of a PUT */
};

struct log_effect {
    enum log_effect_kind kind;
    union {
        struct log_entry event;
        struct log_value value;
        struct octets_slice name; /* of FORGOTTEN: folded */
    };
};

struct log_effects {
    struct octets_reader reader;
    unsigned left;
};

struct log_record {
    uint8_t flags;
    uint64_t number;      /* its place in the log; 0 in a proposal that the log will number */
    uint64_t first_event; /* the number of its first event, or of the next one; likewise */
    int64_t time_ns;      /* wall */
    int32_t utc_offset_s; /* of local time then */
    uint16_t node;        /* these three with LOG_RECORD_ORIGIN */
    uint64_t incarnation;
    uint64_t proposal;
    struct log_effects effects; /* when it was read */
};

struct log_row {
    uint64_t number;
    int64_t time_ns;
    int32_t utc_offset_s;
    struct log_entry event;
};

struct log_records {
    struct octets_reader reader;
    unsigned left;
};

struct log_rows {
    struct octets_reader reader;
    unsigned left;
};

/* ---- reading ---- */

/*
 * Each `next` returns 1 and the next one, 0 at the end, or STATUS_INVALID: then the whole frame is
 * to be refused.
 */

/* The records of a PROPOSE or ENTRIES. */
struct log_records log_records_open(const struct log_frame *frame);
int log_records_next(struct log_records *records, struct log_record *ret_record);

/* The effects of a SOFT or STATE; those of a record are in it. */
struct log_effects log_effects_open(const struct log_frame *frame);
int log_effects_next(struct log_effects *effects, struct log_effect *ret_effect);

struct log_rows log_rows_open(const struct log_frame *frame);
int log_rows_next(struct log_rows *rows, struct log_row *ret_row);

/* STATUS_INVALID if anything in a PROPOSE, ENTRIES, SOFT, STATE or ROWS is. */
int log_records_check(const struct log_frame *frame);

/* ---- writing ---- */

/*
 * Into the writer of log_frame_begin. If something does not fit, or a field is out of its range,
 * the writer has failed; octets_rewind brings back its length before. log_record_begin returns the
 * place that log_record_end needs.
 */
size_t log_record_begin(struct octets_writer *writer, const struct log_record *record);
void log_record_end(struct octets_writer *writer, size_t place, unsigned effects);
void log_effect_add(struct octets_writer *writer, const struct log_effect *effect);
void log_row_add(struct octets_writer *writer, const struct log_row *row);

/* Bytes of a row. */
size_t log_row_bytes(const struct log_row *row);

#endif
