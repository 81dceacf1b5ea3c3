/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A terminal to chat on: finished lines flow into its scroll-back, above an area with notes, a
 * prompt and the line that is being typed, which stays whole whatever is printed. Or, `linear`,
 * only forwards. Knows neither rooms nor members.
 *
 * Nothing is written before the loop waits, or terminal_flush: so what happens in one turn changes
 * the screen once.
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
    /* Several lines were pasted, separated by newlines, any bytes else. `cut`: not all is here. */
    void (*pasted)(void *ctx, const char *text, size_t length, bool cut);
    /* What terminal_ask has asked. */
    void (*answered)(void *ctx, bool yes);
    /* Ctrl-D on an empty line; or `closed`: nobody is there any more. */
    void (*ended)(void *ctx, bool closed);
    /* As editor.h says. */
    char *(*candidate)(void *ctx, const char *before, size_t before_length, const char *word,
                       bool first);
    /* The screen is about to be written: the moment for terminal_set_prompt and terminal_add_note.
     */
    void (*draw)(void *ctx);
    void *ctx;
};

struct terminal;

/* Takes the terminal on stdin and stdout. Asks the environment what it can. The sink is copied.
 * STATUS_NO_MEMORY; STATUS_SYSTEM. */
int terminal_new(struct ev_loop *loop, bool linear, const struct terminal_sink *sink,
                 struct terminal **ret_terminal);
/* What was printed is written, the prompt taken away, the terminal restored. NULL is legal. */
void terminal_free(struct terminal *terminal);

enum style_colours terminal_colours(const struct terminal *terminal);
size_t terminal_columns(const struct terminal *terminal);
bool terminal_is_linear(const struct terminal *terminal);

/* A finished line: visible text, with styles, without its end. */
void terminal_print(struct terminal *terminal, const struct buffer *line);
void terminal_bell(struct terminal *terminal);
/* Everything on the screen goes up into the scroll-back. */
void terminal_clear(struct terminal *terminal);

/* What stands at the bottom has changed: `draw` will be asked. */
void terminal_touch(struct terminal *terminal);
/* Visible text; both from `draw` only. A linear terminal has no notes. `always`: also where nothing
 * is typed yet on a linear one. */
void terminal_set_prompt(struct terminal *terminal, const char *prompt, size_t length, bool always);
void terminal_add_note(struct terminal *terminal, const char *note, size_t length);

/* Asks something that y or n answers, in place of the line, which is kept. Visible text. */
void terminal_ask(struct terminal *terminal, const char *question);

/* The line that is being typed. `take` gives it away (from malloc, or NULL) and leaves an empty
 * one. */
char *terminal_take_line(struct terminal *terminal);
void terminal_set_line(struct terminal *terminal, const char *line);
void terminal_add_history(struct terminal *terminal, const char *line);

void terminal_flush(struct terminal *terminal);

#endif
