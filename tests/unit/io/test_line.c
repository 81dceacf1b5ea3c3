/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Bytes become the same lines in whatever pieces they come. */
#include "io/line.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define MAX 8

/* The calls of the sink as text: "[line]" for a line, "!" for one that was too long. */
static char got[4096];
static size_t got_length;
static unsigned stop_after; /* 0 = never */
static unsigned lines;
static struct line line;
static char buffer[LINE_BUFFER_BYTES(MAX)];

static void record(const char *bytes, size_t length)
{
    memcpy(got + got_length, bytes, length);
    got_length += length;
    got[got_length] = '\0';
}

static bool on_line(void *ctx, const char *bytes, size_t length)
{
    (void)ctx;
    record("[", 1);
    record(bytes, length);
    record("]", 1);
    return ++lines != stop_after;
}

static void on_too_long(void *ctx)
{
    (void)ctx;
    record("!", 1);
}

static void set_up(void)
{
    struct line_sink sink = {.line = on_line, .too_long = on_too_long};

    line_init(&line, buffer, MAX, &sink);
    got_length = 0;
    got[0] = '\0';
    lines = 0;
    stop_after = 0;
}

TestSuite(line, .init = set_up);

static size_t feed(const char *text)
{
    return line_feed(&line, text, strlen(text));
}

Test(line, no_bytes_make_no_line)
{
    cr_assert_eq(line_feed(&line, "", 0), 0);
    line_end(&line);
    cr_assert_str_eq(got, "");
}

Test(line, a_newline_ends_a_line)
{
    cr_assert_eq(feed("a\nb\n\nc"), 6);
    cr_assert_str_eq(got, "[a][b][]");
}

Test(line, a_carriage_return_belongs_to_the_line_ending_only_before_a_newline)
{
    feed("a\r\nb\rc\r\r\n\r\n");
    cr_assert_str_eq(got, "[a][b\rc\r][]");
}

Test(line, bytes_without_a_newline_at_the_end_are_the_last_line)
{
    feed("a\nlast");
    line_end(&line);
    cr_assert_str_eq(got, "[a][last]");
}

Test(line, the_end_after_a_newline_adds_no_line)
{
    feed("a\n");
    line_end(&line);
    line_end(&line);
    cr_assert_str_eq(got, "[a]");
}

Test(line, a_line_at_the_limit_is_taken)
{
    feed("12345678\n12345678\r\n");
    cr_assert_str_eq(got, "[12345678][12345678]");
}

Test(line, a_line_one_byte_over_the_limit_is_dropped_whole)
{
    feed("123456789\nb\n123456789\r\nc\n");
    cr_assert_str_eq(got, "![b]![c]");
}

Test(line, a_line_far_over_the_limit_is_reported_once)
{
    for (int i = 0; i < 1000; i++)
        feed("1234567");
    feed("\nb\n");
    cr_assert_str_eq(got, "![b]");
}

Test(line, a_carriage_return_beyond_the_limit_that_ends_no_line_makes_it_too_long)
{
    feed("12345678\rx\nb\n");
    feed("12345678\r\r\nc\n");
    cr_assert_str_eq(got, "![b]![c]");
}

Test(line, a_line_that_is_too_long_at_the_end_is_not_delivered)
{
    feed("123456789");
    line_end(&line);
    cr_assert_str_eq(got, "!");
    set_up();
    feed("12345678\r");
    line_end(&line);
    cr_assert_str_eq(got, "!");
    feed("b\n");
    cr_assert_str_eq(got, "![b]");
}

Test(line, zero_bytes_are_kept)
{
    static const char input[] = "a\0b\n\0\n";

    line_feed(&line, input, sizeof(input) - 1);
    cr_assert_eq(got_length, 8);
    cr_assert_arr_eq(got, "[a\0b][\0]", 8);
}

Test(line, a_sink_that_returns_false_leaves_the_rest_to_the_caller)
{
    stop_after = 2;
    cr_assert_eq(feed("a\nb\nc\nd"), 4);
    cr_assert_str_eq(got, "[a][b]");
    cr_assert_eq(feed("c\nd"), 3);
    cr_assert_str_eq(got, "[a][b][c]");
}

/* Every way to cut the input into three, and all single bytes. */
Test(line, all_pieces_of_an_input_give_the_same_lines)
{
    static const char input[] =
        "ab\r\n\n12345678\r\n12345678\n123456789\r\nx\0y\n12345678\r\r\n\r\nlast\r";
    size_t length = sizeof(input) - 1;
    char expected[sizeof(got)];
    size_t expected_length;

    line_feed(&line, input, length);
    line_end(&line);
    expected_length = got_length;
    memcpy(expected, got, got_length);
    cr_assert_gt(expected_length, 40);
    for (size_t first = 0; first <= length; first++) {
        for (size_t second = first; second <= length; second++) {
            set_up();
            cr_assert_eq(line_feed(&line, input, first), first);
            cr_assert_eq(line_feed(&line, input + first, second - first), second - first);
            line_feed(&line, input + second, length - second);
            line_end(&line);
            cr_expect_eq(got_length, expected_length);
            cr_expect_arr_eq(got, expected, expected_length, "cut at %zu and %zu", first, second);
        }
    }
    set_up();
    for (size_t i = 0; i < length; i++)
        line_feed(&line, input + i, 1);
    line_end(&line);
    cr_assert_eq(got_length, expected_length);
    cr_assert_arr_eq(got, expected, expected_length);
}
