/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The line that is being typed: the only file that knows GNU readline. Keys go in, finished lines
 * come out; it reads nothing and writes nothing. There is one in a process, as there is one
 * readline.
 */
#ifndef ROOMD_ROOM_TTY_LINE_EDITOR_H
#define ROOMD_ROOM_TTY_LINE_EDITOR_H

#include <stdbool.h>
#include <stddef.h>

/* What Up, Down and Ctrl-R look through. */
#define LINE_EDITOR_HISTORY_LINES 1000

struct line_editor_sink {
    /* Enter. Terminated; borrowed for the call. */
    void (*line)(void *ctx, const char *line);
    /* Ctrl-D on an empty line. */
    void (*ended)(void *ctx);
    /* Ctrl-L. */
    void (*clear)(void *ctx);
    /* TAB: the next word that may stand where `word` stands, `before` is the line up to there; from
     * malloc. NULL: there is none. `first`: begin anew. */
    char *(*candidate)(void *ctx, const char *before, size_t before_length, const char *word,
                       bool first);
    /* TAB, once more: these may stand there. */
    void (*candidates)(void *ctx, char **words, size_t count);
    void *ctx;
};

/* Reads the user's inputrc. The sink is copied. STATUS_SYSTEM. */
int line_editor_open(const struct line_editor_sink *sink);
void line_editor_close(void);

/* The user wants to be asked about what is pasted: "enable-bracketed-paste" of inputrc. */
bool line_editor_wants_paste(void);

/* What was typed. Calls the sink. */
void line_editor_feed(const char *bytes, size_t length);
/* Text that is no key, where the cursor is; control characters, which would be keys or hidden,
 * become spaces. */
void line_editor_insert(const char *text, size_t length);

/* The line as it is, and how much of it stands before the cursor. Valid until the next call. */
const char *line_editor_line(size_t *ret_length, size_t *ret_cursor);
/* What readline itself asks in place of the prompt, "(reverse-i-search)`hel': "; NULL: nothing. */
const char *line_editor_message(void);

/* Another line, with the cursor at its end; may be called from the sink. */
void line_editor_set_line(const char *line);

void line_editor_add_history(const char *line);

#endif
