/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The distance, computed with three rows of its table. */
#include "base/suggest.h"

#include <string.h>

static char lower(char letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

unsigned suggest_distance(const char *a, const char *b)
{
    unsigned rows[3][SUGGEST_WORD_MAX_BYTES + 1];
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > SUGGEST_WORD_MAX_BYTES || b_length > SUGGEST_WORD_MAX_BYTES)
        return SUGGEST_FAR;
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        const unsigned *above = rows[(i - 1) % 3], *second_above = rows[(i + 1) % 3];
        unsigned *row = rows[i % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            unsigned differs = lower(a[i - 1]) == lower(b[j - 1]) ? 0 : 1;

            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + differs);
            if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
                lower(a[i - 2]) == lower(b[j - 1]))
                row[j] = least(row[j], second_above[j - 2] + 1);
        }
    }
    return rows[a_length % 3][b_length];
}

bool suggest_is_close(unsigned distance, const char *word)
{
    size_t length = strlen(word);

    return distance <= (length <= 3 ? 1U : length <= 8 ? 2U : 3U);
}

void suggest_consider(struct suggestion *best, const char *candidate, const char *written)
{
    unsigned distance = suggest_distance(candidate, written);

    if (suggest_is_close(distance, candidate) && (best->word == NULL || distance < best->distance))
        *best = (struct suggestion){.word = candidate, .distance = distance};
}
