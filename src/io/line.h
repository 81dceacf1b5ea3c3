/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Makes lines of bytes as they come. Pure: knows no descriptor, and keeps nothing but the beginning
 * of a line whose end has not come yet.
 */
#ifndef ROOMD_IO_LINE_H
#define ROOMD_IO_LINE_H

#include <stdbool.h>
#include <stddef.h>

struct line_sink {
    /* A line without its "\n" or "\r\n", not terminated; it may be empty and hold any byte but
     * '\n'. Borrowed for the call. False = stop for now. */
    bool (*line)(void *ctx, const char *bytes, size_t length);
    /* A line is too long; all of it is dropped. Called once for each such line, as soon as it is
     * known. */
    void (*too_long)(void *ctx);
    void *ctx;
};

struct line {
    struct line_sink sink;
    char *buffer; /* borrowed */
    size_t max;   /* bytes of the longest line */
    size_t used;
    bool dropping; /* the rest of a line that is too long */
};

/* How large the buffer must be for lines of up to `max` bytes: the CR before the newline must be
 * kept until the newline is seen. */
#define LINE_BUFFER_BYTES(max) ((max) + 1)

/* `buffer` has LINE_BUFFER_BYTES(max) bytes and outlives `line`. */
void line_init(struct line *line, char *buffer, size_t max, const struct line_sink *sink);

/* Takes more bytes. Returns how many it has taken: all, or those up to the newline at which the
 * sink said stop. */
size_t line_feed(struct line *line, const char *bytes, size_t length);

/* No more bytes will come: what is there without a newline is the last line. */
void line_end(struct line *line);

#endif
