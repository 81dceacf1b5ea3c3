/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The dialect that --dialect and --language name, found and read as roomd finds and reads those of
 * its doors, so that one file serves both.
 */
#ifndef ROOMD_ROOM_DIALECT_CHOICE_H
#define ROOMD_ROOM_DIALECT_CHOICE_H

#include <roomd/dialect.h>
#include <stdbool.h>

/* `name` and `language` may be NULL: the built-in defaults. False where there is none, or it is
 * wrong: that was said on stderr. */
bool dialect_choice_load(const char *name, const char *language, struct dialect *ret_dialect);

#endif
