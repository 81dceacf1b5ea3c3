/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Escapes one character at a time, in one of two forms. */
#include "base/escape.h"

#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

static const char dots[] = "...";

#define DOTS_BYTES (sizeof(dots) - 1)

/* U+FFFD. */
static const char replacement[] = "\xef\xbf\xbd";

/* The longest form of a character: "\xNN" for each of four bytes. */
#define PIECE_BYTES (4 * ESCAPE_BYTES + 1)

/*
 * Writes the form of `length` bytes that may not stay: a character, or with `codepoint` -1 a byte
 * that is part of none. Returns its length.
 */
typedef size_t escape_form(const char *text, size_t length, int32_t codepoint,
                           char ret_piece[PIECE_BYTES]);

static size_t form_text(const char *text, size_t length, int32_t codepoint,
                        char ret_piece[PIECE_BYTES])
{
    (void)codepoint;
    for (size_t i = 0; i < length; i++)
        snprintf(ret_piece + i * ESCAPE_BYTES, ESCAPE_BYTES + 1, "\\x%02x",
                 (unsigned)(unsigned char)text[i]);
    return length * ESCAPE_BYTES;
}

/* All hostile characters are below U+10000, so four digits suffice. */
static size_t form_json(const char *text, size_t length, int32_t codepoint,
                        char ret_piece[PIECE_BYTES])
{
    (void)text;
    (void)length;
    return (size_t)(codepoint < 0
                        ? snprintf(ret_piece, PIECE_BYTES, "%s", replacement)
                        : snprintf(ret_piece, PIECE_BYTES, "\\u%04x", (unsigned)codepoint));
}

/*
 * Writes the safe form of the character at `text` and returns its length; `ret_step` is the length
 * of the character itself.
 */
static size_t escape_one(escape_form *form, const char *text, size_t left,
                         char ret_piece[PIECE_BYTES], size_t *ret_step)
{
    int32_t codepoint = -1;
    size_t length = utf8_decode(text, left, &codepoint);

    *ret_step = length > 0 ? length : 1;
    if (length > 0 && !utf8_is_hostile(codepoint)) {
        memcpy(ret_piece, text, length);
        return length;
    }
    return form(text, *ret_step, codepoint, ret_piece);
}

static size_t escape_all(escape_form *form, const char *bytes, size_t length, char *out,
                         size_t size)
{
    size_t used = 0, fits = 0; /* up to `fits` there is space for the dots */

    for (size_t at = 0, step; at < length; at += step) {
        char piece[PIECE_BYTES];
        size_t piece_length = escape_one(form, bytes + at, length - at, piece, &step);

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

size_t escape_text(const char *bytes, size_t length, char *out, size_t size)
{
    return escape_all(form_text, bytes, length, out, size);
}

size_t escape_json(const char *bytes, size_t length, char *out, size_t size)
{
    return escape_all(form_json, bytes, length, out, size);
}
