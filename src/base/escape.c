/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* UTF-8 read by hand: this layer has no library for it, and needs to know little of it. */
#include "base/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char dots[] = "...";

#define DOTS_BYTES (sizeof(dots) - 1)

/* How long a character is that begins with this byte; 0 where none does. 0xc0 and 0xc1 would begin a second form of ASCII. */
static size_t character_length(unsigned char first)
{
    if (first < 0x80)
        return 1;
    if (first < 0xc2)
        return 0;
    if (first < 0xe0)
        return 2;
    if (first < 0xf0)
        return 3;
    return first < 0xf5 ? 4 : 0;
}

/* The length of the character at `text`, of which there are `left` bytes, 0 where there is no valid one. */
static size_t decode(const unsigned char *text, size_t left, uint32_t *ret_codepoint)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = character_length(text[0]);
    uint32_t codepoint;

    if (length == 0 || length > left)
        return 0;
    codepoint = length == 1 ? text[0] : text[0] & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        codepoint = codepoint << 6 | (text[i] & 0x3fU);
    }
    if (codepoint < least[length] || codepoint > 0x10ffff || (codepoint >= 0xd800 && codepoint <= 0xdfff))
        return 0;
    *ret_codepoint = codepoint;
    return length;
}

/* The same as core's text_is_hostile, which this layer can't ask: a log must be safe whoever writes to it. */
static bool is_hostile(uint32_t codepoint)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},  {0x200e, 0x200f},
                  {0x2028, 0x2029}, {0x202a, 0x202e}, {0x2066, 0x2069}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (codepoint >= ranges[i].first && codepoint <= ranges[i].last)
            return true;
    }
    return false;
}

/* What is written for the character at `text`; `ret_step`: how many bytes that was. */
static size_t escape_one(const char *text, size_t left, char ret_piece[4 * ESCAPE_BYTES + 1], size_t *ret_step)
{
    uint32_t codepoint = 0;
    size_t length = decode((const unsigned char *)text, left, &codepoint);

    *ret_step = length > 0 ? length : 1;
    if (length > 0 && !is_hostile(codepoint)) {
        memcpy(ret_piece, text, length);
        return length;
    }
    for (size_t i = 0; i < *ret_step; i++)
        snprintf(ret_piece + i * ESCAPE_BYTES, ESCAPE_BYTES + 1, "\\x%02x", (unsigned)(unsigned char)text[i]);
    return *ret_step * ESCAPE_BYTES;
}

size_t escape_text(const char *bytes, size_t length, char *out, size_t size)
{
    size_t used = 0, fits = 0; /* up to `fits`, there is place for the dots */

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
