/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The handshake of the sequenced protocol as bytes (doc/protocol.md, 2.3). Does not know what a
 * cookie holds, or who is let in.
 *
 * Readers take a whole datagram of the kind that sequenced_identify returned. STATUS_INVALID: it is
 * too short, or a length or field is out of its range; the output is then untouched. Writers write
 * a whole datagram at the start of `bytes` and return its length, or STATUS_FULL (`size` is too
 * small), or STATUS_INVALID (a field out of its range).
 */
#ifndef ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_HANDSHAKE_H
#define ROOMD_CORE_SEQUENCED_WIRE_SEQUENCED_HANDSHAKE_H

#include "core/sequenced_wire/sequenced.h"

/* Shorter ones are dropped, so that no answer is longer than its request (RFC 9000, 8.1). */
#define SEQUENCED_HELLO_MIN_BYTES 128
#define SEQUENCED_JOIN_MIN_BYTES  320

#define SEQUENCED_COOKIE_MAX_BYTES    32
#define SEQUENCED_ROOM_MAX_BYTES      64
#define SEQUENCED_CHALLENGE_MAX_BYTES 45
#define SEQUENCED_WELCOME_MAX_BYTES   186
#define SEQUENCED_REFUSAL_BYTES       14
#define SEQUENCED_STRANGER_BYTES      12

struct sequenced_hello {
    uint8_t version; /* any: the server also answers versions that it does not speak */
    uint64_t nonce;
};

struct sequenced_challenge {
    uint64_t nonce;
    struct octets_slice cookie; /* 1 – SEQUENCED_COOKIE_MAX_BYTES */
};

struct sequenced_join {
    bool resume;
    uint64_t nonce;
    struct octets_slice cookie;
    /* As sent, at most 255 bytes, so that a bad name can be told from a bad datagram. */
    struct octets_slice name;
    uint64_t epoch; /* this and the next two: 0 without `resume` */
    uint64_t token;
    uint64_t position;
};

struct sequenced_welcome {
    bool resumed;
    uint64_t nonce;
    uint64_t epoch;
    uint64_t token;
    uint16_t run;             /* 1, and one more with each resumption */
    uint32_t member;          /* 1 – SEQUENCED_MEMBER_MAX */
    uint64_t position;        /* at most OCTETS_VARINT_MAX */
    uint16_t max_text_bytes;  /* of a message */
    uint32_t timeout_s;       /* of a silent session */
    struct octets_slice name; /* 1 – ROOM_NAME_MAX_BYTES */
    struct octets_slice room; /* 1 – SEQUENCED_ROOM_MAX_BYTES */
    uint16_t history;         /* events that a newcomer is offered; 0: none can be asked for */
    uint32_t keep_s;          /* how long events are kept; see room_limits */
};

enum sequenced_refusal_code {
    SEQUENCED_REFUSED_VERSION = 1,
    SEQUENCED_REFUSED_TAKEN = 2,
    SEQUENCED_REFUSED_BAD_NAME = 3,
    SEQUENCED_REFUSED_FULL = 4,
    SEQUENCED_REFUSED_BANNED = 5,
    SEQUENCED_REFUSED_COOKIE = 6,
    SEQUENCED_REFUSED_USE_PLAIN = 7,
    SEQUENCED_REFUSED_TOO_MANY = 8,
    SEQUENCED_REFUSED_UNKNOWN_SESSION = 9,
};

struct sequenced_refusal {
    uint8_t version; /* the HELLO's, for SEQUENCED_REFUSED_VERSION; else SEQUENCED_VERSION */
    uint8_t code;    /* enum sequenced_refusal_code, or one of a later version; never 0 */
    uint64_t nonce;
    uint16_t wait; /* seconds; for SEQUENCED_REFUSED_VERSION the highest version spoken */
};

struct sequenced_stranger {
    uint64_t token;
};

int sequenced_handshake_read_hello(const void *bytes, size_t length,
                                   struct sequenced_hello *ret_hello);
int sequenced_handshake_read_challenge(const void *bytes, size_t length,
                                       struct sequenced_challenge *ret_challenge);
int sequenced_handshake_read_join(const void *bytes, size_t length,
                                  struct sequenced_join *ret_join);
int sequenced_handshake_read_welcome(const void *bytes, size_t length,
                                     struct sequenced_welcome *ret_welcome);
int sequenced_handshake_read_refusal(const void *bytes, size_t length,
                                     struct sequenced_refusal *ret_refusal);
int sequenced_handshake_read_stranger(const void *bytes, size_t length,
                                      struct sequenced_stranger *ret_stranger);

/* HELLO and JOIN are padded to their minimum length, the others are not padded. */
int sequenced_handshake_write_hello(void *bytes, size_t size, const struct sequenced_hello *hello);
int sequenced_handshake_write_challenge(void *bytes, size_t size,
                                        const struct sequenced_challenge *challenge);
int sequenced_handshake_write_join(void *bytes, size_t size, const struct sequenced_join *join);
int sequenced_handshake_write_welcome(void *bytes, size_t size,
                                      const struct sequenced_welcome *welcome);
int sequenced_handshake_write_refusal(void *bytes, size_t size,
                                      const struct sequenced_refusal *refusal);
int sequenced_handshake_write_stranger(void *bytes, size_t size,
                                       const struct sequenced_stranger *stranger);

#endif
