/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A prompt and a line on a terminal that only moves forwards, for screen readers, serial lines and
 * paper. New characters are added at the end; other changes write the line again, on a line of its
 * own. It moves back only to erase the last characters, as terminals themselves do.
 */
#ifndef ROOMD_ROOM_TTY_LINEAR_H
#define ROOMD_ROOM_TTY_LINEAR_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero is an empty line without a prompt. */
struct linear {
    struct buffer shown; /* the line, behind the prompt */
    size_t prompt_width;
    bool open; /* there is a prompt on this line */
};

void linear_done(struct linear *linear);

/*
 * Shows the line; all text is sanitized. An empty line gets a prompt only if `asked`: otherwise a
 * screen reader would read a new one for each event.
 */
void linear_show(struct linear *linear, const char *prompt, size_t prompt_length, const char *line,
                 size_t length, bool asked, size_t columns, struct buffer *out);

/* Moves on to an empty line, before other text is written or when the line is finished. */
void linear_end(struct linear *linear, struct buffer *out);

#endif
