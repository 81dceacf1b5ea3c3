/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The dialect that --dialect and --language name. It is found and read the way roomd finds and
 * reads the dialects of its doors, so that one file serves both.
 */
#ifndef ROOMD_ROOM_DIALECT_CHOICE_H
#define ROOMD_ROOM_DIALECT_CHOICE_H

#include <roomd/dialect.h>
#include <stdbool.h>

/*
 * `name` and `language` may be NULL for the built-in defaults. False if there is no such dialect or
 * it is invalid; the error has been printed on stderr.
 */
bool dialect_choice_load(const char *name, const char *language, struct dialect *ret_dialect);

#endif
