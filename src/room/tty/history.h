/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The lines of former runs, in a file of the user's. Several programs may use it at once. Without a
 * file, or if it can't be written, there are only fewer lines to recall.
 */
#ifndef ROOMD_ROOM_TTY_HISTORY_H
#define ROOMD_ROOM_TTY_HISTORY_H

#include "base/buffer.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define HISTORY_LINES_MAX 1000U

struct history {
    char path[PATH_MAX]; /* empty: there is no file */
    struct buffer added; /* lines of this run, each with its newline */
};

/*
 * Sets the path (XDG Base Directory Specification): in `state_home`, or in .local/state of `home`.
 * Each may be NULL.
 */
void history_init(struct history *history, const char *state_home, const char *home);
void history_done(struct history *history);

/*
 * Calls `line` with each line of the file, the oldest first; a missing file is an empty one. False
 * if it could not be read; errno says why.
 */
bool history_read(const struct history *history, void (*line)(void *ctx, const char *line),
                  void *ctx);

/*
 * Adds a line that was typed. Lines with a newline, empty ones and those over 4096 bytes are
 * ignored.
 */
void history_add(struct history *history, const char *line);

/*
 * Appends the lines of this run and keeps the last HISTORY_LINES_MAX lines. False if that failed;
 * errno says why.
 */
bool history_save(struct history *history);

#endif
