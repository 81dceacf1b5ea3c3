/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/escape.h"

#include "base/utf8.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect(const char *text, size_t length, const char *escaped)
{
    char out[256];
    size_t written = escape_text(text, length, out, sizeof(out));

    cr_expect_str_eq(out, escaped, "'%s' and not '%s'", out, escaped);
    cr_expect_eq(written, strlen(out));
}

#define EXPECT(text, escaped) expect(text, sizeof(text) - 1, escaped)

Test(escape, ordinary_text_stays_as_it_is)
{
    EXPECT("", "");
    EXPECT("plain \"text\" \\ ~", "plain \"text\" \\ ~");
    EXPECT("Ünïcödé 聊天室 🙂 \U0010ffff", "Ünïcödé 聊天室 🙂 \U0010ffff");
    EXPECT("\u00a0\u2027\u202f\u2065\u206a", "\u00a0\u2027\u202f\u2065\u206a");
}

Test(escape, control_characters_are_written_out)
{
    EXPECT("a\nb\tc\r\x1b[31m\x7f", "a\\x0ab\\x09c\\x0d\\x1b[31m\\x7f");
    EXPECT("a\0b", "a\\x00b");
    EXPECT("\xc2\x80\xc2\x9b", "\\xc2\\x80\\xc2\\x9b");
}

Test(escape, bidirectional_controls_are_written_out)
{
    EXPECT("\u202a\u202e", "\\xe2\\x80\\xaa\\xe2\\x80\\xae");
    EXPECT("\u2066\u2069", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
    EXPECT("\u200e\u200f\u061c", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xd8\\x9c");
    EXPECT("\u2028\u2029", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
}

Test(escape, bytes_that_are_not_utf_8_are_written_out_one_by_one)
{
    EXPECT("caf\xe9", "caf\\xe9");
    EXPECT("\xff\xfe", "\\xff\\xfe");
    EXPECT("\xc0\x80", "\\xc0\\x80");                   /* a second form of NUL */
    EXPECT("\xe0\x80\xaf", "\\xe0\\x80\\xaf");          /* and of the slash */
    EXPECT("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    EXPECT("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond the last code point */
    EXPECT("\xe8\x81", "\\xe8\\x81");                   /* the end is missing */
    EXPECT("\xe8\x81z\xe8\x81\x8a", "\\xe8\\x81z\xe8\x81\x8a");
}

Test(escape, noncharacters_are_characters)
{
    EXPECT("\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90", "\xef\xbf\xbe\xef\xbf\xbf\xef\xb7\x90");
}

Test(escape, json_gets_the_same_characters_in_its_own_form)
{
    static const struct {
        const char *json, *escaped;
    } cases[] = {{"", ""},
                 {"{\"k\":\"\\u001b 聊 \\\\\"}", "{\"k\":\"\\u001b 聊 \\\\\"}"},
                 {"\n\x1b\x7f", "\\u000a\\u001b\\u007f"},
                 {"\xc2\x80\xc2\x9f\xc2\xa0", "\\u0080\\u009f\xc2\xa0"},
                 {"\u2029\u202a\u202e\u202f", "\\u2029\\u202a\\u202e\u202f"},
                 {"\u2065\u2066\u2069\u206a", "\u2065\\u2066\\u2069\u206a"},
                 {"\xff\xed\xa0\x80", "\ufffd\ufffd\ufffd\ufffd"},
                 {"\xf4\x8f\xbf\xbf\xe2\x80", "\xf4\x8f\xbf\xbf\ufffd\ufffd"}};
    char out[128];

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        cr_expect_eq(escape_json(cases[i].json, strlen(cases[i].json), out, sizeof(out)),
                     strlen(cases[i].escaped));
        cr_expect_str_eq(out, cases[i].escaped, "%s", out);
    }
    cr_expect_eq(escape_json("\0", 1, out, sizeof(out)), 6);
    cr_expect_eq(escape_json("\n\n", 2, out, 2 * ESCAPE_JSON_BYTES + 1), 12);
    escape_json("\n\n", 2, out, 2 * ESCAPE_JSON_BYTES);
    cr_expect_str_eq(out, "\\u000a...");
}

Test(escape, text_that_does_not_fit_is_cut_between_two_characters)
{
    char out[64];

    for (size_t size = 4; size < 32; size++) {
        size_t length = escape_text("聊\x1b天室ab", 12, out, size);

        cr_expect_lt(length, size);
        cr_expect_eq(length, strlen(out));
        if (size > 15)
            cr_expect_str_eq(out, "聊\\x1b天室ab", "size %zu: %s", size, out);
        else
            cr_expect_str_eq(out + length - 3, "...", "size %zu: %s", size, out);
    }
    escape_text("聊天室", 9, out, 10);
    cr_expect_str_eq(out, "聊天室");
    escape_text("聊天室", 9, out, 9);
    cr_expect_str_eq(out, "聊...");
    escape_text("\x1b\x1b", 2, out, 8);
    cr_expect_str_eq(out, "\\x1b...");
    escape_text("abcd", 4, out, 4);
    cr_expect_str_eq(out, "...");
}

static void expect_harmless(const char *text, size_t length)
{
    int32_t codepoint = 0;

    for (size_t at = 0, step; at < length; at += step) {
        step = utf8_decode(text + at, length - at, &codepoint);
        cr_assert_gt(step, 0, "valid UTF-8 comes out: '%s'", text);
        cr_assert_not(utf8_is_hostile(codepoint), "U+%04x in '%s'", (unsigned)codepoint, text);
    }
}

Test(escape, whatever_comes_in_only_harmless_text_comes_out)
{
    /* Bytes that begin, continue and end characters and sequences are likely. */
    static const unsigned char likely[] = {0x1b, '[',  0x9b, 0xc2, 0x80, 0xe2, 0xae,
                                           0x81, 0xa6, 0xf0, 0x9f, 0xed, 0xa0, 0xef,
                                           0xbf, 0xbe, 0xf4, 0x90, 0x7f, 'a'};

    srand(12);
    for (int round = 0; round < 20000; round++) {
        char text[48], out[sizeof(text) * ESCAPE_JSON_BYTES + 1];
        size_t length = (size_t)rand() % sizeof(text),
               size = 4 + (size_t)rand() % (sizeof(out) - 3);

        for (size_t i = 0; i < length; i++)
            text[i] = (char)(rand() % 3 == 0 ? (unsigned char)rand()
                                             : likely[(size_t)rand() % sizeof(likely)]);
        expect_harmless(out, escape_text(text, length, out, size));
        expect_harmless(out, escape_json(text, length, out, size));
    }
}
