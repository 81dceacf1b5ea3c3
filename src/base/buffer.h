/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A row of bytes that grows: what is on its way to a terminal or a file. Out of memory, what is
 * added is left out, and that is remembered.
 */
#ifndef ROOMD_BASE_BUFFER_H
#define ROOMD_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty one. */
struct buffer {
    char *at; /* owned; not terminated */
    size_t length;
    size_t size;
    bool failed; /* something is missing */
};

void buffer_done(struct buffer *buffer);
void buffer_add(struct buffer *buffer, const char *more, size_t length);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_format(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Place for so many more; they count once they were written and `length` says so. NULL: no memory.
 */
char *buffer_reserve(struct buffer *buffer, size_t length);

/* Takes away the first so many. */
void buffer_drop(struct buffer *buffer, size_t length);

#endif
