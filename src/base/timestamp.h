/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Formats and parses a wall time (RFC 3339). Reads no clock and no time zone: both are arguments.
 */
#ifndef ROOMD_BASE_TIMESTAMP_H
#define ROOMD_BASE_TIMESTAMP_H

#include <stdint.h>

/*
 * Enough for "2026-11-21T13:17:57+01:00" and NUL. It is larger because the compiler does not know
 * how large years get, and warns of truncation.
 */
#define TIMESTAMP_TEXT_BYTES 48

/*
 * `wall_ns` is in nanoseconds since 1970-01-01 UTC, `utc_offset_s` is how far local time is ahead.
 * Writes a text such as "2026-11-21T13:17:57+01:00" and returns it.
 */
const char *timestamp_format(int64_t wall_ns, int32_t utc_offset_s,
                             char text[TIMESTAMP_TEXT_BYTES]);

/*
 * Parses such a text, or the front of one: "2026-11-21T13:17", "2026-11-21", "13:17:57", "13:17".
 * Without an offset it is local time, without a date today, without a time midnight; "Z" is an
 * offset, too. `now_ns` and `utc_offset_s` are those of now. STATUS_INVALID.
 */
int timestamp_parse(const char *text, int64_t now_ns, int32_t utc_offset_s, int64_t *ret_wall_ns);

#endif
