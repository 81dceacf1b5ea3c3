/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lengths of time, as an administrator writes and reads them: 30s, 10m, 2h, 7d.
 */
#ifndef ROOMD_ADMIN_DURATION_H
#define ROOMD_ADMIN_DURATION_H

#include <stdint.h>

/* Ten years: longer is for ever. */
#define DURATION_MAX_DAYS 3650

/* "3650d 23h" and its NUL. */
#define DURATION_TEXT_BYTES 32

/* A number and its unit, from 1s to DURATION_MAX_DAYS. STATUS_INVALID. */
int duration_parse(const char *text, int64_t *ret_ns);

/* Writes the two largest units, "1d 3h"; a part of a second counts as one. Returns `text`. */
const char *duration_format(int64_t ns, char text[DURATION_TEXT_BYTES]);

#endif
