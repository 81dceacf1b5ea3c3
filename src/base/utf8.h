/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One character of UTF-8 at a time (RFC 3629), for those who can't have a library: the log, JSON.
 * Knows no properties of characters but one: whether a terminal may see them.
 */
#ifndef ROOMD_BASE_UTF8_H
#define ROOMD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the character at `bytes`, of which there are `length`; 0 where none is valid:
 * no overlong forms, no surrogates, nothing above U+10FFFF.
 */
size_t utf8_decode(const char *bytes, size_t length, int32_t *ret_codepoint);

/*
 * True for what may harm a terminal or pass for another line: control characters (C0, DEL, C1),
 * line and paragraph separators, and the controls of writing direction.
 */
bool utf8_is_hostile(int32_t codepoint);

/* How many bytes of `text`, at most `length`, hold whole characters. It has at least one byte more.
 */
size_t utf8_cut(const char *text, size_t length);

#endif
