/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * "Did you mean …?": how far apart two words are, for somebody who mistyped one of them. Knows no
 * options and no commands.
 */
#ifndef ROOMD_BASE_SUGGEST_H
#define ROOMD_BASE_SUGGEST_H

#include <stdbool.h>

/* Longer words are like no other. */
#define SUGGEST_WORD_MAX_BYTES 64

/* The distance where a word is too long: farther apart than any two words. */
#define SUGGEST_FAR 1000U

/* What was meant, as far as is known; begins as all zeros. */
struct suggestion {
    const char *word; /* borrowed; NULL: none was close */
    unsigned distance;
};

/*
 * The number of insertions, deletions, replacements and swaps of neighbours that make one word of
 * the other (Damerau-Levenshtein, restricted: optimal string alignment), ASCII letters in any case.
 * SUGGEST_FAR where a word is too long.
 */
unsigned suggest_distance(const char *a, const char *b);

/* True where that distance may be a slip of somebody who meant `word`: one in a short word, up to
 * three in a long one. */
bool suggest_is_close(unsigned distance, const char *word);

/* Takes `candidate` where it is close to `written`, and closer than what there is. */
void suggest_consider(struct suggestion *best, const char *candidate, const char *written);

#endif
