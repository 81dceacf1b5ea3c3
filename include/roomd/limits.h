/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The limits of a room, set by its administrator. Passed as a whole; a reload passes new ones. */
#ifndef ROOMD_LIMITS_H
#define ROOMD_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

/* Names are shown in terminals beside the text: 64 bytes are 16 emoji or 21 Chinese characters. */
#define ROOM_NAME_MAX_BYTES 64

/*
 * The smallest chat buffer among the clients that were read is 1024 bytes. Nothing longer may be
 * sent to a plain member.
 */
#define PLAIN_LINE_MAX_BYTES 1024

/*
 * Of the transcript in memory. The smallest holds a few events of the longest kind: with less, the
 * burst of one turn of the loop would not fit.
 */
#define ROOM_RING_MIN_BYTES (64U * 1024U)
#define ROOM_RING_MAX_BYTES (1024U * 1024U * 1024U)

/*
 * Events from before its join that a newcomer is sent without asking. More would keep it from what
 * is said now.
 */
#define ROOM_HISTORY_MAX 1000

/* Of one message or notice, whatever room.max_text says. */
#define ROOM_TEXT_MAX_BYTES 1000

/*
 * A longer request is refused unread. Fits the longest verb, name and text, and a client's line
 * ending.
 */
#define PLAIN_REQUEST_MAX_BYTES 1200

/* A token bucket: tokens per second and its size; 0 per second = no limit. */
struct room_rate {
    uint32_t per_second;
    uint32_t burst;
};

/* Of one address, for both protocols. Its prefix (/24, with IPv6 /56) has four times as much. */
struct room_address_limits {
    struct room_rate joins;
    uint32_t members; /* 0 = no limit */
};

struct room_limits {
    uint32_t max_members;         /* 1 to 1 000 000 */
    uint32_t max_name_codepoints; /* 1 to 64; its bytes are limited by ROOM_NAME_MAX_BYTES, too */
    uint32_t max_text_bytes;      /* 1 to ROOM_TEXT_MAX_BYTES; of one message or notice */
    uint32_t idle_timeout_s;      /* 0 = none */
    uint32_t session_timeout_s;   /* 30 to 86400; a sequenced member silent for longer has left */
    /* Of one member; a rename, an exit or a rejoin costs at least one. */
    struct room_rate messages;
    /* Of text and names, of one member; the burst is at least max_text_bytes. */
    struct room_rate bytes;
    struct room_address_limits untrusted; /* of an address outside access.trusted */
    struct room_address_limits trusted;
    uint32_t history; /* events that a sequenced newcomer is offered; 0: none can be asked for */
    uint32_t plain_history; /* lines that a plain newcomer is sent, at most; 0 = none */
    /* How long the log keeps events: 0 = there is no log, UINT32_MAX = as long as it has space. */
    uint32_t keep_s;
    bool plain_enabled;
    bool sequenced_enabled; /* sequenced joins are let in */
};

#endif
