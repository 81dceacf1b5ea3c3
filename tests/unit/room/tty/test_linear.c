/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A terminal that only moves forwards. */
#include "room/tty/linear.h"

#include <criterion/criterion.h>
#include <string.h>

static struct linear linear;
static struct buffer out;

static void show(const char *line, bool asked)
{
    linear_show(&linear, "> ", 2, line, strlen(line), asked, 20, &out);
}

static void expect(const char *expected)
{
    buffer_add(&out, "", 1);
    cr_expect_str_eq(out.at, expected);
    out.length = 0;
}

static void close_linear(void)
{
    linear_done(&linear);
    buffer_done(&out);
}

TestSuite(linear, .fini = close_linear);

Test(linear, nothing_is_written_before_something_is_typed)
{
    show("", false);
    expect("");
    show("", true);
    expect("> ");
}

Test(linear, typed_characters_are_added)
{
    show("h", false);
    expect("> h");
    show("hi", false);
    expect("i");
    show("hi", false);
    expect("");
    show("hi中", false);
    expect("中");
}

Test(linear, erased_characters_are_taken_back_with_backspaces)
{
    show("hi中", false);
    out.length = 0;
    show("hi", false);
    expect("\b \b\b \b");
    show("ho", false);
    expect("\b \bo");
}

Test(linear, other_changes_write_the_line_again)
{
    show("12345678901234567890", false);
    out.length = 0;
    show("1234567890", false);
    expect("\r\n> 1234567890");
    show("x1234567890", false);
    expect("\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \b\b \bx1234567890");
    show("e\xcc\x81", false);
    out.length = 0;
    show("e", false);
    expect("\r\n> e");
}

Test(linear, other_text_gets_a_line_of_its_own)
{
    show("half", false);
    out.length = 0;
    linear_end(&linear, &out);
    linear_end(&linear, &out);
    buffer_add(&out, "bob: hi\r\n", 9);
    show("half", false);
    expect("\r\nbob: hi\r\n> half");
}
