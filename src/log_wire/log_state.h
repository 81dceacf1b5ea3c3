/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The values of the room's state as the log keeps them (doc/log-protocol.md, section 4), so that
 * the next process goes on where this one has ended. The log itself knows none of this.
 *
 * A later version may add fields at the end of a value: readers ignore bytes behind those they
 * know. What was read borrows from the bytes.
 */
#ifndef ROOMD_LOG_WIRE_LOG_STATE_H
#define ROOMD_LOG_WIRE_LOG_STATE_H

#include "log_wire/log_record.h"

#include <roomd/endpoint.h>

#define LOG_SECRET_BYTES 32U

/* A value and its key fit. */
#define LOG_STATE_MAX_BYTES 512U

enum log_space {
    LOG_SPACE_ROOM = 1,
    LOG_SPACE_MEMBER = 2,
    LOG_SPACE_SESSION = 3,
    LOG_SPACE_SAID = 4,
    LOG_SPACE_ENDED = 5,
    LOG_SPACE_BAN = 6,
    LOG_SPACE_POSITION = LOG_SPACE_SOFT,
};

/* Each has what is in its key first. Times are wall, in nanoseconds, if not stated otherwise. */
struct log_state {
    enum log_space space;
    union {
        struct {
            uint64_t epoch;
            uint64_t epochs;      /* how many there were, this one included */
            uint64_t last_member; /* the last number that was given */
            uint8_t secret[LOG_SECRET_BYTES];
            uint8_t boot[LOG_ID_BYTES]; /* in which the secret holds */
        } room;
        struct {
            uint64_t number;
            uint8_t flags; /* ROSTER_… (roomd/ports.h) */
            int64_t joined_ns;
            int64_t heard_ns;
            int64_t muted_until_ns; /* 0 = not muted, INT64_MAX = for ever */
            struct endpoint peer;
            uint8_t local[ENDPOINT_ADDRESS_BYTES];
            struct endpoint door; /* where its door listens */
            struct octets_slice name;
        } member;
        struct {
            uint64_t member;
            uint64_t token;
            uint64_t nonce;
            uint64_t made_ms; /* of its cookie, in the clock of the room's boot */
            uint16_t run;
        } session;
        struct {
            uint64_t member;
            uint32_t decided; /* the last of its messages that was taken or refused */
            uint32_t refused; /* bit n: message decided - n was refused */
        } said;
        struct {
            uint64_t token;
            uint64_t nonce;
            int64_t ended_ns;
        } ended;
        struct {
            uint64_t serial;
            uint8_t kind; /* 0 = ban, 1 = mute */
            bool has_network;
            uint8_t network[ENDPOINT_ADDRESS_BYTES];
            uint8_t bits;
            struct endpoint peer;     /* of a mute: where its member was last */
            int64_t until_ns;         /* INT64_MAX = for ever */
            struct octets_slice name; /* folded; empty = none */
        } ban;
        struct {
            uint64_t member;
            uint64_t position; /* it has all events up to this one */
        } position;
    };
};

/* STATUS_INVALID; STATUS_NOT_FOUND: a space of another version. */
int log_state_read(const struct log_value *value, struct log_state *ret_state);

/*
 * Makes the value, or, for a DROP, only its key, in `bytes`. False if it does not fit or a field is
 * out of its range.
 */
bool log_state_write(const struct log_state *state, uint8_t bytes[LOG_STATE_MAX_BYTES],
                     struct log_value *ret_value);

#endif
