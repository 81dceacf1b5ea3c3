/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A growing byte buffer, for output to a terminal or a file. When memory runs out an addition is
 * dropped and `failed` is set.
 */
#ifndef ROOMD_BASE_BUFFER_H
#define ROOMD_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* All zeros is an empty buffer. */
struct buffer {
    char *at; /* owned; not terminated */
    size_t length;
    size_t size;
    bool failed; /* an addition was dropped */
};

void buffer_done(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const char *more, size_t length);
void buffer_add_text(struct buffer *buffer, const char *text);
/* Adds at most 511 bytes; cuts what is longer. */
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Makes room for `length` more bytes and returns where they begin; NULL: out of memory. The caller
 * writes them and adds what it wrote to `buffer->length`.
 */
char *buffer_reserve(struct buffer *buffer, size_t length);

/* Removes the first `length` bytes, at most `buffer->length`. */
void buffer_drop(struct buffer *buffer, size_t length);

#endif
