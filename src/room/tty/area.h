/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What stands at the bottom of the screen: some notes of a row each, and a prompt with the line
 * that is being typed, over as many rows as it needs. Writes it, and takes it away again. Knows
 * what it has written, and nothing of terminals but how they are told to move the cursor up and to
 * erase: sequences that all of them have had since the VT100.
 */
#ifndef ROOMD_ROOM_TTY_AREA_H
#define ROOMD_ROOM_TTY_AREA_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* Of a larger screen no more is used: a line of a message's length needs fewer on any that people
 * read on. */
#define AREA_ROWS_MAX 48U

#define AREA_NOTES_MAX 4U

/* All of it is visible text, borrowed for the call. */
struct area_content {
    const char *notes[AREA_NOTES_MAX]; /* each is cut to a row */
    size_t note_lengths[AREA_NOTES_MAX];
    size_t note_count;
    const char *prompt;
    size_t prompt_length;
    const char *style; /* of notes, and of the prompt; and what ends it */
    const char *prompt_style;
    const char *style_end;
    const char *line;
    size_t line_length;
    size_t cursor; /* bytes of the line before it */
};

struct area_row {
    size_t at; /* in `shown` */
    size_t length;
};

/* All zero is one that is not on the screen. */
struct area {
    struct buffer shown; /* its text, without styles */
    struct area_row rows[AREA_ROWS_MAX];
    size_t count;
    size_t cursor_row;
    size_t cursor_at; /* in the row, bytes */
    size_t columns;   /* it was written for */
};

void area_done(struct area *area);

/* Writes it, from the beginning of an empty row on. */
void area_draw(struct area *area, const struct area_content *content, size_t columns, size_t rows,
               struct buffer *out);

/*
 * Takes it away, and leaves the cursor where it began. The screen may have become narrower since:
 * `reflows` where the terminal then breaks rows anew, else it has cut them.
 */
void area_erase(struct area *area, size_t columns, bool reflows, struct buffer *out);

/* The screen is not the one that it was written on any more. */
void area_forget(struct area *area);

#endif
