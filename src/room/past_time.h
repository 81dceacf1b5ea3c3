/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How people name a place in the past: a number, a time of day, a date, or "2h" ago. */
#ifndef ROOMD_ROOM_PAST_TIME_H
#define ROOMD_ROOM_PAST_TIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One of these is set. */
struct past_time {
    uint64_t number;  /* as typed, from 1 */
    int64_t since_ns; /* nanoseconds since 1970-01-01 UTC */
};

/*
 * Reads "20"; "90s", "5m", "2h", "3d", which are so long ago; "14:05", today or, where that is
 * still to come, yesterday; "2026-11-23" and "2026-11-23T14:05", in local time. False: it is none.
 */
bool past_time_read(const char *text, size_t length, int64_t now_ns, struct past_time *ret_time);

/* "24 hours", "3 days", "90 minutes" …, for people. */
#define PAST_TIME_WORDS_BYTES 32
const char *past_time_words(uint32_t seconds, char words[PAST_TIME_WORDS_BYTES]);

#endif
