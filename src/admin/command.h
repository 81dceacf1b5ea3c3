/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What each command of the table does.
 */
#ifndef ROOMD_ADMIN_COMMAND_H
#define ROOMD_ADMIN_COMMAND_H

#include "admin/admin.h"

/*
 * Does "name arguments", or says why not. ADMIN_MORE: `ret_listing` is its answer. Where the reply is the console's only commands of the console are taken, and likewise for roomctl.
 */
enum admin_result command_run(const struct admin *admin, const struct moment *now, const char *line,
                              const struct admin_reply *reply, struct admin_listing *ret_listing);

/* Says something to everybody; it may hold any bytes. */
enum admin_result command_notice(const struct admin *admin, const struct moment *now, const char *text, size_t length,
                                 const struct admin_reply *reply);

#endif
