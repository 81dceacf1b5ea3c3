/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Which joins and exits share a line. */
#include "room/screen/screen_fold.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct screen_fold fold;
static int64_t now_ns;

static bool join(const char *name)
{
    return screen_fold_add(&fold, true, name, strlen(name), now_ns);
}

static bool leave(const char *name)
{
    return screen_fold_add(&fold, false, name, strlen(name), now_ns);
}

static void expect(const char *expected)
{
    struct buffer out = {0};

    while (screen_fold_take(&fold, &out))
        buffer_add(&out, ".", 1);
    buffer_add(&out, "", 1);
    cr_expect_str_eq(out.at, expected);
    buffer_done(&out);
    cr_expect(screen_fold_is_empty(&fold));
}

/* After one join, those that follow are held back. */
static void open_fold(void)
{
    cr_assert_not(join("first"));
}

TestSuite(screen_fold, .init = open_fold);

Test(screen_fold, in_a_quiet_room_nothing_is_held_back)
{
    now_ns += SCREEN_FOLD_WAIT_NS - 1;
    cr_expect(join("alice"));
    expect("alice joined.");
    now_ns += SCREEN_FOLD_WAIT_NS;
    cr_expect_not(join("bob"));
    expect("");
}

Test(screen_fold, a_few_are_told_by_name)
{
    join("alice");
    expect("alice joined.");
    join("alice");
    join("bob");
    expect("alice and bob joined.");
    join("alice");
    join("bob");
    join("carol");
    expect("alice, bob and carol joined.");
    join("alice");
    join("bob");
    join("carol");
    join("dave");
    expect("alice, bob and 2 others joined.");
}

Test(screen_fold, many_are_a_number)
{
    char name[16];

    for (int i = 0; i < 5000; i++) {
        snprintf(name, sizeof(name), "m%d", i);
        cr_assert(join(name));
    }
    expect("m0, m1 and 4998 others joined.");
}

Test(screen_fold, those_who_came_first_are_told_first)
{
    leave("alice");
    join("bob");
    leave("carol");
    expect("alice and carol left.bob joined.");
}

Test(screen_fold, a_member_that_is_back_is_no_news)
{
    join("alice");
    leave("bob");
    join("bob");
    leave("alice");
    expect("");
    leave("bob");
    join("bob");
    leave("bob");
    expect("bob left.");
}

Test(screen_fold, names_are_made_visible)
{
    join("\x1b[2J");
    expect("\\x1b[2J joined.");
}
