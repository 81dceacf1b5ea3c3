/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The line that is being typed: the only file that knows GNU readline. Keys go in, finished lines
 * come out; it reads and writes nothing itself. A process has one, as it has one readline.
 */
#ifndef ROOMD_ROOM_TTY_LINE_EDITOR_H
#define ROOMD_ROOM_TTY_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

/* Lines that Up, Down and Ctrl-R search. */
#define LINE_EDITOR_HISTORY_LINES 1000

struct line_editor_sink {
    /* Enter. Terminated; borrowed for the call. */
    void (*line)(void *ctx, const char *line);
    /* Ctrl-D on an empty line. */
    void (*ended)(void *ctx);
    /* Ctrl-L. */
    void (*clear)(void *ctx);
    /*
     * TAB: returns the next candidate for `word`, from malloc, or NULL. `before` is the line up to
     * the word. `first`: start over.
     */
    char *(*candidate)(void *ctx, const char *before, size_t before_length, const char *word,
                       bool first);
    /* A second TAB: all candidates. */
    void (*candidates)(void *ctx, char **words, size_t count);
    void *ctx;
};

/* Reads the user's inputrc; its mistakes go to stderr. The sink is copied. STATUS_SYSTEM. */
int line_editor_open(const struct line_editor_sink *sink);
void line_editor_close(void);

/* True unless the user's inputrc turns off "enable-bracketed-paste". */
bool line_editor_wants_paste(void);

/* Handles typed keys. Calls the sink. */
void line_editor_feed(const char *bytes, size_t length);
/*
 * Inserts text at the cursor. Control characters, which would be keys or invisible, become spaces.
 */
void line_editor_insert(const char *text, size_t length);

/* The current line, its length and the bytes before the cursor. Valid until the next call. */
const char *line_editor_line(size_t *ret_length, size_t *ret_cursor);
/* The text that readline shows in place of the prompt, "(reverse-i-search)`hel': "; or NULL. */
const char *line_editor_message(void);

/* Replaces the line and puts the cursor at its end; may be called from the sink. */
void line_editor_set_line(const char *line);

void line_editor_add_history(const char *line);

#endif
