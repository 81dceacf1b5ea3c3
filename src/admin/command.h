/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Executes the commands of the table. */
#ifndef ROOMD_ADMIN_COMMAND_H
#define ROOMD_ADMIN_COMMAND_H

#include "admin/admin.h"
#include "admin/command_table.h"

/* A command with its context. All pointers are borrowed for the call. */
struct command_call {
    const struct admin *admin;
    const struct moment *now;
    const struct command_row *row;
    const char *arguments; /* the text after the name and its spaces; terminated, may be empty */
    const struct admin_reply *reply;
};

typedef enum admin_result command_handler(const struct command_call *call);
/* Begins an answer of many lines, or one that comes later: ADMIN_MORE. Anything else is the end. */
typedef enum admin_result command_opener(const struct command_call *call,
                                         struct admin_listing *ret_listing);

/*
 * Executes "name arguments", or says why not. ADMIN_MORE: `ret_listing` is the answer. Accepts only
 * the commands of the place that the reply belongs to, console or roomctl.
 */
enum admin_result command_run(const struct admin *admin, const struct moment *now, const char *line,
                              const struct admin_reply *reply, struct admin_listing *ret_listing);

/* Sends a notice; `text` may hold any bytes. */
enum admin_result command_notice(const struct admin *admin, const struct moment *now,
                                 const char *text, size_t length, const struct admin_reply *reply);

/*
 * command_output.c: says what is wrong with the arguments, and the syntax of the command. Returns
 * ADMIN_USAGE.
 */
enum admin_result command_output_usage(const struct command_call *call, const char *wrong);
/* Says that there is no member of that name. Returns ADMIN_FAILED. */
enum admin_result command_output_nobody(const struct command_call *call);

#endif
