/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Parses a line that was typed: a message or one of the screen's commands. Runs nothing itself. */
#ifndef ROOMD_ROOM_TTY_COMMANDS_H
#define ROOMD_ROOM_TTY_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>

enum commands_what {
    COMMANDS_NOTHING, /* an empty line */
    COMMANDS_SAY,
    COMMANDS_HELP,
    COMMANDS_QUIT,
    COMMANDS_MEMBERS,
    COMMANDS_NAME,
    COMMANDS_CLEAR,
    COMMANDS_IGNORE,
    COMMANDS_HISTORY,
    COMMANDS_SEARCH,
    /* No such command, or not with such an argument; `words` say so. */
    COMMANDS_WRONG,
};

#define COMMANDS_WORDS_BYTES 192

struct commands_line {
    enum commands_what what;
    /* The message or the argument; points into the line, is not terminated and may be empty. */
    const char *text;
    size_t length;
    char words[COMMANDS_WORDS_BYTES]; /* for people; may hold any bytes that were typed */
};

void commands_read(const char *line, size_t length, struct commands_line *ret_line);

/*
 * For lists and completion: the rows of the table from 0, and NULL behind the last one.
 * `ret_argument` and `ret_help` may be NULL.
 */
const char *commands_name(size_t row, const char **ret_argument, const char **ret_help);

#endif
