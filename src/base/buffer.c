/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Growth by doubling. */
#include "base/buffer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUFFER_FIRST_SIZE 256U

/* buffer_format cuts longer text. */
#define BUFFER_FORMAT_MAX 512

void buffer_done(struct buffer *buffer)
{
    free(buffer->at);
    *buffer = (struct buffer){0};
}

char *buffer_reserve(struct buffer *buffer, size_t length)
{
    size_t size = buffer->size > 0 ? buffer->size : BUFFER_FIRST_SIZE;
    char *at;

    while (size < buffer->length + length)
        size *= 2;
    if (size > buffer->size) {
        at = realloc(buffer->at, size);
        if (at == NULL) {
            buffer->failed = true;
            return NULL;
        }
        buffer->at = at;
        buffer->size = size;
    }
    return buffer->at + buffer->length;
}

void buffer_add(struct buffer *buffer, const char *more, size_t length)
{
    char *at;

    if (length == 0)
        return;
    at = buffer_reserve(buffer, length);
    if (at == NULL)
        return;
    memcpy(at, more, length);
    buffer->length += length;
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
    char text[BUFFER_FORMAT_MAX];
    va_list arguments;
    int length;

    va_start(arguments, format);
    length = vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    if (length > 0)
        buffer_add(buffer, text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1);
}

void buffer_drop(struct buffer *buffer, size_t length)
{
    if (length == 0)
        return;
    buffer->length -= length;
    memmove(buffer->at, buffer->at + length, buffer->length);
}
