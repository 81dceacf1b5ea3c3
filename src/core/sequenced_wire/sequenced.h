/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sequenced protocol on the wire: the kinds of datagrams and the limits of doc/protocol.md,
 * section 2. sequenced_handshake, sequenced_events, sequenced_up and sequenced_down read and write
 * the contents. Nothing here knows what a datagram means, or when it is sent.
 *
 * All functions work on the caller's buffers: nothing is allocated, and slices are borrowed from
 * the datagram. None checks whether a text is UTF-8 or a name is valid. They return STATUS_INVALID
 * for bytes that are not a datagram of the wanted kind, STATUS_NOT_FOUND for a version that is not
 * spoken.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_H

#include "base/octets.h"

#include <roomd/limits.h>

#define SEQUENCED_VERSION 1

/* The key with which EVENTS, UP and DOWN are sealed: none; there are no others yet. */
#define SEQUENCED_KEY_NONE 0

/*
 * Of UDP payload: passes every path of IPv6, and nearly every one of IPv4, unfragmented (RFC 8085,
 * 3.2).
 */
#define SEQUENCED_DATAGRAM_MAX_BYTES 1200

/*
 * Such a member number has at most 4 bytes, so that an event costs at most 9 bytes beside its text.
 */
#define SEQUENCED_MEMBER_MAX ((UINT32_C(1) << 30) - 1)

/*
 * Kinds of frames and events from here on are followed by their length, so that a receiver can skip
 * those it does not know.
 */
#define SEQUENCED_SKIPPABLE 0x40U

/* A frame of either direction: events of the past (sequenced_past.h). */
#define SEQUENCED_FRAME_HISTORY 0x40U

enum sequenced_datagram {
    SEQUENCED_HELLO,
    SEQUENCED_JOIN,
    SEQUENCED_CHALLENGE,
    SEQUENCED_WELCOME,
    SEQUENCED_REFUSAL,
    SEQUENCED_STRANGER,
    SEQUENCED_UP,
    SEQUENCED_DOWN,
    SEQUENCED_EVENTS,
};

/* The first byte; it never occurs in UTF-8. 0xfd and 0xfe are reserved. */
enum sequenced_first {
    SEQUENCED_FIRST_HANDSHAKE_UP = 0xf8,
    SEQUENCED_FIRST_HANDSHAKE_DOWN = 0xf9,
    SEQUENCED_FIRST_UP = 0xfa,
    SEQUENCED_FIRST_DOWN = 0xfb,
    SEQUENCED_FIRST_EVENTS = 0xfc,
    SEQUENCED_FIRST_RESERVED = 0xfe,
};

/* The third byte of a handshake, up and down. */
enum sequenced_type_up { SEQUENCED_TYPE_HELLO = 1, SEQUENCED_TYPE_JOIN = 2 };
enum sequenced_type_down {
    SEQUENCED_TYPE_CHALLENGE = 1,
    SEQUENCED_TYPE_WELCOME = 2,
    SEQUENCED_TYPE_REFUSAL = 3,
    SEQUENCED_TYPE_STRANGER = 4,
};

/* True if the datagram belongs to this protocol, readable or not, and not to the plain one. */
bool sequenced_is(const void *bytes, size_t length);

/*
 * Identifies a datagram by its first bytes; the reader of that kind checks the rest. A HELLO and a
 * REFUSAL are identified in any version, all others in SEQUENCED_VERSION only. STATUS_TOO_LONG:
 * more than SEQUENCED_DATAGRAM_MAX_BYTES.
 */
int sequenced_identify(const void *bytes, size_t length, enum sequenced_datagram *ret_datagram);

/*
 * Begins to read a datagram of a session, after its key. STATUS_INVALID: it is not of this kind, or
 * sealed with a key that is not known.
 */
int sequenced_open(const void *bytes, size_t length, enum sequenced_datagram datagram,
                   struct octets_reader *ret_reader);

/*
 * Starts a datagram in a buffer of `size` bytes, of which at most SEQUENCED_DATAGRAM_MAX_BYTES are
 * used.
 */
struct octets_writer sequenced_write(void *bytes, size_t size);

/*
 * Appends zeros, so that the datagram has at least `length` bytes. Returns its length, or
 * STATUS_FULL if the buffer is too small; then nothing was changed.
 */
int sequenced_pad(struct octets_writer *writer, size_t length);

/*
 * Skips padding and the skippable frames that are not known. Returns the kind of the next frame, 1
 * – SEQUENCED_FRAME_HISTORY, with the cursor after that byte; 0 at the end; STATUS_INVALID if a
 * skipped frame is truncated.
 */
int sequenced_next_frame(struct octets_reader *reader);

/* How events and acknowledgements name message `number` (from 1) in 16 bits; 0 names none. */
uint16_t sequenced_said(uint32_t number);

#endif
