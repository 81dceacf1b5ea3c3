/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What the environment tells about a terminal. */
#include "room/tty/termcaps.h"

#include <criterion/criterion.h>
#include <stddef.h>
#include <string.h>

static char *environment[8];

static char *get(const char *name)
{
    for (size_t i = 0; environment[i] != NULL; i++) {
        if (strncmp(environment[i], name, strlen(name)) == 0 && environment[i][strlen(name)] == '=')
            return environment[i] + strlen(name) + 1;
    }
    return NULL;
}

static struct termcaps caps_of(char *first, char *second, char *third)
{
    struct termcaps caps;

    environment[0] = first;
    environment[1] = second;
    environment[2] = third;
    termcaps_read(get, &caps);
    return caps;
}

Test(termcaps, a_dumb_terminal_has_no_capabilities)
{
    cr_expect(caps_of(NULL, NULL, NULL).dumb);
    cr_expect(caps_of("TERM=dumb", "COLORTERM=truecolor", NULL).dumb);
    cr_expect_eq(caps_of("TERM=dumb", "COLORTERM=truecolor", NULL).colours, STYLE_PLAIN);
    cr_expect(caps_of("TERM=", NULL, NULL).dumb);
    cr_expect_not(caps_of("TERM=xterm", NULL, NULL).dumb);
}

Test(termcaps, colours_are_used_if_the_terminal_is_known)
{
    cr_expect_eq(caps_of("TERM=xterm-256color", NULL, NULL).colours, STYLE_256);
    cr_expect_eq(caps_of("TERM=tmux", NULL, NULL).colours, STYLE_256);
    cr_expect_eq(caps_of("TERM=linux", NULL, NULL).colours, STYLE_BOLD);
    cr_expect_eq(caps_of("TERM=linux", "COLORTERM=truecolor", NULL).colours, STYLE_256);
    cr_expect_eq(caps_of("TERM=xterm", "NO_COLOR=1", NULL).colours, STYLE_PLAIN);
    cr_expect_eq(caps_of("TERM=xterm", "NO_COLOR=", NULL).colours, STYLE_256,
                 "empty does not count");
}

Test(termcaps, terminals_that_break_rows_again_are_known)
{
    cr_expect(caps_of("TERM=xterm-256color", NULL, NULL).reflows);
    cr_expect_not(caps_of("TERM=xterm-256color", "XTERM_VERSION=XTerm(379)", NULL).reflows);
    cr_expect_not(caps_of("TERM=screen", "STY=1.pts", NULL).reflows);
    cr_expect(caps_of("TERM=screen", "STY=1.pts", "TMUX=/tmp/x").reflows);
    cr_expect_not(caps_of("TERM=linux", NULL, NULL).reflows);
}
