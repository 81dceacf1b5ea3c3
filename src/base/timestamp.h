/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A wall time in writing (RFC 3339). Reads no clock and no time zone: both are arguments.
 */
#ifndef ROOMD_BASE_TIMESTAMP_H
#define ROOMD_BASE_TIMESTAMP_H

#include <stdint.h>

/* "2026-11-21T13:17:57+01:00" and its NUL; the compiler does not know that there are only so many
 * years, and asks for place. */
#define TIMESTAMP_TEXT_BYTES 48

/* Nanoseconds since 1970-01-01 UTC, and how far local time is ahead of it, as
 * "2026-11-21T13:17:57+01:00". Returns `text`. */
const char *timestamp_format(int64_t wall_ns, int32_t utc_offset_s,
                             char text[TIMESTAMP_TEXT_BYTES]);

#endif
