/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One numbered entry of the transcript.
 */
#ifndef ROOMD_EVENT_H
#define ROOMD_EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    EVENT_JOIN,
    EVENT_CHAT,
    EVENT_EXIT,
    EVENT_NOTICE,
};

/* Why a member left; part of the event, so that every reader of the transcript knows it. */
enum exit_reason {
    EXIT_LEFT,     /* it asked to */
    EXIT_RENAMED,  /* it stays, under another name */
    EXIT_IDLE,     /* it was silent for room.idle_timeout */
    EXIT_KICKED,   /* removed by the administrator */
    EXIT_VANISHED, /* its program ended without an exit */
    EXIT_TIMEOUT,  /* its session was silent for room.session_timeout */
    /* It was silent, and had to make room in a full room. */
    EXIT_DISPLACED,
};

/* "left", "renamed", … for people; never NULL. */
const char *exit_reason_text(enum exit_reason reason);

/* The author of a notice; members are numbered from 1. */
#define EVENT_AUTHOR_NOBODY 0

struct event {
    uint64_t seq;         /* its number: 1, 2, 3 … */
    uint64_t author;      /* number of its member */
    int64_t wall_ns;      /* nanoseconds since 1970-01-01 UTC */
    int32_t utc_offset_s; /* of local time then */
    uint8_t kind;         /* enum event_kind */
    uint8_t reason;       /* enum exit_reason, of an EVENT_EXIT */
    uint16_t name_len;    /* bytes */
    uint16_t text_len;    /* bytes */
    uint16_t said;        /* the author's message that made it (sequenced_said); 0 = none */
    bool introduces;      /* chat, exit: some members may not know its author's name yet */
    bool forgotten;       /* name and text were taken out of it: both are empty */
    const char *name;     /* not terminated; empty for a notice */
    const char *text;     /* not terminated; empty but for chat and notice */
};

#endif
