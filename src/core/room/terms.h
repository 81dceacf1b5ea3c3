/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a WELCOME says of the room's configuration. A WELCOME that is repeated must have the same
 * bytes, also when the configuration was reloaded meanwhile; so the terms of late are kept, each
 * with the time until which they were in force.
 */
#ifndef ROOMD_CORE_ROOM_TERMS_H
#define ROOMD_CORE_ROOM_TERMS_H

#include <roomd/room.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More reloads than this within the minute that an attempt to join lasts are hardly meant. */
#define TERMS_PAST 8U

struct terms {
    char title[ROOM_TITLE_MAX_BYTES + 1];
    uint16_t max_text_bytes;
    uint32_t session_timeout_s;
    uint16_t history;
    uint32_t keep_s;
};

struct terms_history {
    struct terms now;
    struct terms past[TERMS_PAST]; /* the oldest first */
    int64_t until_ns[TERMS_PAST];  /* monotonic */
    size_t count;
    int64_t forgotten_ns; /* terms in force up to this moment are no longer known */
};

void terms_init(struct terms_history *history, const struct terms *terms);

/* After `now_ns` these terms are in force. Nothing changes if they were before. */
void terms_change(struct terms_history *history, int64_t now_ns, const struct terms *terms);

/* Those in force at that moment; NULL: no longer known. */
const struct terms *terms_at(const struct terms_history *history, int64_t at_ns);

#endif
