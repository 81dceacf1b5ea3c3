/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What an environment tells of a terminal. */
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

static struct termcaps look(char *first, char *second, char *third)
{
    struct termcaps ability;

    environment[0] = first;
    environment[1] = second;
    environment[2] = third;
    termcaps_read(get, &ability);
    return ability;
}

Test(termcaps, a_dumb_terminal_can_nothing)
{
    cr_expect(look(NULL, NULL, NULL).dumb);
    cr_expect(look("TERM=dumb", "COLORTERM=truecolor", NULL).dumb);
    cr_expect_eq(look("TERM=dumb", "COLORTERM=truecolor", NULL).colours, STYLE_PLAIN);
    cr_expect(look("TERM=", NULL, NULL).dumb);
    cr_expect_not(look("TERM=xterm", NULL, NULL).dumb);
}

Test(termcaps, colours_where_they_are_known)
{
    cr_expect_eq(look("TERM=xterm-256color", NULL, NULL).colours, STYLE_256);
    cr_expect_eq(look("TERM=tmux", NULL, NULL).colours, STYLE_256);
    cr_expect_eq(look("TERM=linux", NULL, NULL).colours, STYLE_BOLD);
    cr_expect_eq(look("TERM=linux", "COLORTERM=truecolor", NULL).colours, STYLE_256);
    cr_expect_eq(look("TERM=xterm", "NO_COLOR=1", NULL).colours, STYLE_PLAIN);
    cr_expect_eq(look("TERM=xterm", "NO_COLOR=", NULL).colours, STYLE_256, "empty does not count");
}

Test(termcaps, who_breaks_rows_anew)
{
    cr_expect(look("TERM=xterm-256color", NULL, NULL).reflows);
    cr_expect_not(look("TERM=xterm-256color", "XTERM_VERSION=XTerm(379)", NULL).reflows);
    cr_expect_not(look("TERM=screen", "STY=1.pts", NULL).reflows);
    cr_expect(look("TERM=screen", "STY=1.pts", "TMUX=/tmp/x").reflows);
    cr_expect_not(look("TERM=linux", NULL, NULL).reflows);
}
