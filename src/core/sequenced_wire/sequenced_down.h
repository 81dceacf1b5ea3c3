/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * DOWN of the sequenced protocol as bytes (doc/protocol.md, 2.5): frames from the server to one
 * member. Does not know what follows from a frame.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_DOWN_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_DOWN_H

#include "core/sequenced_wire/sequenced.h"
#include "core/sequenced_wire/sequenced_past.h"

#include <roomd/sequenced.h>

#define SEQUENCED_DOWN_HEADER_BYTES 13

/* Of the entries of a page of members, alone in a datagram. */
#define SEQUENCED_PAGE_MAX_BYTES 1163

enum sequenced_down_kind {
    SEQUENCED_DOWN_TAKEN = 1,
    SEQUENCED_DOWN_NOT_TAKEN = 2,
    SEQUENCED_DOWN_HEAD = 3,
    SEQUENCED_DOWN_HEARTBEAT = 4,
    SEQUENCED_DOWN_MEMBERS = 5,
    SEQUENCED_DOWN_GAP = 6,
    SEQUENCED_DOWN_PATH = 7,
    SEQUENCED_DOWN_CLOSED = 8,
    SEQUENCED_DOWN_REPORT = 9,
    SEQUENCED_DOWN_HISTORY = 0x40, /* SEQUENCED_FRAME_HISTORY */
};

enum sequenced_closed {
    SEQUENCED_CLOSED_LEFT = 0,
    SEQUENCED_CLOSED_KICKED = 3,
    SEQUENCED_CLOSED_TIMEOUT = 5,
    SEQUENCED_CLOSED_BANNED = 6,
    SEQUENCED_CLOSED_PROGRAM_ENDS = 7,
    SEQUENCED_CLOSED_RESUMED_ELSEWHERE = 8,
    SEQUENCED_CLOSED_DISPLACED = 9,
    SEQUENCED_CLOSED_RESTARTS = 10, /* and the member is to come back */
};

struct sequenced_down {
    uint64_t token;
    uint16_t run; /* from 1 */
};

struct sequenced_down_frame {
    enum sequenced_down_kind kind;
    union {
        struct {
            uint32_t upto;
            uint32_t refused; /* bit n: upto - n was not taken */
            uint32_t kept;    /* bit n: upto + 1 + n was received */
        } taken;
        struct {
            uint32_t number;  /* from 1 */
            uint8_t why;      /* enum sequenced_why, or one of a later version */
            uint16_t wait_cs; /* hundredths of a second */
        } not_taken;
        struct {
            uint32_t echo;
            uint64_t head; /* at most OCTETS_VARINT_MAX */
        } heartbeat;
        struct {
            uint64_t head;  /* at most OCTETS_VARINT_MAX */
            uint32_t here;  /* how many members are in */
            uint32_t after; /* as in the frame that asked */
            uint32_t last;  /* at least `after`; above it if `more` */
            bool more;
            struct octets_slice entries; /* read by sequenced_down_next_entry */
        } members;
        struct {
            uint8_t reason; /* enum sequenced_closed, or one of a later version */
            struct octets_slice text;
        } closed;
        struct {
            uint32_t packet;   /* from 1: the highest that has come in this run */
            uint16_t received; /* UPs of this run, modulo 2^16 */
        } report;
        uint64_t head;      /* at most OCTETS_VARINT_MAX */
        uint64_t oldest;    /* of a gap: 1 – OCTETS_VARINT_MAX */
        uint64_t challenge; /* of a path */
        struct sequenced_page past;
    };
};

/* One entry of a page. */
struct sequenced_entry {
    uint32_t member; /* 1 – SEQUENCED_MEMBER_MAX, rising within a page */
    bool gone;
    struct octets_slice name; /* 1 – ROOM_NAME_MAX_BYTES */
};

/* ---- reading ---- */

/* Reads the header. STATUS_INVALID: not a DOWN, or its header is invalid; drop all of it. */
int sequenced_down_open(const void *bytes, size_t length, struct sequenced_down *ret_down,
                        struct octets_reader *ret_reader);

/*
 * Reads the next frame; the entries of a page are valid. 1: a frame. 0: there are no more.
 * STATUS_INVALID: the rest is invalid and dropped; the frames before it count.
 */
int sequenced_down_next(struct octets_reader *reader, struct sequenced_down_frame *ret_frame);

/*
 * Takes the next entry off `entries`. False at their end, or if the rest is invalid, which it never
 * is for a frame from sequenced_down_next.
 */
bool sequenced_down_next_entry(struct octets_slice *entries, struct sequenced_entry *ret_entry);

/* ---- writing ---- */

/*
 * Writes the header into an empty `writer` (sequenced_write). STATUS_FULL, STATUS_INVALID (a field
 * out of its range).
 */
int sequenced_down_begin(struct octets_writer *writer, const struct sequenced_down *down);

/*
 * Appends a frame. STATUS_FULL: it does not fit, nothing was changed. STATUS_INVALID: a field out
 * of its range, or invalid entries.
 */
int sequenced_down_add(struct octets_writer *writer, const struct sequenced_down_frame *frame);

/*
 * Appends an entry to a buffer that becomes the entries of a page. Errors as above. That the
 * numbers rise is checked when the page is written.
 */
int sequenced_down_add_entry(struct octets_writer *writer, const struct sequenced_entry *entry);

#endif
