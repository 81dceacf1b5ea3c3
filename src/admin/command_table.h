/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one table of commands: name, arguments, a line of help and where each may be given. Console,
 * FIFO, control socket, roomctl, the man pages and the completion are made from it. It does not
 * know what a command does (see command.c), so that roomctl can use the table without the room.
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
    COMMAND_HISTORY,
    COMMAND_EXPORT,
    COMMAND_FORGET,
    COMMAND_BACKUP,
    COMMAND_STORE,
    COMMAND_WATCH,
    COMMAND_RELOAD,
    COMMAND_STOP,
    COMMANDS /* their number */
};

/* Where a command may be given; bits. */
enum command_place {
    COMMAND_ON_CONSOLE = 1, /* after a '/': on stdin and, with admin.fifo_commands, the FIFO */
    COMMAND_ON_CONTROL = 2, /* through the control socket: roomctl */
};

/* No upper limit. */
#define COMMAND_ANY_WORDS UINT8_MAX

struct command_row {
    const char *name;
    const char *arguments; /* for people: "NAME [REASON]"; "" = none */
    const char *help;
    unsigned places;              /* bits of enum command_place */
    uint8_t min_words, max_words; /* after the name */
    /* The answer tells what the log may not have kept yet: it is held until that is so. */
    bool held;
};

/* `id` < COMMANDS. */
const struct command_row *command_table_row(size_t id);

/* Returns the row of that name, or COMMANDS. `name` need not be terminated. */
size_t command_table_find(const char *name, size_t length);

/* Suggests a command of that place for an unknown `name`, or returns NULL. */
const char *command_table_suggest(const char *name, enum command_place place);

/* True if `arguments` has as many words, separated by spaces, as the command takes. */
bool command_table_words_fit(const struct command_row *row, const char *arguments);

#endif
