/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A moment, passed to core by the caller that reads the clocks: core itself reads none. */
#ifndef ROOMD_MOMENT_H
#define ROOMD_MOMENT_H

#include <stdint.h>

#define MOMENT_NS_PER_S  INT64_C(1000000000)
#define MOMENT_NS_PER_MS INT64_C(1000000)

/* "Never", as a deadline. */
#define MOMENT_NEVER_NS INT64_MAX

struct moment {
    /* Nanoseconds on a clock that never steps and counts suspend (CLOCK_BOOTTIME). */
    int64_t mono_ns;
    int64_t wall_ns;      /* nanoseconds since 1970-01-01 UTC; may step */
    int32_t utc_offset_s; /* offset of local time from UTC at wall_ns, seconds east */
};

#endif
