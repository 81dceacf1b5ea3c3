/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Names of dialects as an administrator writes them: a built-in one's, or the path of a file. Opens
 * nothing.
 */
#ifndef ROOMD_CONF_BUILTIN_DIALECT_H
#define ROOMD_CONF_BUILTIN_DIALECT_H

#include "conf/value.h"

/* The built-in dialect of this name, as core spells it (a constant); or NULL. */
const char *builtin_dialect_find(const char *name);

/*
 * May `name` name a dialect: a built-in one, or a path (it holds a '/' or a '.')?
 * STATUS_INVALID: `ret_why` says which there are.
 */
int builtin_dialect_check(const char *name, char ret_why[VALUE_WHY_BYTES]);

/* "WHAT; did you mean course? built in: course, yn". Returns STATUS_INVALID. */
int builtin_dialect_unknown(const char *name, const char *what, char ret_why[VALUE_WHY_BYTES]);

#endif
