/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table of RFC 3629, section 4, as arithmetic. */
#include "base/utf8.h"

/* 0 if no character begins with this byte; 0xc0 and 0xc1 would begin overlong forms of ASCII. */
static size_t character_length(uint8_t first)
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

static bool is_continuation(char byte)
{
    return ((uint8_t)byte & 0xc0) == 0x80;
}

size_t utf8_decode(const char *bytes, size_t length, int32_t *ret_codepoint)
{
    static const int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = length > 0 ? (uint8_t)bytes[0] : 0xff;
    size_t size = character_length(first);
    int32_t codepoint = size == 1 ? first : first & (0xff >> (size + 1));

    if (size == 0 || size > length)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if (!is_continuation(bytes[i]))
            return 0;
        codepoint = codepoint << 6 | (bytes[i] & 0x3f);
    }
    if (codepoint < least[size] || codepoint > 0x10ffff ||
        (codepoint >= 0xd800 && codepoint <= 0xdfff))
        return 0;
    *ret_codepoint = codepoint;
    return size;
}

bool utf8_is_hostile(int32_t codepoint)
{
    static const struct {
        int32_t first, last;
    } ranges[] = {{0, 0x1f},        {0x7f, 0x9f},     {0x61c, 0x61c},  {0x200e, 0x200f},
                  {0x2028, 0x2029}, {0x202a, 0x202e}, {0x2066, 0x2069}};

    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++) {
        if (codepoint >= ranges[i].first && codepoint <= ranges[i].last)
            return true;
    }
    return false;
}

size_t utf8_cut(const char *text, size_t length)
{
    while (length > 0 && is_continuation(text[length]))
        length--;
    return length;
}
