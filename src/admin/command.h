/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The one table of commands, behind every line an administrator can give.
 */
#ifndef ROOMD_ADMIN_COMMAND_H
#define ROOMD_ADMIN_COMMAND_H

#include "admin/admin.h"

struct command {
    const char *name;
    const char *arguments; /* for people: "NAME [REASON]"; "" = none */
    const char *help;
    /* `arguments` is what follows the name and one space, terminated; never NULL. */
    void (*handler)(const struct admin *admin, const struct moment *now, const char *arguments,
                    const struct admin_reply *reply);
};

/* Does "name arguments", or says why not. */
void command_run(const struct admin *admin, const struct moment *now, const char *line,
                 const struct admin_reply *reply);

#endif
