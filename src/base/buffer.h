/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A row of bytes that grows: what is on its way to a terminal or a file. Out of memory, what is added is left out, and that is remembered.
 */
#ifndef ROOMD_BASE_BUFFER_H
#define ROOMD_BASE_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty one. */
struct bytes {
    char *at; /* owned; not terminated */
    size_t length;
    size_t size;
    bool failed; /* something is missing */
};

void bytes_done(struct bytes *bytes);
void bytes_add(struct bytes *bytes, const char *more, size_t length);
void bytes_add_text(struct bytes *bytes, const char *text);
void bytes_format(struct bytes *bytes, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Place for so many more; they count once they were written and `length` says so. NULL: no memory. */
char *bytes_reserve(struct bytes *bytes, size_t length);

/* Takes away the first so many. */
void bytes_drop(struct bytes *bytes, size_t length);

#endif
