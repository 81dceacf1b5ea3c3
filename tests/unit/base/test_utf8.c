/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/utf8.h"

#include <criterion/criterion.h>

static void expect(const char *bytes, size_t length, size_t size, int32_t codepoint)
{
    int32_t decoded = -1;

    cr_expect_eq(utf8_decode(bytes, length, &decoded), size, "'%s'", bytes);
    cr_expect_eq(decoded, codepoint, "'%s'", bytes);
}

Test(utf8, a_character_is_as_long_as_its_first_byte_says)
{
    expect("a", 1, 1, 'a');
    expect("\0", 1, 1, 0);
    expect("\xc2\x80", 2, 2, 0x80);
    expect("\u07ffz", 3, 2, 0x7ff);
    expect("\u0800", 3, 3, 0x800);
    expect("聊天", 6, 3, 0x804a);
    expect("\U00010000", 4, 4, 0x10000);
    expect("\U0010ffff", 4, 4, 0x10ffff);
}

Test(utf8, invalid_bytes_have_no_length)
{
    expect("", 0, 0, -1);
    expect("\x80", 1, 0, -1);
    expect("\xc1\x81", 2, 0, -1);         /* overlong */
    expect("\xe0\x9f\xbf", 3, 0, -1);     /* overlong */
    expect("\xf0\x8f\xbf\xbf", 4, 0, -1); /* overlong */
    expect("\xed\xa0\x80", 3, 0, -1);     /* a surrogate */
    expect("\xf4\x90\x80\x80", 4, 0, -1); /* beyond the last code point */
    expect("\xf5\x80\x80\x80", 4, 0, -1);
    expect("\xe8\x81", 2, 0, -1); /* cut off */
    expect("\xe8z\x8a", 3, 0, -1);
}

Test(utf8, controls_separators_and_directions_are_hostile)
{
    static const int32_t hostile[] = {0,      0x1f,   0x7f,   0x9f,   0x61c, 0x200e,
                                      0x2028, 0x2029, 0x202e, 0x2066, 0x2069};
    static const int32_t harmless[] = {' ',    '~',    0xa0,   0x61b,  0x200d,
                                       0x2027, 0x202f, 0x2065, 0x206a, 0x10ffff};

    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++)
        cr_expect(utf8_is_hostile(hostile[i]), "U+%04x", (unsigned)hostile[i]);
    for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
        cr_expect_not(utf8_is_hostile(harmless[i]), "U+%04x", (unsigned)harmless[i]);
}

Test(utf8, of_the_first_code_points_exactly_these_are_hostile)
{
    for (int32_t codepoint = 0; codepoint < 0x3000; codepoint++) {
        bool control = codepoint < 0x20 || (codepoint >= 0x7f && codepoint <= 0x9f);
        bool separator = codepoint == 0x2028 || codepoint == 0x2029;
        bool direction = codepoint == 0x61c || codepoint == 0x200e || codepoint == 0x200f ||
                         (codepoint >= 0x202a && codepoint <= 0x202e) ||
                         (codepoint >= 0x2066 && codepoint <= 0x2069);

        cr_expect_eq(utf8_is_hostile(codepoint), control || separator || direction, "U+%04x",
                     (unsigned)codepoint);
    }
}

Test(utf8, a_cut_is_between_two_characters)
{
    cr_expect_eq(utf8_cut("abc", 2), 2);
    cr_expect_eq(utf8_cut("聊天", 3), 3);
    cr_expect_eq(utf8_cut("聊天", 4), 3);
    cr_expect_eq(utf8_cut("聊天", 5), 3);
    cr_expect_eq(utf8_cut("聊天", 2), 0);
    cr_expect_eq(utf8_cut("", 0), 0);
}
