/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Properties of code points that the rules for names need and utf8proc does not have. Knows no
 * names.
 */
#ifndef ROOMD_CORE_MODEL_CODE_POINTS_H
#define ROOMD_CORE_MODEL_CODE_POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The scripts whose letters look alike. */
enum script {
    SCRIPT_OTHER,
    SCRIPT_LATIN,
    SCRIPT_GREEK,
    SCRIPT_CYRILLIC,
};

/* With which neighbours a letter is joined in writing (Unicode, Joining_Type). */
enum joining {
    JOINING_NONE,
    JOINING_RIGHT, /* with the letter before it, which is on its right */
    JOINING_LEFT,
    JOINING_DUAL,
};

/* A range of code points with the same property; tables are in ascending order. */
struct code_points_range {
    int32_t first, last;
    uint8_t value; /* enum script or enum joining */
};

/* The script of a letter; SCRIPT_OTHER for everything that is no letter. */
enum script code_points_script(int32_t codepoint);

enum joining code_points_joining(int32_t codepoint);

/* Categories M*: Mn, Mc, Me. */
bool code_points_is_mark(int32_t codepoint);

/*
 * Nothing is seen of it: controls (C*), Default_Ignorable_Code_Point, and symbols that are blank,
 * or that stand for what is missing. Spaces (Z*) are not among them.
 */
bool code_points_is_unseen(int32_t codepoint);

/*
 * It looks like a colon after the code point `before`. The visarga of Indic scripts does so too,
 * but after a letter of those scripts it is part of a word.
 */
bool code_points_is_colon(int32_t codepoint, int32_t before);

/* The tables, in code_points_table.c. */
extern const struct code_points_range code_points_scripts[];
extern const size_t code_points_script_count;
extern const struct code_points_range code_points_joinings[];
extern const size_t code_points_joining_count;

#endif
