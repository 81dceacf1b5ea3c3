/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Makes untrusted text safe for a line of a log or a terminal. Knows no lines and no logs. */
#ifndef ROOMD_BASE_ESCAPE_H
#define ROOMD_BASE_ESCAPE_H

#include <stddef.h>

/* "\xNN" for each byte. */
#define ESCAPE_BYTES 4

/* The most bytes that escape_json makes of one: "\u001b". */
#define ESCAPE_JSON_BYTES 6

/*
 * Copies `length` bytes to `out` and terminates them; `size`, at least 4, is the capacity of `out`.
 * Bytes that are not valid UTF-8 (RFC 3629), control characters (C0, DEL, C1), line and paragraph
 * separators and bidirectional controls become \xNN, byte by byte. Text that does not fit is cut
 * between two characters and ends in "...". Returns the length of `out`.
 */
size_t escape_text(const char *bytes, size_t length, char *out, size_t size);

/*
 * The same for a line that is JSON already, and stays it: the characters become \uNNNN, which in a
 * string of JSON is the same character, and each byte that is not valid UTF-8 becomes U+FFFD.
 */
size_t escape_json(const char *bytes, size_t length, char *out, size_t size);

#endif
