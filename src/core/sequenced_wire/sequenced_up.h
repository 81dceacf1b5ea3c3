/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * UP of the sequenced protocol as bytes (doc/protocol.md, 2.5): frames from a member to the server.
 * Does not know whose token it is, or what follows from a frame.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_UP_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_UP_H

#include "core/sequenced_wire/sequenced.h"

#define SEQUENCED_UP_HEADER_BYTES 24

/* A server keeps no more for a member. */
#define SEQUENCED_RANGES_MAX 4

enum sequenced_up_kind {
    SEQUENCED_UP_MESSAGE = 1,
    SEQUENCED_UP_MISSING = 2,
    SEQUENCED_UP_HEARTBEAT = 3,
    SEQUENCED_UP_LEAVE = 4,
    SEQUENCED_UP_MEMBERS = 5,
    SEQUENCED_UP_PATH = 6,
};

enum sequenced_what { SEQUENCED_WHAT_TEXT = 0, SEQUENCED_WHAT_NAME = 1 };

struct sequenced_up {
    uint64_t token;
    uint16_t run;      /* from 1 */
    uint32_t packet;   /* from 1 */
    uint64_t position; /* at most OCTETS_VARINT_MAX */
};

/* Events first … first + length - 1. */
struct sequenced_range {
    uint64_t first;
    uint64_t length;
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
            size_t count; /* 1 – SEQUENCED_RANGES_MAX */
            struct sequenced_range ranges[SEQUENCED_RANGES_MAX];
        } missing;
        uint32_t echo;      /* of a heartbeat */
        uint32_t after;     /* of members: the page after this number */
        uint64_t challenge; /* of a path */
    };
};

/* ---- reading ---- */

struct sequenced_up_reader {
    struct octets_reader reader;
    uint64_t position; /* ranges are relative to it */
};

/* Reads the header. STATUS_INVALID: not an UP, or its header is invalid; drop all of it. */
int sequenced_up_open(const void *bytes, size_t length, struct sequenced_up *ret_up,
                      struct sequenced_up_reader *ret_reader);

/*
 * Reads the next frame. 1: a frame. 0: there are no more. STATUS_INVALID: the rest is invalid and
 * dropped; the frames before it count.
 */
int sequenced_up_next(struct sequenced_up_reader *reader, struct sequenced_up_frame *ret_frame);

/* ---- writing ---- */

/*
 * Writes the header into an empty `writer` (sequenced_write). STATUS_FULL, STATUS_INVALID (a field
 * out of its range).
 */
int sequenced_up_begin(struct octets_writer *writer, const struct sequenced_up *up);

/*
 * Appends a frame to a datagram that begins with `up`. STATUS_FULL: it does not fit, nothing was
 * changed. STATUS_INVALID: a field out of its range, or a range that is not beyond the position.
 */
int sequenced_up_add(struct octets_writer *writer, const struct sequenced_up *up,
                     const struct sequenced_up_frame *frame);

#endif
