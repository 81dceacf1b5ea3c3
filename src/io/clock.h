/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads the clocks for core, which reads none. Knows nothing of timers: those are the loop's.
 */
#ifndef ROOMD_IO_CLOCK_H
#define ROOMD_IO_CLOCK_H

#include <roomd/moment.h>
#include <stdbool.h>
#include <stdint.h>

/* What is remembered between two readings. */
struct clock {
    int64_t minute; /* wall minute that utc_offset_s was found for */
    int32_t utc_offset_s;
    bool known; /* the two above hold something */
};

void clock_init(struct clock *clock);

/* The time is now `ret_moment`. The local time's offset is looked up at most once in a wall minute.
 */
void clock_now(struct clock *clock, struct moment *ret_moment);

#endif
