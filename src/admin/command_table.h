/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one table of commands: what each is called, what it takes, what it does in a line, and where
 * it may be given. Console, FIFO, control socket, roomctl, the man pages and the completion are
 * made from it. What a command does is not known here (see command.c), so that roomctl has the
 * table without the room.
 */
#ifndef ROOMD_ADMIN_COMMAND_TABLE_H
#define ROOMD_ADMIN_COMMAND_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum command_id {
    COMMAND_HELP,
    COMMAND_NOTICE,
    COMMAND_MEMBERS,
    COMMAND_KICK,
    COMMAND_BAN,
    COMMAND_UNBAN,
    COMMAND_BANS,
    COMMAND_MUTE,
    COMMAND_UNMUTE,
    COMMAND_STATS,
    COMMAND_WATCH,
    COMMAND_RELOAD,
    COMMAND_STOP,
    COMMANDS /* how many there are */
};

/* Where a command may be given; bits. */
enum command_place {
    COMMAND_ON_CONSOLE =
        1, /* on stdin and, with admin.fifo_commands, in the FIFO; with a '/' before it */
    COMMAND_ON_CONTROL = 2, /* through the control socket: roomctl */
};

/* As many words as there are. */
#define COMMAND_ANY_WORDS UINT8_MAX

struct command_row {
    const char *name;
    const char *arguments; /* for people: "NAME [REASON]"; "" = none */
    const char *help;
    unsigned places;              /* bits of enum command_place */
    uint8_t min_words, max_words; /* after the name */
};

/* `id` < COMMANDS. */
const struct command_row *command_table_row(size_t id);

/* The row of that name, or COMMANDS. `name` need not be terminated. */
size_t command_table_find(const char *name, size_t length);

/* The command of that place that somebody who wrote `name` may have meant, or NULL. */
const char *command_table_suggest(const char *name, enum command_place place);

/* Has `arguments` as many words, separated by spaces, as the command takes? */
bool command_table_words_fit(const struct command_row *row, const char *arguments);

#endif
