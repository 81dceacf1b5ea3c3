/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines for a user with the text of others in them. */
#include "base/safe_line.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static char *written;
static size_t written_length;
static FILE *out;

static void open_output(void)
{
    out = open_memstream(&written, &written_length);
    cr_assert_not_null(out);
}

static void close_output(void)
{
    fclose(out);
    free(written);
}

TestSuite(safe_line, .init = open_output, .fini = close_output);

static void expect(const char *expected)
{
    fflush(out);
    cr_expect_eq(written_length, strlen(expected));
    cr_expect_str_eq(written, expected, "%s", written);
}

Test(safe_line, a_text_is_one_line)
{
    safe_line_print(out, "room: %s: %d", "the reason", 7);
    safe_line_print(out, "%s", "");
    expect("room: the reason: 7\n\n");
}

Test(safe_line, nothing_in_a_text_is_obeyed)
{
    safe_line_print(out, "room: %s",
                    "a\nb\r\x1b[2J\x7f\xc2\x9b"
                    "2J\xe2\x80\xae\xe2\x81\xa6\x9b\xe2\x80");
    expect("room: a\\x0ab\\x0d\\x1b[2J\\x7f\\xc2\\x9b2J\\xe2\\x80\\xae\\xe2\\x81\\xa6\\x9b\\xe2"
           "\\x80\n");
}

Test(safe_line, any_bytes_are_a_line)
{
    safe_line_write(out, "room: ", "a\0b\n", 4);
    safe_line_write(out, "", "", 0);
    expect("room: a\\x00b\\x0a\n\n");
}

Test(safe_line, a_line_of_json_stays_json)
{
    static const char object[] = "{\"k\":\"\\u001b\x1b\xc2\x9b\xe2\x80\xae\n\xff 聊\"}";

    safe_line_write_json(out, object, strlen(object));
    expect("{\"k\":\"\\u001b\\u001b\\u009b\\u202e\\u000a\xef\xbf\xbd 聊\"}\n");
}

Test(safe_line, the_longest_text_is_written_whole_and_a_longer_one_is_cut)
{
    static char text[SAFE_LINE_MAX_BYTES + 2];

    memset(text, '\n', SAFE_LINE_MAX_BYTES);
    safe_line_print(out, "%s", text);
    safe_line_write_json(out, text, SAFE_LINE_MAX_BYTES);
    fflush(out);
    cr_expect_eq(written_length, (size_t)SAFE_LINE_MAX_BYTES * (4 + 6) + 2);
    memset(text, 'x', SAFE_LINE_MAX_BYTES + 1);
    safe_line_print(out, "%s", text);
    fflush(out);
    cr_expect_str_eq(written + written_length - 5, "x...\n");
}
