/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Doubling. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES_FIRST_SIZE 256U

/* What bytes_format writes at a time. */
#define BYTES_FORMAT_MAX 512

void bytes_done(struct bytes *bytes)
{
    free(bytes->at);
    *bytes = (struct bytes){0};
}

char *bytes_reserve(struct bytes *bytes, size_t length)
{
    size_t size = bytes->size > 0 ? bytes->size : BYTES_FIRST_SIZE;
    char *at;

    while (size < bytes->length + length)
        size *= 2;
    if (size > bytes->size) {
        at = realloc(bytes->at, size);
        if (at == NULL) {
            bytes->failed = true;
            return NULL;
        }
        bytes->at = at;
        bytes->size = size;
    }
    return bytes->at + bytes->length;
}

void bytes_add(struct bytes *bytes, const char *more, size_t length)
{
    char *at;

    if (length == 0)
        return;
    at = bytes_reserve(bytes, length);
    if (at == NULL)
        return;
    memcpy(at, more, length);
    bytes->length += length;
}

void bytes_add_text(struct bytes *bytes, const char *text)
{
    bytes_add(bytes, text, strlen(text));
}

void bytes_format(struct bytes *bytes, const char *format, ...)
{
    char text[BYTES_FORMAT_MAX];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length > 0)
        bytes_add(bytes, text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
}

void bytes_drop(struct bytes *bytes, size_t length)
{
    if (length == 0)
        return;
    bytes->length -= length;
    memmove(bytes->at, bytes->at + length, bytes->length);
}
