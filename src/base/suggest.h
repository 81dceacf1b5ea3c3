/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * "Did you mean …?": edit distance between a mistyped word and candidates. Knows no options and no
 * commands.
 */
#ifndef ROOMD_BASE_SUGGEST_H
#define ROOMD_BASE_SUGGEST_H

#include <stdbool.h>

/* Longer words match nothing. */
#define SUGGEST_WORD_MAX_BYTES 64

/* The distance if a word is too long; above that of any two words. */
#define SUGGEST_FAR 1000U

/* The best candidate so far; starts as all zeros. */
struct suggestion {
    const char *word; /* borrowed; NULL: no candidate is close */
    unsigned distance;
};

/*
 * Counts the insertions, deletions, replacements and swaps of neighbours that turn one word into
 * the other (restricted Damerau-Levenshtein: optimal string alignment), ignoring ASCII case.
 * SUGGEST_FAR if a word is too long.
 */
unsigned suggest_distance(const char *a, const char *b);

/*
 * True if `distance` may be a typing error for `word`: one edit in a word of up to 3 bytes, two in
 * one of up to 8, three in a longer one.
 */
bool suggest_is_close(unsigned distance, const char *word);

/*
 * Stores `candidate` if it is close to `written` and closer than the best so far. `candidate` is
 * borrowed.
 */
void suggest_consider(struct suggestion *best, const char *candidate, const char *written);

#endif
