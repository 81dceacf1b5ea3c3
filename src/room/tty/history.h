/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The lines that were typed in former runs, in a file of the user's. Several programs may use it at
 * once. Without a file, or where it can't be written, there is only less to look back at.
 */
#ifndef ROOMD_ROOM_TTY_HISTORY_H
#define ROOMD_ROOM_TTY_HISTORY_H

#include "base/buffer.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define HISTORY_LINES_MAX 1000U

struct history {
    char path[PATH_MAX]; /* empty: there is none */
    struct buffer added; /* lines of this run, each with its newline */
};

/* Where it is (XDG Base Directory Specification): in `state_home`, or in .local/state of `home`;
 * each may be NULL. */
void history_init(struct history *history, const char *state_home, const char *home);
void history_done(struct history *history);

/* Calls `line` with each line of the file, the oldest first; no file is none. False where there is
 * one that could not be read; errno says why. */
bool history_read(const struct history *history, void (*line)(void *ctx, const char *line),
                  void *ctx);

/* It was typed; one that holds a newline is not kept. */
void history_add(struct history *history, const char *line);

/* Appends what was typed in this run, and keeps the last HISTORY_LINES_MAX lines. False where that
 * could not be; errno says why. */
bool history_save(struct history *history);

#endif
