/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The search, for SQL. */
#include "log/words.h"

#include "base/find_words.h"

static struct octets_slice slice_of(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    return (struct octets_slice){text != NULL ? text : "", (size_t)sqlite3_value_bytes(value)};
}

static void on_call(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_int(context, find_words(slice_of(values[0]), slice_of(values[1])));
}

int words_add_function(sqlite3 *db)
{
    return sqlite3_create_function(db, "words_are_in", 2,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                   on_call, NULL, NULL);
}
