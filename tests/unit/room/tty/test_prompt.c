/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The words before the line. */
#include "room/tty/prompt.h"

#include <criterion/criterion.h>

static void expect(enum prompt_state state, const char *room, size_t columns, const char *expected)
{
    const struct prompt prompt = {.state = state, .room = room, .members = 12};
    struct buffer out = {0};

    prompt_text(&prompt, columns, &out);
    buffer_add(&out, "", 1);
    cr_expect_str_eq(out.at, expected);
    buffer_done(&out);
}

Test(prompt, tells_room_and_members)
{
    expect(PROMPT_IN, "lobby", 80, "lobby, 12 here> ");
    expect(PROMPT_IN, "", 80, "12 here> ");
}

Test(prompt, tells_the_state)
{
    expect(PROMPT_JOINING, "", 80, "connecting> ");
    expect(PROMPT_NO_ANSWER, "lobby", 80, "lobby, no answer> ");
    expect(PROMPT_WAITING, "", 80, "waiting> ");
    expect(PROMPT_LEAVING, "lobby", 80, "lobby, leaving> ");
}

Test(prompt, is_short_where_it_is_narrow)
{
    expect(PROMPT_IN, "lobby", 40, "12> ");
    expect(PROMPT_IN, "lobby", 9, "> ");
    expect(PROMPT_NO_ANSWER, "lobby", 20, "no answer> ");
    expect(PROMPT_NO_ANSWER, "lobby", 1, "no answer> ");
}

Test(prompt, the_name_of_the_room_is_sanitized_and_cut)
{
    expect(PROMPT_IN, "\x1b[2J", 80, "\\x1b[2J, 12 here> ");
    expect(PROMPT_IN, "a-room-with-a-very-long-name-that-goes-on", 200,
           "a-room-with-a-very-long-, 12 here> ");
}
