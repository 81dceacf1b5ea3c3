/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Escapes one character at a time. */
#include "base/escape.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static const char dots[] = "...";

#define DOTS_BYTES (sizeof(dots) - 1)

/*
 * Writes the escaped form of the character at `text` and returns its length; `ret_step` is the
 * length of the character itself.
 */
static size_t escape_one(const char *text, size_t left, char ret_piece[4 * ESCAPE_BYTES + 1],
                         size_t *ret_step)
{
    int32_t codepoint = 0;
    size_t length = utf8_decode(text, left, &codepoint);

    *ret_step = length > 0 ? length : 1;
    if (length > 0 && !utf8_is_hostile(codepoint)) {
        memcpy(ret_piece, text, length);
        return length;
    }
    for (size_t i = 0; i < *ret_step; i++)
        snprintf(ret_piece + i * ESCAPE_BYTES, ESCAPE_BYTES + 1, "\\x%02x",
                 (unsigned)(unsigned char)text[i]);
    return *ret_step * ESCAPE_BYTES;
}

size_t escape_text(const char *bytes, size_t length, char *out, size_t size)
{
    size_t used = 0, fits = 0; /* up to `fits` there is space for the dots */

    for (size_t at = 0, step; at < length; at += step) {
        char piece[4 * ESCAPE_BYTES + 1];
        size_t piece_length = escape_one(bytes + at, length - at, piece, &step);

        if (used + piece_length >= size) {
            memcpy(out + fits, dots, DOTS_BYTES);
            used = fits + DOTS_BYTES;
            break;
        }
        memcpy(out + used, piece, piece_length);
        used += piece_length;
        if (used + DOTS_BYTES < size)
            fits = used;
    }
    out[used] = '\0';
    return used;
}
