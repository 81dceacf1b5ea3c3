/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Commands for what is kept: forget, backup, store. */
#ifndef ROOMD_ADMIN_STORE_COMMANDS_H
#define ROOMD_ADMIN_STORE_COMMANDS_H

#include "admin/command.h"

/* So long it is asked; then only what is known here is shown. */
#define STORE_COMMANDS_PATIENCE_S 3

/*
 * What was said under a name, compared as names are, is gone from memory and store when the answer
 * says so.
 */
command_opener store_commands_forget;
/* Writes a copy of the store to the descriptor that came with the command. */
command_opener store_commands_backup;
/* Shows size, age and lag of the store, and what is wrong with it. */
command_opener store_commands_store;

#endif
