/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Durations as an administrator writes and reads them: 30s, 10m, 2h, 7d. */
#ifndef ROOMD_ADMIN_DURATION_H
#define ROOMD_ADMIN_DURATION_H

#include <stdint.h>

/* Ten years. A ban without a time lasts until it is lifted. */
#define DURATION_MAX_DAYS 3650

/* "3650d 23h" and NUL. */
#define DURATION_TEXT_BYTES 32

/* Parses a number with a unit, from 1s to DURATION_MAX_DAYS. STATUS_INVALID. */
int duration_parse(const char *text, int64_t *ret_ns);

/* Writes the two largest units, such as "1d 3h", rounded up to a second. Returns `text`. */
const char *duration_format(int64_t ns, char text[DURATION_TEXT_BYTES]);

#endif
