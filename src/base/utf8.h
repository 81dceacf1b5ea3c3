/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Decodes UTF-8 (RFC 3629) one character at a time, without a library, for the log and JSON. Of the
 * properties of characters it knows only whether a terminal may see them.
 */
#ifndef ROOMD_BASE_UTF8_H
#define ROOMD_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The length of the character at `bytes`, of which `length` are there; 0 if it is not valid: no
 * overlong forms, no surrogates, nothing above U+10FFFF.
 */
size_t utf8_decode(const char *bytes, size_t length, int32_t *ret_codepoint);

/*
 * True for characters that may harm a terminal or imitate another line: control characters (C0,
 * DEL, C1), line and paragraph separators, and bidirectional controls.
 */
bool utf8_is_hostile(int32_t codepoint);

/*
 * Returns how many bytes of `text`, at most `length`, hold whole characters. text[length] must be
 * readable.
 */
size_t utf8_cut(const char *text, size_t length);

#endif
