/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "conf/value.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static void expect_value(const char *text, const char *value)
{
    char got[VALUE_MAX_BYTES + 1] = "untouched", why[VALUE_WHY_BYTES] = "";

    cr_expect_eq(value_parse(text, got, why), 0, "\"%s\" is refused: %s", text, why);
    cr_expect_str_eq(got, value, "\"%s\" gives \"%s\"", text, got);
}

static void expect_refused(const char *text, int status, const char *why_part)
{
    char got[VALUE_MAX_BYTES + 1] = "untouched", why[VALUE_WHY_BYTES] = "";

    cr_expect_eq(value_parse(text, got, why), status, "\"%s\" gives \"%s\"", text, got);
    cr_expect(strstr(why, why_part) != NULL, "\"%s\": %s", text, why);
    cr_expect_str_eq(got, "untouched");
}

Test(value, outer_spaces_are_dropped_without_quotes)
{
    expect_value("", "");
    expect_value(" \t ", "");
    expect_value("x", "x");
    expect_value(" \t two  words \t", "two  words");
}

Test(value, a_semicolon_begins_a_comment_only_after_a_space)
{
    expect_value(" a ; b", "a");
    expect_value(" a\t; b", "a");
    expect_value(" a;b", "a;b");
    expect_value(" ; all of it", "");
    expect_value(";not at the very front", ";not at the very front");
    expect_value(" a # b", "a # b");
}

Test(value, quotes_keep_spaces_and_semicolons)
{
    expect_value(" \"  a ; b  \" ", "  a ; b  ");
    expect_value("\"\"", "");
    expect_value("\"a\" ; a comment", "a");
    expect_value("\"a\"; a comment", "a");
    expect_value(" say \"hi\"", "say \"hi\"");
}

Test(value, quotes_have_three_escapes)
{
    expect_value("\"a\\nb\\\\c\\\"d\"", "a\nb\\c\"d");
    expect_value("a\\nb", "a\\nb");
    expect_refused("\"a\\tb\"", STATUS_INVALID, "a backslash begins one of");
    expect_refused("\"a\\", STATUS_INVALID, "a backslash begins one of");
}

Test(value, an_open_quote_is_refused)
{
    expect_refused("\"", STATUS_INVALID, "the closing quote is missing");
    expect_refused("\"a", STATUS_INVALID, "the closing quote is missing");
    expect_refused("\"a\\\"", STATUS_INVALID, "the closing quote is missing");
}

Test(value, junk_behind_the_closing_quote_is_refused)
{
    expect_refused("\"a\" b", STATUS_INVALID, "only a comment");
    expect_refused("\"a\"\"b\"", STATUS_INVALID, "only a comment");
    expect_refused("\"a\" # b", STATUS_INVALID, "only a comment");
}

Test(value, control_characters_are_refused)
{
    expect_refused("a\x1b[31m", STATUS_INVALID, "a control character");
    expect_refused("a\x7f", STATUS_INVALID, "a control character");
    expect_refused("a\nb", STATUS_INVALID, "a control character");
    expect_refused("\"a\x01\"", STATUS_INVALID, "a control character");
    expect_value("a\tb", "a\tb");
}

Test(value, bytes_that_are_not_utf8_are_refused_but_in_a_comment)
{
    expect_value("姓名", "姓名");
    expect_refused("\xff", STATUS_NOT_UTF8, "UTF-8");
    expect_refused("\"\xe5\xa7\"", STATUS_NOT_UTF8, "UTF-8");
    expect_refused("\xc0\xaf", STATUS_NOT_UTF8, "UTF-8");
    expect_value("x ; caf\xe9", "x");
}

Test(value, a_value_may_be_as_long_as_a_line)
{
    char text[VALUE_MAX_BYTES + 2];

    memset(text, 'x', sizeof(text));
    text[VALUE_MAX_BYTES] = '\0';
    expect_value(text, text);
    text[VALUE_MAX_BYTES] = 'x';
    text[VALUE_MAX_BYTES + 1] = '\0';
    expect_refused(text, STATUS_TOO_LONG, "4096");
}

Test(value, a_written_value_is_read_back)
{
    static const char *const values[] = {"",        "a",     "two words", " a",   "a ",     "\ta",
                                         "a ; b",   "a;b",   ";a",        "\"",   "a\"b\"", "\\",
                                         "a\nb\\n", "姓 名", "\"a\"",     "a\t;", " ",      "#"};

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        char written[VALUE_WRITTEN_BYTES(16)], line[sizeof(written) + 1];

        snprintf(line, sizeof(line), " %s", value_write(values[i], written));
        expect_value(line, values[i]);
    }
}

Test(value, quotes_are_written_only_where_they_are_needed)
{
    char out[VALUE_WRITTEN_BYTES(16)];

    cr_expect_str_eq(value_write("a;b \"c\" \\", out), "a;b \"c\" \\");
    cr_expect_str_eq(value_write(" a", out), "\" a\"");
    cr_expect_str_eq(value_write("a ;\n", out), "\"a ;\\n\"");
}

Test(value, a_switch_is_one_of_eight_words)
{
    bool on = false;

    for (size_t i = 0; i < 4; i++) {
        cr_expect(value_switch(((const char *[]){"yes", "true", "On", "1"})[i], &on) && on);
        cr_expect(value_switch(((const char *[]){"no", "FALSE", "off", "0"})[i], &on) && !on);
    }
    cr_expect_not(value_switch("", &on));
    cr_expect_not(value_switch("y", &on));
    cr_expect_not(value_switch("yes please", &on));
    cr_expect_not(value_switch("2", &on));
}

Test(value, a_number_is_decimal_digits_up_to_its_maximum)
{
    uint64_t number = 7;

    cr_expect(value_number("0", 10, &number) && number == 0);
    cr_expect(value_number("010", 10, &number) && number == 10);
    cr_expect(value_number("18446744073709551615", UINT64_MAX, &number) && number == UINT64_MAX);
    for (size_t i = 0; i < 10; i++) {
        static const char *const wrong[] = {"",
                                            "-1",
                                            "+1",
                                            "11",
                                            "1 ",
                                            " 1",
                                            "0x1",
                                            "1e1",
                                            "18446744073709551616",
                                            "99999999999999999999999999"};

        number = 7;
        cr_expect_not(value_number(wrong[i], 10, &number), "%s", wrong[i]);
        cr_expect_eq(number, 7);
    }
    cr_expect_not(value_number("18446744073709551616", UINT64_MAX, &number));
}

Test(value, a_size_takes_a_unit)
{
    static const struct {
        const char *text;
        uint64_t bytes;
    } rows[] = {
        {"0", 0},           {"65536", 65536},        {"64K", 65536},       {"64 KiB", 65536},
        {"64\tkib", 65536}, {"16M", 16777216},       {"16 MiB", 16777216}, {"1 GiB", 1073741824},
        {"1g", 1073741824}, {"1024 MiB", 1073741824}};
    static const char *const wrong[] = {"",
                                        "MiB",
                                        "-1",
                                        "1 T",
                                        "1 MB",
                                        "1.5 MiB",
                                        "16 MiB x",
                                        "2 GiB",
                                        "1073741825",
                                        "18014398509481984K",
                                        "99999999999999999999"};
    uint64_t bytes;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        cr_expect(value_size(rows[i].text, 1073741824, &bytes) && bytes == rows[i].bytes, "%s",
                  rows[i].text);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        cr_expect_not(value_size(wrong[i], 1073741824, &bytes), "%s", wrong[i]);
}

Test(value, a_size_is_written_with_the_largest_unit_that_divides_it)
{
    char out[VALUE_SIZE_BYTES];

    cr_expect_str_eq(value_write_size(0, out), "0");
    cr_expect_str_eq(value_write_size(1000, out), "1000");
    cr_expect_str_eq(value_write_size(65536, out), "64 KiB");
    cr_expect_str_eq(value_write_size(16777216, out), "16 MiB");
    cr_expect_str_eq(value_write_size(UINT64_C(2048) << 30, out), "2048 GiB");
}

Test(value, a_time_is_written_with_the_largest_unit_that_divides_it_but_a_day_in_hours)
{
    static const struct {
        const char *text;
        uint32_t seconds;
    } rows[] = {{"0", 0},        {"61s", 61},    {"90m", 5400},  {"24h", 86400},
                {"36h", 129600}, {"2d", 172800}, {"7d", 604800}, {"3650d", 315360000}};
    char out[VALUE_DURATION_BYTES];
    uint32_t seconds;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        cr_expect_str_eq(value_write_duration(rows[i].seconds, out), rows[i].text);
        cr_expect(value_duration(rows[i].text, 315360000, &seconds));
        cr_expect_eq(seconds, rows[i].seconds);
    }
    cr_expect_not(value_duration("1d", 86399, &seconds));
    cr_expect_not(value_duration("1", 86400, &seconds));
    cr_expect_not(value_duration("1dd", 86400, &seconds));
}
