/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Texts are short, so each place is tried. */
#include "base/find_words.h"

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

bool find_words(struct octets_slice words, struct octets_slice text)
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
