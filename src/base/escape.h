/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Text of which nobody knows where it came from, made fit for a line of a log or a terminal. Knows
 * no lines and no logs.
 */
#ifndef ROOMD_BASE_ESCAPE_H
#define ROOMD_BASE_ESCAPE_H

#include <stddef.h>

/* "\xNN" for each byte. */
#define ESCAPE_BYTES 4

/*
 * Copies `length` bytes to `out`, which holds `size` (at least 4), and terminates them. Bytes that
 * are not valid UTF-8 (RFC 3629), control characters (C0, DEL, C1), line and paragraph separators
 * and the controls of writing direction become \xNN, byte by byte. What does not fit is left out
 * between two characters, and "..." says so. Returns how long `out` is.
 */
size_t escape_text(const char *bytes, size_t length, char *out, size_t size);

#endif
