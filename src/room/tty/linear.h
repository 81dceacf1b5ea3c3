/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A prompt and a line on a terminal that only goes forwards, for screen readers, serial lines and
 * paper: what was typed is added at the end; what can't be shown so is written again, on a line of
 * its own. The only thing that goes back is what a terminal does itself for a letter that is taken
 * back.
 */
#ifndef ROOMD_ROOM_TTY_LINEAR_H
#define ROOMD_ROOM_TTY_LINEAR_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is the beginning of a line with nothing on it. */
struct linear {
    struct buffer shown; /* of the line, behind the prompt */
    size_t prompt_width;
    bool open; /* there is a prompt on this line */
};

void linear_done(struct linear *linear);

/* Shows the line as it is now: visible text. An empty line needs no prompt, unless it is asked for
 * one: a new one for each event would be all there is to hear. */
void linear_show(struct linear *linear, const char *prompt, size_t prompt_length, const char *line,
                 size_t length, bool asked, size_t columns, struct buffer *out);

/* Something else is to be written, or the line was finished: goes on to an empty line. */
void linear_end(struct linear *linear, struct buffer *out);

#endif
