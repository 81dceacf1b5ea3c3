/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/utf8.h"
#include "core/model/text.h"
#include "support/dice.h"

#include <criterion/criterion.h>
#include <string.h>

#define BYTES(literal) literal, sizeof(literal) - 1

static void expect_clean(const char *in, const char *expected)
{
    char out[64];
    size_t length = text_clean(in, strlen(in), out);

    cr_expect(length == strlen(expected) && memcmp(out, expected, length) == 0,
              "'%s' became '%.*s'", in, (int)length, out);
}

Test(text, valid_utf8_is_accepted)
{
    cr_expect(text_is_utf8("", 0));
    cr_expect(text_is_utf8(BYTES("plain")));
    cr_expect(text_is_utf8(BYTES("聊天室 ： 😀")));
    cr_expect(text_is_utf8(BYTES("\0nul is a character")));
    cr_expect(text_is_utf8(BYTES("\xf4\x8f\xbf\xbf"))); /* U+10FFFF */
}

Test(text, what_is_not_utf8_is_refused)
{
    cr_expect_not(text_is_utf8(BYTES("\xff")));
    cr_expect_not(text_is_utf8(BYTES("a\x80")));
    cr_expect_not(text_is_utf8(BYTES("\xc0\xaf")), "overlong");
    cr_expect_not(text_is_utf8(BYTES("\xe0\x80\xaf")), "overlong");
    cr_expect_not(text_is_utf8(BYTES("\xed\xa0\x80")), "surrogate");
    cr_expect_not(text_is_utf8(BYTES("\xf4\x90\x80\x80")), "above U+10FFFF");
    cr_expect_not(text_is_utf8(BYTES("\xe8\x81")), "cut");
    cr_expect_not(text_is_utf8(BYTES("\xc4\xe3\xba\xc3")), "GBK");
}

Test(text, a_character_cut_at_the_end_of_the_buffer_is_not_read_beyond)
{
    char *cut = malloc(2);

    memcpy(cut, "\xe8\x81", 2);
    cr_expect_not(text_is_utf8(cut, 2));
    free(cut);
}

Test(text, what_could_steer_a_terminal_becomes_one_space_each)
{
    expect_clean("a\tb\nc\x7f"
                 "d",
                 "a b c d");
    expect_clean("\x1b[2J", " [2J");
    expect_clean("a\xc2\x80"
                 "b\xc2\x9f"
                 "c",
                 "a b c"); /* C1 */
    expect_clean("a\xe2\x80\xa8"
                 "b\xe2\x80\xa9"
                 "c",
                 "a b c"); /* U+2028, U+2029 */
    expect_clean("a\xe2\x80\xae"
                 "b\xe2\x81\xa6"
                 "c\xd8\x9c"
                 "d",
                 "a b c d"); /* U+202E, U+2066, U+061C */
    expect_clean("a\xe2\x80\x8e"
                 "b\xe2\x80\x8f"
                 "c",
                 "a b c"); /* U+200E, U+200F */
}

Test(text, everything_else_stays_byte_for_byte)
{
    expect_clean("  two  spaces  ", "  two  spaces  ");
    expect_clean("é e\xcc\x81 \xc2\xa0 👩\xe2\x80\x8d🚀", "é e\xcc\x81 \xc2\xa0 👩\xe2\x80\x8d🚀");
}

Test(text, folding_makes_the_ways_to_write_a_name_one)
{
    const char *const same[] = {"straße", "STRASSE", "ｓｔｒａｓｓｅ", "stra\xc2\xadsse"};
    char out[32];

    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        int length = text_fold(same[i], strlen(same[i]), out, sizeof(out));

        cr_expect(length == 7 && memcmp(out, "strasse", 7) == 0, "%s", same[i]);
    }
}

Test(text, folding_says_no_to_what_does_not_fit)
{
    char out[64], many[300];

    cr_expect_eq(text_fold("abc", 3, out, 3), 3);
    cr_expect_eq(text_fold("abc", 3, out, 2), -1);
    cr_expect_eq(text_fold("\xff", 1, out, sizeof(out)), -1);
    /* U+FDFA becomes 18 characters, of 33 bytes. */
    cr_expect_eq(text_fold("\xef\xb7\xba\xef\xb7\xba", 6, out, sizeof(out)), -1);
    memset(many, 'a', sizeof(many));
    cr_expect_eq(text_fold(many, sizeof(many), out, sizeof(out)), -1);
    for (size_t i = 0; i + 3 <= 255; i += 3)
        memcpy(many + i, "\xef\xb7\xba", 3);
    cr_expect_eq(text_fold(many, 255, out, sizeof(out)), -1);
}

Test(text, composing_keeps_case_and_width)
{
    char out[16];

    cr_expect_eq(text_compose("E\xcc\x81", 3, out, sizeof(out)), 2);
    cr_expect_eq(memcmp(out, "É", 2), 0);
    cr_expect_eq(text_compose("Ａ", 3, out, sizeof(out)), 3);
}

Test(text, width_is_counted_in_columns_of_a_terminal)
{
    cr_expect_eq(text_width("", 0), 0);
    cr_expect_eq(text_width(BYTES("alice")), 5);
    cr_expect_eq(text_width(BYTES("李雷")), 4);
    cr_expect_eq(text_width(BYTES("e\xcc\x81")), 1); /* a letter and a mark above it */
    cr_expect_eq(text_width(BYTES("a\xff\x62")), 1); /* an invalid byte ends it */
}

Test(text, what_is_not_utf8_is_repaired_byte_by_byte)
{
    const struct {
        const char *in;
        size_t length;
        const char *out;
    } cases[] = {{"", 0, ""},
                 {"hello", 5, "hello"},
                 {"\xff", 1, "\xef\xbf\xbd"},
                 {"a\xe6\x9d", 3, "a\xef\xbf\xbd\xef\xbf\xbd"},
                 {"\xe6\x9d\x8e\x8e", 4, "\xe6\x9d\x8e\xef\xbf\xbd"},
                 {"a\0b", 3,
                  "a\xef\xbf\xbd"
                  "b"}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char out[32];
        size_t taken, length = text_repair(cases[i].in, cases[i].length, out, sizeof(out), &taken);

        cr_expect(length == strlen(cases[i].out) && memcmp(out, cases[i].out, length) == 0,
                  "case %zu", i);
        cr_expect_eq(taken, cases[i].length);
    }
}

Test(text, a_repair_that_does_not_fit_cuts_no_character)
{
    char out[4];
    size_t taken;

    cr_expect_eq(text_repair("ab\xe6\x9d\x8e", 5, out, 4, &taken), 2);
    cr_expect_eq(taken, 2);
    cr_expect_eq(text_repair("a\xff", 2, out, 4, &taken), 4);
    cr_expect_eq(taken, 2);
    cr_expect_eq(text_repair("\xff\xff", 2, out, 4, &taken), 3);
    cr_expect_eq(taken, 1);
}

Test(text, characters_come_one_by_one)
{
    int32_t codepoint = 0;

    cr_expect_eq(text_next("\xe6\x9d\x8e", 3, &codepoint), 3);
    cr_expect_eq(codepoint, 0x674e);
    cr_expect_eq(text_next("\xe6\x9d\x8e", 2, &codepoint), 0);
    cr_expect_eq(text_next("", 0, &codepoint), 0);
    cr_expect(text_is_space(' ') && text_is_space(0x3000) && text_is_space(0xa0) &&
              text_is_space(0x2028));
    cr_expect_not(text_is_space('a') || text_is_space(0x200b));
}

/* ---- shortcuts for usual text ---- */

/* The same, character by character. */
static bool is_utf8_by_characters(const char *bytes, size_t length)
{
    int32_t codepoint;

    for (size_t at = 0, step; at < length; at += step) {
        step = text_next(bytes + at, length - at, &codepoint);
        if (step == 0)
            return false;
    }
    return true;
}

static size_t clean_by_characters(const char *bytes, size_t length, char *out)
{
    size_t written = 0;
    int32_t codepoint = 0;

    for (size_t at = 0, step; at < length; at += step) {
        step = text_next(bytes + at, length - at, &codepoint);
        memcpy(out + written, utf8_is_hostile(codepoint) ? " " : bytes + at,
               utf8_is_hostile(codepoint) ? 1 : step);
        written += utf8_is_hostile(codepoint) ? 1 : step;
    }
    return written;
}

static size_t put_codepoint(uint32_t codepoint, char *out)
{
    if (codepoint < 0x80) {
        out[0] = (char)codepoint;
        return 1;
    }
    if (codepoint < 0x800) {
        out[0] = (char)(0xc0U | codepoint >> 6);
        out[1] = (char)(0x80U | (codepoint & 0x3f));
        return 2;
    }
    if (codepoint < 0x10000) {
        out[0] = (char)(0xe0U | codepoint >> 12);
        out[1] = (char)(0x80U | (codepoint >> 6 & 0x3f));
        out[2] = (char)(0x80U | (codepoint & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0U | codepoint >> 18);
    out[1] = (char)(0x80U | (codepoint >> 12 & 0x3f));
    out[2] = (char)(0x80U | (codepoint >> 6 & 0x3f));
    out[3] = (char)(0x80U | (codepoint & 0x3f));
    return 4;
}

static void expect_no_difference(const char *bytes, size_t length)
{
    char shortly[256], slowly[256];
    size_t cleaned;

    cr_assert_eq(text_is_utf8(bytes, length), is_utf8_by_characters(bytes, length), "'%.*s'",
                 (int)length, bytes);
    if (!text_is_utf8(bytes, length))
        return;
    cleaned = text_clean(bytes, length, shortly);
    cr_assert_eq(cleaned, clean_by_characters(bytes, length, slowly), "'%.*s'", (int)length, bytes);
    cr_assert_arr_eq(shortly, slowly, cleaned, "'%.*s'", (int)length, bytes);
}

Test(text, each_character_is_judged_alike_alone_and_among_others)
{
    char bytes[64];

    /* Surrogates and the first number above the last code point included. */
    for (uint32_t codepoint = 0; codepoint <= 0x110000; codepoint++) {
        size_t length = put_codepoint(codepoint, bytes);

        expect_no_difference(bytes, length);
        for (size_t more = 0; more < 9; more++)
            bytes[length + more] = (char)('a' + more);
        expect_no_difference(bytes, length + 9);
    }
}

Test(text, every_two_bytes_among_ascii_are_judged_alike)
{
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        char bytes[] = "0123456789abcdef";

        bytes[5] = (char)(pair >> 8);
        bytes[6] = (char)(pair & 0xff);
        expect_no_difference(bytes, strlen("0123456789abcdef"));
    }
}

Test(text, whatever_is_mixed_is_judged_alike)
{
    static const uint32_t from[] = {0,      ' ',    'a',    0x80,   0x610,  0x2000,
                                    0x2060, 0x4e00, 0xd000, 0xff00, 0x1f600};
    struct dice dice = {.state = 1};
    unsigned valid = 0;

    for (int round = 0; round < 20000; round++) {
        char bytes[256];
        size_t length = 0;

        for (uint32_t left = dice_below(&dice, 60); left > 0; left--) {
            uint32_t kind =
                dice_chance(&dice, 600) ? 2 : dice_below(&dice, sizeof(from) / sizeof(*from));

            length += put_codepoint(from[kind] + dice_below(&dice, kind == 2 ? 26 : 0x40),
                                    bytes + length);
        }
        if (length > 0 && dice_chance(&dice, 300))
            bytes[dice_below(&dice, (uint32_t)length)] = (char)dice_roll(&dice);
        if (length > 0 && dice_chance(&dice, 300))
            length--;
        valid += text_is_utf8(bytes, length) ? 1 : 0;
        expect_no_difference(bytes, length);
    }
    cr_expect(valid > 5000 && valid < 19000, "%u of 20000 are valid", valid);
}
