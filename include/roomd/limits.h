/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What an administrator may limit in a room. Handed over as a whole; a reload hands over a new one.
 */
#ifndef ROOMD_LIMITS_H
#define ROOMD_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* Names are shown in terminals beside the text: 64 bytes are 16 emoji or 21 Chinese characters. */
#define ROOM_NAME_MAX_BYTES 64

/* The smallest chat buffer among the clients that were read is 1024 bytes; nothing longer may be
 * sent to a plain member. */
#define PLAIN_LINE_MAX_BYTES 1024

/* Of the transcript in memory. The smallest holds a few events of the longest kind: with less, a
 * burst of one turn of the loop would not fit. */
#define ROOM_RING_MIN_BYTES (64U * 1024U)
#define ROOM_RING_MAX_BYTES (1024U * 1024U * 1024U)

/* Of one message or notice, whatever room.max_text says. */
#define ROOM_TEXT_MAX_BYTES 1000

/* A longer request is refused unread: the longest verb, name and text, with room for a client's
 * line ending. */
#define PLAIN_REQUEST_MAX_BYTES 1200

/* What comes back in a second, and how much there is at most; 0 a second = no limit. */
struct room_rate {
    uint32_t per_second;
    uint32_t burst;
};

/*
 * What a member outside access.trusted is sent at most until a second datagram has come from it:
 * its address may be somebody else's, who is to be flooded. A join and its accept, a few lines, and
 * no more (compare RFC 9000, section 8.1).
 */
#define ROOM_PROBATION_DATAGRAMS 8
#define ROOM_PROBATION_BYTES     2048

struct room_limits {
    uint32_t max_members;         /* 1 – 1 000 000 */
    uint32_t max_name_codepoints; /* 1 – 64; in bytes a name never exceeds ROOM_NAME_MAX_BYTES */
    uint32_t max_text_bytes;      /* 1 – ROOM_TEXT_MAX_BYTES; of one message or notice */
    uint32_t idle_timeout_s;      /* 0 = for ever */
    uint32_t session_timeout_s; /* 30 – 86400: a sequenced member not heard for so long has left */
    uint32_t
        probe_interval_s; /* a member neither sent to nor heard for so long is probed; 0 = never */
    struct room_rate
        messages; /* of one member; a rename, an exit and joining again cost as much as one */
    struct room_rate bytes; /* of text and names, of one member; no burst below max_text_bytes */
    struct room_rate
        joins; /* from one address outside access.trusted, and four times that from its prefix */
    uint32_t members_per_address; /* outside access.trusted; 0 = no limit */
    bool plain_enabled;
    bool sequenced_enabled; /* newcomers of the sequenced protocol are let in */
};

#endif
