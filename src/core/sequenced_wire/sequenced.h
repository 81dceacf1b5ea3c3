/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The sequenced protocol on the wire: what both sides call a datagram, and the limits of
 * doc/protocol.md, section 2. What is in a datagram is read and written by sequenced_handshake,
 * sequenced_events, sequenced_up and sequenced_down; what it means, and when it is sent, is
 * nobody's business here.
 *
 * All of these work on the caller's buffers: nothing is allocated, slices are borrowed from the
 * datagram. Nobody here looks whether a text is UTF-8 or a name is one that may be had. Bytes that
 * are no such datagram are STATUS_INVALID. Those of a version that is not spoken are
 * STATUS_NOT_FOUND.
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_H

#include "base/octets.h"

#include <roomd/limits.h>

#define SEQUENCED_VERSION 1

/* Of UDP payload: passes every path of IPv6, and nearly every one of IPv4, in one piece (RFC
 * 8085, 3.2). */
#define SEQUENCED_DATAGRAM_MAX_BYTES 1200

/* Numbers of members have at most 4 bytes then, so that an event costs no more than 9 beside its
 * text. */
#define SEQUENCED_MEMBER_MAX ((UINT32_C(1) << 30) - 1)

/* Kinds of frames and events from here on are followed by their length, and skipped by who does not
 * know them. */
#define SEQUENCED_SKIPPABLE 0x40U

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

/* True for a datagram that belongs to this protocol, whether it can be read or not, and not to the
 * plain one. */
bool sequenced_is(const void *bytes, size_t length);

/*
 * Which datagram this is, by its first bytes; the reader of that kind says whether the rest is
 * good. A HELLO and a REFUSAL are told in any version, all others in SEQUENCED_VERSION only. Longer
 * than SEQUENCED_DATAGRAM_MAX_BYTES is STATUS_TOO_LONG.
 */
int sequenced_identify(const void *bytes, size_t length, enum sequenced_datagram *ret_datagram);

/* A datagram is written into a buffer of its own, of at most SEQUENCED_DATAGRAM_MAX_BYTES; what of
 * `size` exceeds that is not used. */
struct octets_writer sequenced_write(void *bytes, size_t size);

/*
 * Puts zeros behind what is there, so that the datagram has at least `length` bytes. Returns its
 * length, or STATUS_FULL where the buffer has no place for it.
 */
int sequenced_pad(struct octets_writer *writer, size_t length);

/*
 * Steps over padding and over frames that may be skipped, to the next frame of a kind that may not.
 * Returns its kind, 1 – SEQUENCED_SKIPPABLE - 1, with the cursor behind that byte; 0 at the end;
 * STATUS_INVALID where a frame to be skipped is cut short.
 */
int sequenced_next_frame(struct octets_reader *reader);

/* How events and acknowledgements name message `number` (from 1) in 16 bits; 0 names none. */
uint16_t sequenced_said(uint32_t number);

#endif
