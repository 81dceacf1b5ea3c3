/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The bottom of the screen: some notes of one row each, and a prompt with the line that is being
 * typed, in as many rows as it needs. Draws it and erases it. Knows what it has drawn, and of
 * terminals only the sequences for moving the cursor and erasing that all have had since the VT100.
 */
#ifndef ROOMD_ROOM_TTY_AREA_H
#define ROOMD_ROOM_TTY_AREA_H

#include "base/buffer.h"

#include <stdbool.h>
#include <stddef.h>

/* More rows are not used: the longest message needs fewer on any screen that people read. */
#define AREA_ROWS_MAX 48U

#define AREA_NOTES_MAX 4U

/* All text is sanitized, and borrowed for the call. */
struct area_content {
    const char *notes[AREA_NOTES_MAX]; /* each is cut to one row */
    size_t note_lengths[AREA_NOTES_MAX];
    size_t note_count;
    const char *prompt;
    size_t prompt_length;
    const char *style; /* of notes and of the prompt, and the end of both */
    const char *prompt_style;
    const char *style_end;
    const char *line;
    size_t line_length;
    size_t cursor; /* in bytes of the line */
};

struct area_row {
    size_t at; /* offset in `shown` */
    size_t length;
};

/* All zero is one that is not on the screen. */
struct area {
    struct buffer shown; /* the text of all rows, without styles */
    struct area_row rows[AREA_ROWS_MAX];
    size_t count;
    size_t cursor_row;
    size_t cursor_at; /* in its row, in bytes */
    size_t columns;   /* width for which it was drawn */
};

void area_done(struct area *area);

/* Draws it. The cursor must be at the beginning of an empty row. */
void area_draw(struct area *area, const struct area_content *content, size_t columns, size_t rows,
               struct buffer *out);

/*
 * Erases it and leaves the cursor where it began. If the screen has become narrower since,
 * `reflows` tells that the terminal has broken rows again; otherwise it has cut them.
 */
void area_erase(struct area *area, size_t columns, bool reflows, struct buffer *out);

/* The area is not on the screen any more. */
void area_forget(struct area *area);

#endif
