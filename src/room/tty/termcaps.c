/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Recognises terminals by their names. */
#include "room/tty/termcaps.h"

#include <stddef.h>
#include <string.h>

static bool begins_with(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static bool is_set(char *(*get)(const char *name), const char *name)
{
    const char *value = get(name);

    return value != NULL && value[0] != '\0';
}

static enum style_colours colours(char *(*get)(const char *name), const char *term)
{
    /* All their versions of the last twenty years have 256. */
    static const char *const terms[] = {"xterm",     "tmux", "screen",  "rxvt",
                                        "alacritty", "foot", "kitty",   "konsole",
                                        "gnome",     "vte",  "wezterm", "contour"};

    if (is_set(get, "NO_COLOR"))
        return STYLE_PLAIN;
    if (is_set(get, "COLORTERM") || strstr(term, "256color") != NULL)
        return STYLE_256;
    for (size_t i = 0; i < sizeof(terms) / sizeof(terms[0]); i++) {
        if (begins_with(term, terms[i]))
            return STYLE_256;
    }
    return STYLE_BOLD;
}

/* Most do. A wrong guess leaves a stale row of the prompt, or erases the row above it. */
static bool reflows(char *(*get)(const char *name), const char *term)
{
    if (is_set(get, "TMUX"))
        return true;
    return !is_set(get, "XTERM_VERSION") && !is_set(get, "STY") && !begins_with(term, "linux") &&
           !begins_with(term, "vt");
}

void termcaps_read(char *(*get)(const char *name), struct termcaps *ret_caps)
{
    const char *term = get("TERM");

    *ret_caps = (struct termcaps){.colours = STYLE_PLAIN, .dumb = true};
    if (term == NULL || term[0] == '\0' || strcmp(term, "dumb") == 0)
        return;
    *ret_caps = (struct termcaps){.colours = colours(get, term), .reflows = reflows(get, term)};
}
