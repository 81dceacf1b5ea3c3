/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The rules for the code points of a name, one by one and beside each other. Knows no words.
 */
#ifndef ROOMD_CORE_MODEL_NAME_LETTERS_H
#define ROOMD_CORE_MODEL_NAME_LETTERS_H

#include <roomd/refusal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Checks a name in normalization form C: NAME_SPACE, NAME_COLON, NAME_UNSEEN, NAME_MARK, or
 * NAME_FINE.
 */
enum name_fault name_letters_check(const int32_t *codepoints, size_t count);

/* True if letters of two of the scripts Latin, Greek and Cyrillic are among them. */
bool name_letters_mix_scripts(const int32_t *codepoints, size_t count);

#endif
