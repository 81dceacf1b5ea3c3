/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Searching for words in a text. SQLite's LIKE would make a pattern of what a user types. As a
 * function of SQL it is asked before the other columns of a row are read.
 */
#ifndef ROOMD_LOG_WORDS_H
#define ROOMD_LOG_WORDS_H

#include <sqlite3.h>

/* Adds the function words_are_in(words, text). Returns a result of SQLite. */
int words_add_function(sqlite3 *db);

#endif
