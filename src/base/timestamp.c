/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* libc computes the calendar; the offset is added here, because gmtime_r knows none. */
#include "base/timestamp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIMESTAMP_NS_PER_S INT64_C(1000000000)

const char *timestamp_format(int64_t wall_ns, int32_t utc_offset_s, char text[TIMESTAMP_TEXT_BYTES])
{
    time_t seconds =
        (time_t)(wall_ns / TIMESTAMP_NS_PER_S - (wall_ns % TIMESTAMP_NS_PER_S < 0 ? 1 : 0)) +
        utc_offset_s;
    int minutes = abs(utc_offset_s) / 60;
    struct tm parts;
    size_t used;

    if (gmtime_r(&seconds, &parts) == NULL) /* can't happen: 64 bits of nanoseconds end in 2262 */
        memset(&parts, 0, sizeof(parts));
    used = strftime(text, TIMESTAMP_TEXT_BYTES, "%Y-%m-%dT%H:%M:%S", &parts);
    snprintf(text + used, TIMESTAMP_TEXT_BYTES - used, "%c%02d:%02d", utc_offset_s < 0 ? '-' : '+',
             minutes / 60 % 100, minutes % 60);
    return text;
}
