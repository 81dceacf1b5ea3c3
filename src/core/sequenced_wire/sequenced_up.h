/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * UP of the sequenced protocol as bytes (doc/protocol.md, 2.5): frames from a member to the server.
 * Does not know whose token it is, or what follows from a frame.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_UP_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_UP_H

#include "core/sequenced_wire/sequenced.h"
#include "core/sequenced_wire/sequenced_past.h"

/* With position and ahead below 64; each takes up to seven bytes more. */
#define SEQUENCED_UP_HEADER_MIN_BYTES 25

/* Of the bits in MISSING: a server keeps no more for a member. */
#define SEQUENCED_MISSING_MAX_BYTES 32
#define SEQUENCED_MISSING_MAX       (8U * SEQUENCED_MISSING_MAX_BYTES)

/* The unit of `delay`, and its value where it is unknown or longer than others can tell. */
#define SEQUENCED_DELAY_UNIT_US 100U
#define SEQUENCED_DELAY_UNKNOWN UINT16_MAX

enum sequenced_up_kind {
    SEQUENCED_UP_MESSAGE = 1,
    SEQUENCED_UP_MISSING = 2,
    SEQUENCED_UP_HEARTBEAT = 3,
    SEQUENCED_UP_LEAVE = 4,
    SEQUENCED_UP_MEMBERS = 5,
    SEQUENCED_UP_PATH = 6,
    SEQUENCED_UP_HISTORY = 0x40, /* SEQUENCED_FRAME_HISTORY */
};

enum sequenced_what { SEQUENCED_WHAT_TEXT = 0, SEQUENCED_WHAT_NAME = 1 };

struct sequenced_up {
    uint64_t token;
    uint16_t run;      /* from 1 */
    uint32_t packet;   /* from 1 */
    uint64_t position; /* at most OCTETS_VARINT_MAX */
    uint64_t ahead;    /* the last event that has come, less the position */
    uint16_t received; /* EVENTS and DOWNs of this run, modulo 2^16 */
    uint16_t lost;     /* datagrams found missing in this run, modulo 2^16 */
    uint16_t delay;    /* since that event came, in SEQUENCED_DELAY_UNIT_US */
};

struct sequenced_message {
    uint32_t number; /* from 1 */
    uint8_t what;    /* enum sequenced_what, or one of a later version */
    struct octets_slice text;
};

struct sequenced_up_frame {
    enum sequenced_up_kind kind;
    union {
        struct sequenced_message message;
        struct {
            size_t length; /* of `bits`, 1 – SEQUENCED_MISSING_MAX_BYTES; the last is not 0 */
            /* Bit n % 8 of byte n / 8: send event position + 1 + n again. */
            uint8_t bits[SEQUENCED_MISSING_MAX_BYTES];
        } missing;
        uint32_t echo;      /* of a heartbeat */
        uint32_t after;     /* of members: the page after this number */
        uint64_t challenge; /* of a path */
        struct sequenced_ask ask;
    };
};

/* ---- reading ---- */

struct sequenced_up_reader {
    struct octets_reader reader;
};

/* Reads the header. STATUS_INVALID: not an UP, or its header is invalid; drop all of it. */
int sequenced_up_open(const void *bytes, size_t length, struct sequenced_up *ret_up,
                      struct sequenced_up_reader *ret_reader);

/*
 * Reads the next frame. 1: a frame. 0: there are no more. STATUS_INVALID: the rest is invalid and
 * dropped; the frames before it count.
 */
int sequenced_up_next(struct sequenced_up_reader *reader, struct sequenced_up_frame *ret_frame);

/* ---- MISSING ---- */

/* Asks for event position + 1 + n; n is below SEQUENCED_MISSING_MAX. `missing` begins as zeros. */
void sequenced_up_ask(struct sequenced_up_frame *missing, size_t n);
bool sequenced_up_asks(const struct sequenced_up_frame *missing, size_t n);

/* ---- writing ---- */

/*
 * Writes the header into an empty `writer` (sequenced_write). STATUS_FULL, STATUS_INVALID (a field
 * out of its range).
 */
int sequenced_up_begin(struct octets_writer *writer, const struct sequenced_up *up);

/*
 * Appends a frame. STATUS_FULL: it does not fit, nothing was changed. STATUS_INVALID: a field out
 * of its range.
 */
int sequenced_up_add(struct octets_writer *writer, const struct sequenced_up_frame *frame);

#endif
