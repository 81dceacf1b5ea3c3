/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Texts are short, so each place is tried. */
#include "log/words.h"

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool has_word(struct octets_slice word, struct octets_slice text)
{
    for (size_t at = 0; at + word.length <= text.length; at++) {
        size_t same = 0;

        while (same < word.length && lower(text.bytes[at + same]) == lower(word.bytes[same]))
            same++;
        if (same == word.length)
            return true;
    }
    return false;
}

bool words_are_in(struct octets_slice words, struct octets_slice text)
{
    size_t at = 0;

    while (at < words.length) {
        size_t end = at;

        while (end < words.length && words.bytes[end] != ' ')
            end++;
        if (end > at && !has_word((struct octets_slice){words.bytes + at, end - at}, text))
            return false;
        at = end + 1;
    }
    return true;
}

static struct octets_slice slice_of(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);

    return (struct octets_slice){text != NULL ? text : "", (size_t)sqlite3_value_bytes(value)};
}

static void on_call(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    sqlite3_result_int(context, words_are_in(slice_of(values[0]), slice_of(values[1])));
}

int words_add_function(sqlite3 *db)
{
    return sqlite3_create_function(db, "words_are_in", 2,
                                   SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
                                   on_call, NULL, NULL);
}
