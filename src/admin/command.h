/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What each command of the table does.
 */
#ifndef ROOMD_ADMIN_COMMAND_H
#define ROOMD_ADMIN_COMMAND_H

#include "admin/admin.h"
#include "admin/command_table.h"

/* A command as it was given. All is borrowed for the call. */
struct command_call {
    const struct admin *admin;
    const struct moment *now;
    const struct command_row *row;
    const char *arguments; /* what follows the name and its spaces; terminated, may be empty */
    const struct admin_reply *reply;
};

typedef enum admin_result command_handler(const struct command_call *call);

/*
 * Does "name arguments", or says why not. ADMIN_MORE: `ret_listing` is its answer. Where the reply
 * is the console's only commands of the console are taken, and likewise for roomctl.
 */
enum admin_result command_run(const struct admin *admin, const struct moment *now, const char *line,
                              const struct admin_reply *reply, struct admin_listing *ret_listing);

/* Says something to everybody; it may hold any bytes. */
enum admin_result command_notice(const struct admin *admin, const struct moment *now,
                                 const char *text, size_t length, const struct admin_reply *reply);

/* command_output.c: says what is wrong with the words, and how the command is written. Returns
 * ADMIN_USAGE. */
enum admin_result command_output_usage(const struct command_call *call, const char *wrong);
/* The same where there is no member of that name; ADMIN_FAILED. */
enum admin_result command_output_nobody(const struct command_call *call);

#endif
