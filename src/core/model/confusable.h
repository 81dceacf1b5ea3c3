/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a name looks like. Two names that a reader would take for each other have one *skeleton*,
 * after Unicode Technical Standard 39, section 4, with its data for whatever looks like ASCII, and
 * for kana and Han, and with two differences: marks on letters of Latin, Greek, Cyrillic and Han do
 * not count, and letters are compared without case. But the capital I looks like l, and i does not.
 * A mark counts once, however often it is written.
 */
#ifndef ROOMD_CORE_MODEL_CONFUSABLE_H
#define ROOMD_CORE_MODEL_CONFUSABLE_H

#include <roomd/limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A code point of three bytes decomposes into at most 18 (U+FDFA). */
#define CONFUSABLE_CODEPOINTS_MAX (ROOM_NAME_MAX_BYTES * 6)

/* Decomposed Hangul has three times the bytes; of what is longer still, the rest is left out. */
#define CONFUSABLE_MAX_BYTES 256

/* The longest that one code point adds to a skeleton. */
#define CONFUSABLE_STEP_BYTES 4

/*
 * The code points of a text of at most ROOM_NAME_MAX_BYTES bytes of valid UTF-8, in compatibility
 * decomposition, without those that are ignored and without the marks that do not count. Returns
 * their number.
 */
size_t confusable_decompose(const char *bytes, size_t length,
                            int32_t ret_codepoints[CONFUSABLE_CODEPOINTS_MAX]);

/*
 * Appends to a skeleton of `used` bytes what a decomposed code point looks like, and returns the
 * new length. "rn" becomes "m" and "vv" becomes "w", so the length may stay as it was.
 */
size_t confusable_add(int32_t codepoint, char *skeleton, size_t used);

/* The skeleton of a text; the same limits. Returns its length; 0 only for a text of nothing. */
size_t confusable_skeleton(const char *bytes, size_t length,
                           char ret_skeleton[CONFUSABLE_MAX_BYTES]);

/* One row of the table. */
struct confusable {
    int32_t codepoint;
    char looks_like[4]; /* at most three bytes: small ASCII; or kana or Han */
};

/* In ascending order, in confusable_table.c. */
extern const struct confusable confusable_table[];
extern const size_t confusable_count;

#endif
