/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What a line means. */
#include "room/tty/commands.h"

#include <criterion/criterion.h>
#include <string.h>

static struct commands_line line;

static void expect(const char *typed, enum commands_what what, const char *text)
{
    commands_read(typed, strlen(typed), &line);
    cr_expect_eq(line.what, what, "%s", typed);
    if (what != COMMANDS_WRONG && what != COMMANDS_NOTHING) {
        cr_expect_eq(line.length, strlen(text), "%s", typed);
        cr_expect_eq(memcmp(line.text, text, strlen(text)), 0, "%s", typed);
    }
}

Test(commands, a_line_is_said)
{
    expect("hello", COMMANDS_SAY, "hello");
    expect(" /help", COMMANDS_SAY, " /help");
    expect("quit", COMMANDS_SAY, "quit");
    expect("qq", COMMANDS_SAY, "qq");
    expect("", COMMANDS_NOTHING, "");
}

Test(commands, q_alone_leaves_and_can_be_said)
{
    expect("q", COMMANDS_QUIT, "");
    expect("\\q", COMMANDS_SAY, "q");
    expect("\\qq", COMMANDS_SAY, "\\qq");
    expect("\\", COMMANDS_SAY, "\\");
    expect("Q", COMMANDS_SAY, "Q");
}

Test(commands, two_slashes_say_one)
{
    expect("//", COMMANDS_SAY, "/");
    expect("//help", COMMANDS_SAY, "/help");
}

Test(commands, commands_ignore_case)
{
    expect("/help", COMMANDS_HELP, "");
    expect("/Quit", COMMANDS_QUIT, "");
    expect("/members ", COMMANDS_MEMBERS, "");
    expect("/name  alice ", COMMANDS_NAME, "alice");
    expect("/clear", COMMANDS_CLEAR, "");
    expect("/history", COMMANDS_HISTORY, "");
    expect("/history 2h", COMMANDS_HISTORY, "2h");
    expect("/search hot tea", COMMANDS_SEARCH, "hot tea");
    expect("/search", COMMANDS_WRONG, "");
    expect("/ignore", COMMANDS_IGNORE, "");
    expect("/ignore bob", COMMANDS_IGNORE, "bob");
    for (size_t row = 0; commands_name(row, NULL, NULL) != NULL; row++)
        cr_expect_lt(row, 100);
}

Test(commands, an_unknown_command_is_reported)
{
    char longest[2000];

    expect("/hlep", COMMANDS_WRONG, "");
    cr_expect_not_null(strstr(line.words, "did you mean /help?"));
    expect("/usr/bin/x", COMMANDS_WRONG, "");
    cr_expect_not_null(strstr(line.words, "'//' begins"));
    expect("/", COMMANDS_WRONG, "");
    expect("/name", COMMANDS_WRONG, "");
    cr_expect_not_null(strstr(line.words, "takes a NAME"));
    expect("/quit now", COMMANDS_WRONG, "");
    memset(longest, 'x', sizeof(longest));
    longest[0] = '/';
    longest[sizeof(longest) - 1] = '\0';
    expect(longest, COMMANDS_WRONG, "");
}
