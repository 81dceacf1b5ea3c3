/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads the clocks on behalf of core, which reads none. Knows no timers: those belong to the loop.
 */
#ifndef ROOMD_IO_CLOCK_H
#define ROOMD_IO_CLOCK_H

#include <roomd/moment.h>
#include <stdbool.h>
#include <stdint.h>

/* Cached between two readings. */
struct clock {
    int64_t minute; /* the wall minute that utc_offset_s was computed for */
    int32_t utc_offset_s;
    bool known; /* the other two fields are set */
};

void clock_init(struct clock *clock);

/* Reads the current time. The UTC offset is computed at most once per wall minute. */
void clock_now(struct clock *clock, struct moment *ret_moment);

#endif
