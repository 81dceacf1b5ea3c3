/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Messages without an acknowledgement, and how they are shown. */
#include "room/screen/pending.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static struct pending pending;

static void add(uint32_t number, const char *text)
{
    cr_assert_eq(pending_add(&pending, number, false, text, strlen(text)), STATUS_OK);
}

static void expect_notes(size_t columns, size_t most, const char *expected)
{
    struct buffer all = {0};

    for (size_t i = 0; pending_note(&pending, i, most, "alice", "sending", columns, &all); i++)
        buffer_add(&all, "|", 1);
    buffer_add(&all, "", 1);
    cr_expect_str_eq(all.at, expected);
    buffer_done(&all);
}

static void close_pending(void)
{
    pending_done(&pending);
}

TestSuite(pending, .fini = close_pending);

Test(pending, an_entry_with_an_outcome_is_removed)
{
    add(1, "one");
    add(2, "two");
    add(3, "three");
    cr_expect_str_eq(pending_find(&pending, 2)->text, "two");
    pending_remove(&pending, 2);
    cr_expect_null(pending_find(&pending, 2));
    cr_expect_str_eq(pending_find(&pending, 3)->text, "three");
    pending_remove(&pending, 7);
    pending_remove(&pending, 0);
    cr_expect_eq(pending.count, 2);
}

Test(pending, the_list_has_an_end)
{
    for (uint32_t i = 1; i <= CLIENT_PENDING_MAX; i++)
        add(i, "x");
    cr_expect_eq(pending_add(&pending, 1000, false, "x", 1), STATUS_FULL);
}

Test(pending, each_is_shown_where_its_line_will_be)
{
    expect_notes(80, 4, "");
    add(1, "hello");
    expect_notes(80, 4, "  …   alice: hello (sending)|");
    cr_assert_eq(pending_add(&pending, 2, true, "bob", 3), STATUS_OK);
    expect_notes(80, 4, "  …   alice: hello (sending)|  …   /name bob (sending)|");
}

Test(pending, the_text_is_cut_not_the_word)
{
    add(1, "a text that is too long");
    expect_notes(30, 4, "  …   alice: a text… (sending)|");
    add(2, "\x1b[2J");
    pending_remove(&pending, 1);
    expect_notes(80, 4, "  …   alice: \\x1b[2J (sending)|");
    expect_notes(3, 4, "… (sending)|");
}

Test(pending, many_are_a_number)
{
    for (uint32_t i = 1; i <= 6; i++)
        add(i, "x");
    expect_notes(80, 2, "  …   alice: x (sending)|  …   and 5 more (sending)|");
}
