/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines that a program writes to stdout or stderr for its user, whoever wrote the text in them: a
 * member, a server, a file, an argument. Each is one line, and nothing in it is obeyed by a
 * terminal. All output of the programs with text in it that is not their own passes here, or
 * through the log, an event line or the screen (tests/unit/outputs.py).
 */
#ifndef ROOMD_BASE_SAFE_LINE_H
#define ROOMD_BASE_SAFE_LINE_H

#include <stddef.h>
#include <stdio.h>

/* A longer text is cut and ends in "...". The longest frame of the control socket is shorter. */
#define SAFE_LINE_MAX_BYTES 8400

#define SAFE_LINE_BEFORE_MAX_BYTES 32

/* Formats a text and writes it in the form of escape_text (base/escape.h), with a newline. */
void safe_line_print(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/*
 * The same for any bytes, NUL among them, at most SAFE_LINE_MAX_BYTES. `before`, of at most
 * SAFE_LINE_BEFORE_MAX_BYTES, is our own text and stays as it is.
 */
void safe_line_write(FILE *out, const char *before, const char *bytes, size_t length);

/* The same without `before` for a line of JSON, in the form of escape_json. */
void safe_line_write_json(FILE *out, const char *bytes, size_t length);

#endif
