/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * "Did you mean …?": how far apart two words are, for somebody who mistyped one of them. Knows no options and no commands.
 */
#ifndef ROOMD_BASE_SUGGEST_H
#define ROOMD_BASE_SUGGEST_H

#include <stdbool.h>

/* Longer words are like no other. */
#define SUGGEST_WORD_MAX_BYTES 64

/* Farther apart than any two words. */
#define SUGGEST_FAR 1000U

/*
 * The number of insertions, deletions, replacements and swaps of neighbours that make one word of the other (Damerau-Levenshtein, restricted: optimal string
 * alignment), ASCII letters in any case. SUGGEST_FAR where a word is too long.
 */
unsigned suggest_distance(const char *a, const char *b);

/* True where that distance may be a slip of somebody who meant `word`: one in a short word, up to three in a long one. */
bool suggest_is_close(unsigned distance, const char *word);

#endif
