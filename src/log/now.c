/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* clock_gettime(2). */
#include "log/now.h"

#include <time.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return now.tv_sec * NOW_NS_PER_S + now.tv_nsec;
}

int64_t now_mono_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t now_wall_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}
