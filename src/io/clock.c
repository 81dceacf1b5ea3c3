/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A moment is three readings: CLOCK_BOOTTIME, CLOCK_REALTIME and the UTC offset of local time. */
#include "io/clock.h"

#include <time.h>

#define CLOCK_MINUTE_NS (60 * MOMENT_NS_PER_S)

static int64_t read_ns(clockid_t id)
{
    struct timespec time = {0, 0};

    clock_gettime(id, &time);
    return (int64_t)time.tv_sec * MOMENT_NS_PER_S + time.tv_nsec;
}

static int32_t utc_offset(int64_t wall_ns)
{
    time_t seconds = (time_t)(wall_ns / MOMENT_NS_PER_S);
    struct tm local;

    /* localtime_r need not notice that the administrator has changed the time zone. */
    tzset();
    return localtime_r(&seconds, &local) == NULL ? 0 : (int32_t)local.tm_gmtoff;
}

void clock_init(struct clock *clock)
{
    *clock = (struct clock){0};
}

void clock_now(struct clock *clock, struct moment *ret_moment)
{
    int64_t wall_ns = read_ns(CLOCK_REALTIME);
    int64_t minute = wall_ns / CLOCK_MINUTE_NS;

    /* Daylight saving time changes on a full minute, so the offset is constant within one. */
    if (!clock->known || clock->minute != minute)
        *clock =
            (struct clock){.minute = minute, .utc_offset_s = utc_offset(wall_ns), .known = true};
    ret_moment->mono_ns = read_ns(CLOCK_BOOTTIME);
    ret_moment->wall_ns = wall_ns;
    ret_moment->utc_offset_s = clock->utc_offset_s;
}
