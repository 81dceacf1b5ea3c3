/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What reaches a terminal of text that strangers wrote. */
#include "room/sanitize.h"

#include "base/utf8.h"
#include "core/model/text.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

static void expect(const char *text, const char *expected)
{
    struct buffer out = {0};

    sanitize_add(&out, text, strlen(text));
    buffer_add(&out, "", 1);
    cr_expect_str_eq(out.at, expected);
    buffer_done(&out);
}

Test(sanitize, harmless_text_stays)
{
    expect("hello", "hello");
    expect("", "");
    expect("grüße 中文 👍 שלום", "grüße 中文 👍 שלום");
    expect("e\xcc\x81", "e\xcc\x81");
    expect("👨‍👩‍👧", "👨‍👩‍👧");
}

Test(sanitize, controls_are_shown_and_not_obeyed)
{
    expect("\x1b[2J", "\\x1b[2J");
    expect("\x1b]0;title\x07", "\\x1b]0;title\\x07");
    expect("a\rb\nc\td\be", "a\\x0db\\x0ac\\x09d\\x08e");
    expect("\x7f", "\\x7f");
    expect("\xc2\x9b"
           "2J",
           "\\xc2\\x9b2J");
    expect("\x9b"
           "2J",
           "\\x9b2J");
}

Test(sanitize, nothing_reorders_the_line)
{
    expect("a\xe2\x80\xae"
           "b",
           "a\\xe2\\x80\\xaeb");
    expect("a\xe2\x81\xa6"
           "b",
           "a\\xe2\\x81\\xa6b");
    expect("a\xe2\x80\x8f"
           "b",
           "a\\xe2\\x80\\x8f"
           "b");
    expect("a\xd8\x9c"
           "b",
           "a\\xd8\\x9c"
           "b");
    expect("a\xe2\x80\xa8"
           "b",
           "a\\xe2\\x80\\xa8"
           "b");
}

Test(sanitize, invalid_utf8_is_shown_byte_by_byte)
{
    expect("\xff", "\\xff");
    expect("\xc3", "\\xc3");
    expect("\xc0\x80", "\\xc0\\x80");
    expect("\xed\xa0\x80", "\\xed\\xa0\\x80");
    expect("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80");
    expect("\xe4\xb8", "\\xe4\\xb8");
    expect("\xf0\x9f\x92", "\\xf0\\x9f\\x92");
    expect("\xe0\x80\xaf", "\\xe0\\x80\\xaf");
    expect("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
}

Test(sanitize, what_is_behind_the_end_is_not_looked_at)
{
    struct buffer out = {0};

    sanitize_add(&out, "a\xe4\xb8\xad", 3);
    cr_expect_eq(out.length, strlen("a\\xe4\\xb8"));
    cr_expect_eq(memcmp(out.at, "a\\xe4\\xb8", out.length), 0);
    buffer_done(&out);
}

Test(sanitize, of_all_code_points_none_comes_out_that_a_terminal_would_obey)
{
    for (utf8proc_int32_t codepoint = 0; codepoint < 0x3000; codepoint++) {
        utf8proc_uint8_t text[4];
        utf8proc_ssize_t length = utf8proc_encode_char(codepoint, text);
        struct buffer out = {0};

        sanitize_add(&out, (const char *)text, (size_t)length);
        cr_expect_eq(utf8_is_hostile(codepoint),
                     out.length > 0 && out.at[0] == '\\' && codepoint != '\\', "U+%04x",
                     (unsigned)codepoint);
        buffer_done(&out);
    }
}

Test(sanitize, marks_need_a_base_character_and_are_not_many)
{
    char text[3 + 2 * 100], expected[256] = "x";
    size_t length = 1;

    expect("\xcc\x81", "\xe2\x97\x8c\xcc\x81");
    text[0] = 'x';
    for (int i = 0; i < 100; i++, length += 2)
        memcpy(text + length, "\xcc\x81", 2);
    text[length] = '\0';
    for (unsigned i = 0; i < SANITIZE_MARKS_MAX; i++)
        strcat(expected, "\xcc\x81");
    strcat(expected, "\xef\xbf\xbd");
    expect(text, expected);
}

Test(sanitize, in_text_that_is_counted_nothing_joins_characters)
{
    struct buffer out = {0};
    const char *text = "👨‍👩❤️";

    sanitize_add_plain(&out, text, strlen(text));
    cr_expect_eq(out.length, strlen("👨👩❤"));
    cr_expect_eq(memcmp(out.at, "👨👩❤", out.length), 0);
    cr_expect_eq(text_width(out.at, out.length), 5);
    buffer_done(&out);
}

Test(sanitize, text_is_cut_between_characters_and_behind_their_marks)
{
    const char *text = "a中e\xcc\x81z";

    cr_expect_eq(sanitize_cut(text, strlen(text), 0), 0);
    cr_expect_eq(sanitize_cut(text, strlen(text), 2), 1, "the wide one does not fit by half");
    cr_expect_eq(sanitize_cut(text, strlen(text), 3), 4);
    cr_expect_eq(sanitize_cut(text, strlen(text), 4), 7);
    cr_expect_eq(sanitize_cut(text, strlen(text), 100), 8);
    cr_expect_eq(sanitize_cut("", 0, 1), 0);
}

Test(sanitize, nothing_that_a_terminal_would_obey_is_left_of_random_bytes)
{
    /* Bytes that begin and end sequences are likely. */
    static const char pieces[][5] = {
        "\x1b", "[", "\x9b", "\xc2\x9b", "\xe2\x80\xae", "\xcc\x81", "中", "\xf0\x9f", "a",  "\a",
        "\r",   "]", "\xe2", "\xf4",     "\xe2\x80\x8d", "\x7f",     "👍", "\xc2",     "\n", "\\"};

    srand(11);
    for (int round = 0; round < 20000; round++) {
        char text[128];
        size_t length = 0, width = 0;
        struct buffer out = {0};
        unsigned marks = 0;

        while (length < 100) {
            const char *piece = pieces[(size_t)rand() % (sizeof(pieces) / sizeof(pieces[0]))];

            if (rand() % 3 == 0)
                text[length++] = (char)rand();
            memcpy(text + length, piece, strlen(piece));
            length += strlen(piece);
        }
        sanitize_add(&out, text, length);
        for (size_t at = 0; at < out.length;) {
            utf8proc_int32_t codepoint;
            utf8proc_ssize_t step =
                utf8proc_iterate((const utf8proc_uint8_t *)out.at + at,
                                 (utf8proc_ssize_t)(out.length - at), &codepoint);

            cr_assert_gt(step, 0, "valid UTF-8 comes out");
            cr_assert(!utf8_is_hostile(codepoint));
            marks = utf8proc_charwidth(codepoint) == 0 ? marks + 1 : 0;
            cr_assert_leq(marks, SANITIZE_MARKS_MAX);
            width += (size_t)utf8proc_charwidth(codepoint);
            at += (size_t)step;
        }
        cr_assert_eq(text_width(out.at, out.length), width);
        buffer_done(&out);
    }
}
