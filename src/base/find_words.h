/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A search for words, the same for what is in memory and in the log. */
#ifndef ROOMD_BASE_FIND_WORDS_H
#define ROOMD_BASE_FIND_WORDS_H

#include "base/octets.h"

#include <stdbool.h>

/*
 * True if each of the words, which are separated by spaces, is in the text, in any case of ASCII
 * letters. No words are in every text.
 */
bool find_words(struct octets_slice words, struct octets_slice text);

#endif
