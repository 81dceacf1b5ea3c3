/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a terminal can, as far as its environment tells: nobody can ask it without waiting for an
 * answer that may not come.
 */
#ifndef ROOMD_ROOM_TTY_TERMCAPS_H
#define ROOMD_ROOM_TTY_TERMCAPS_H

#include "room/tty/style.h"

#include <stdbool.h>

struct termcaps {
    enum style_colours colours; /* NO_COLOR (no-color.org) counts */
    bool dumb;                  /* it can't move its cursor */
    bool reflows;               /* a narrower window breaks rows anew, rather than cutting them */
};

/* `get` is getenv, or a test's. */
void termcaps_read(char *(*get)(const char *name), struct termcaps *ret_ability);

#endif
