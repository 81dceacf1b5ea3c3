/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Assembles lines from chunks of bytes. Knows no descriptor; keeps only the beginning of an
 * unfinished line.
 */
#ifndef ROOMD_IO_LINE_H
#define ROOMD_IO_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct line_sink {
    /*
     * A line without its "\n" or "\r\n", not terminated; it may be empty and hold any byte but
     * '\n'. Borrowed for the call. False = stop for now.
     */
    bool (*line)(void *ctx, const char *bytes, size_t length);
    /*
     * A line is too long and is dropped as a whole. Called once for each such line, as soon as that
     * is known.
     */
    void (*too_long)(void *ctx);
    void *ctx;
};

struct line {
    struct line_sink sink;
    char *buffer; /* borrowed */
    size_t max;   /* longest line, in bytes */
    size_t used;
    bool dropping; /* skipping the rest of a line that is too long */
};

/*
 * Size of the buffer for lines of up to `max` bytes: a CR before the newline must be kept until the
 * newline comes.
 */
#define LINE_BUFFER_BYTES(max) ((max) + 1)

/* `buffer` has LINE_BUFFER_BYTES(max) bytes and outlives `line`. */
void line_init(struct line *line, char *buffer, size_t max, const struct line_sink *sink);

/*
 * Processes more bytes. Returns how many were consumed: all, or those up to the newline at which
 * the sink returned false.
 */
size_t line_feed(struct line *line, const char *bytes, size_t length);

/* End of input: bytes without a newline are the last line. */
void line_end(struct line *line);

#endif
