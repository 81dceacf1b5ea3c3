/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The capabilities of a terminal, as far as the environment tells them: asking the terminal would
 * mean waiting for an answer that may not come.
 */
#ifndef ROOMD_ROOM_TTY_TERMCAPS_H
#define ROOMD_ROOM_TTY_TERMCAPS_H

#include "room/tty/style.h"

#include <stdbool.h>

struct termcaps {
    enum style_colours colours; /* respects NO_COLOR (no-color.org) */
    bool dumb;                  /* it can't move its cursor */
    bool reflows;               /* a narrower window breaks rows again, rather than cutting them */
};

/* `get` is getenv, or a test's replacement. */
void termcaps_read(char *(*get)(const char *name), struct termcaps *ret_caps);

#endif
