/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Dialect names as an administrator writes them: a built-in dialect or the path of a file. Opens no
 * file.
 */
#ifndef ROOMD_CONF_BUILTIN_DIALECT_H
#define ROOMD_CONF_BUILTIN_DIALECT_H

#include "conf/value.h"

/* Returns the built-in dialect of this name, as core spells it (a constant), or NULL. */
const char *builtin_dialect_find(const char *name);

/*
 * Checks the form of a dialect name: a built-in one, or a path (it holds a '/' or a '.').
 * STATUS_INVALID: `ret_why` lists the built-in dialects.
 */
int builtin_dialect_check(const char *name, char ret_why[VALUE_WHY_BYTES]);

/* Writes "WHAT; did you mean course? built in: course, yn" to `ret_why`. Returns STATUS_INVALID. */
int builtin_dialect_unknown(const char *name, const char *what, char ret_why[VALUE_WHY_BYTES]);

#endif
