/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A terminal to chat on: finished lines flow into its scroll-back, above an area with notes, a
 * prompt and the line that is being typed, which no printing disturbs. With `linear`, it only moves
 * forwards. Knows neither rooms nor members.
 *
 * Nothing is written before the loop waits, or before terminal_flush, so that each turn changes the
 * screen once.
 */
#ifndef ROOMD_ROOM_TTY_TERMINAL_H
#define ROOMD_ROOM_TTY_TERMINAL_H

#include "base/buffer.h"
#include "room/tty/area.h"
#include "room/tty/style.h"

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

struct terminal_sink {
    /* Enter. Terminated; borrowed for the call. */
    void (*line)(void *ctx, const char *line);
    /*
     * A paste of several lines, separated by newlines; otherwise any bytes. `cut`: the rest is
     * missing.
     */
    void (*pasted)(void *ctx, const char *text, size_t length, bool cut);
    /* The answer to terminal_ask. */
    void (*answered)(void *ctx, bool yes);
    /* Ctrl-D on an empty line; or, with `closed`, the terminal is gone. */
    void (*ended)(void *ctx, bool closed);
    /* See line_editor.h. */
    char *(*candidate)(void *ctx, const char *before, size_t before_length, const char *word,
                       bool first);
    /*
     * The screen is about to be written: terminal_set_prompt and terminal_add_note may be called.
     */
    void (*draw)(void *ctx);
    void *ctx;
};

struct terminal;

/*
 * Takes over the terminal on stdin and stdout; reads the environment for what it can do. The sink
 * is copied. STATUS_NO_MEMORY; STATUS_SYSTEM.
 */
int terminal_new(struct ev_loop *loop, bool linear, const struct terminal_sink *sink,
                 struct terminal **ret_terminal);
/* Writes what was printed, erases the prompt and restores the terminal. NULL is legal. */
void terminal_free(struct terminal *terminal);

enum style_colours terminal_colours(const struct terminal *terminal);
size_t terminal_columns(const struct terminal *terminal);
bool terminal_is_linear(const struct terminal *terminal);

/* A finished line: sanitized text with styles, without its end. */
void terminal_print(struct terminal *terminal, const struct buffer *line);
void terminal_bell(struct terminal *terminal);
/* Scrolls everything on the screen up into the scroll-back. */
void terminal_clear(struct terminal *terminal);

/* The area has changed: `draw` will be called. */
void terminal_touch(struct terminal *terminal);
/*
 * Both from `draw` only; notes are sanitized text, a prompt is sanitized here. A linear terminal
 * has no notes. `always`: shows the prompt on a linear terminal even if nothing is typed yet.
 */
void terminal_set_prompt(struct terminal *terminal, const char *prompt, size_t length, bool always);
void terminal_add_note(struct terminal *terminal, const char *note, size_t length);

/* Asks a question that y or n answers, in place of the line, which is kept. */
void terminal_ask(struct terminal *terminal, const char *question);

/* The line that is being typed. `take` returns it (from malloc, or NULL) and empties it. */
char *terminal_take_line(struct terminal *terminal);
void terminal_set_line(struct terminal *terminal, const char *line);
void terminal_add_history(struct terminal *terminal, const char *line);

void terminal_flush(struct terminal *terminal);

#endif
