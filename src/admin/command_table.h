/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one table of commands: what each is called, what it takes, what it does in a line, and where it may be given. Console, FIFO, control socket, roomctl, the man pages and the
 * completion are made from it. What a command does is not known here (see command.c), so that roomctl has the table without the room.
 */
#ifndef ROOMD_ADMIN_COMMAND_TABLE_H
#define ROOMD_ADMIN_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vocabulary_id {
    VOCABULARY_HELP,
    VOCABULARY_NOTICE,
    VOCABULARY_MEMBERS,
    VOCABULARY_KICK,
    VOCABULARY_BAN,
    VOCABULARY_UNBAN,
    VOCABULARY_BANS,
    VOCABULARY_MUTE,
    VOCABULARY_UNMUTE,
    VOCABULARY_STATS,
    VOCABULARY_WATCH,
    VOCABULARY_RELOAD,
    VOCABULARY_STOP,
    VOCABULARY_ROWS /* how many there are */
};

/* Where a command may be given; bits. */
enum vocabulary_place {
    VOCABULARY_CONSOLE = 1, /* on stdin and, with admin.fifo_commands, in the FIFO; with a '/' before it */
    VOCABULARY_CONTROL = 2, /* through the control socket: roomctl */
};

/* As many words as there are. */
#define VOCABULARY_ANY UINT8_MAX

struct vocabulary_row {
    const char *name;
    const char *arguments; /* for people: "NAME [REASON]"; "" = none */
    const char *help;
    unsigned places;              /* bits of enum vocabulary_place */
    uint8_t min_words, max_words; /* after the name */
};

/* `id` < VOCABULARY_ROWS. */
const struct vocabulary_row *vocabulary_row(size_t id);

/* The row of that name, or VOCABULARY_ROWS. `name` need not be terminated. */
size_t vocabulary_find(const char *name, size_t length);

/* The command of that place that somebody who wrote `name` may have meant, or NULL. */
const char *vocabulary_suggest(const char *name, enum vocabulary_place place);

/* Has `arguments` as many words, separated by spaces, as the command takes? */
bool vocabulary_words_fit(const struct vocabulary_row *row, const char *arguments);

#endif
