/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * UTF-8 text as it comes from strangers: is it valid, and what of it may a terminal see. Character
 * classes come from utf8proc.
 */
#ifndef ROOMD_CORE_MODEL_TEXT_H
#define ROOMD_CORE_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Valid UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(const char *bytes, size_t length);

/*
 * Copies valid UTF-8 and puts one space for each character that utf8_is_hostile (base/utf8.h).
 * Returns the length written, which is at most `length`.
 */
size_t text_clean(const char *bytes, size_t length, char *out);

/*
 * Copies whatever bytes, with U+FFFD for each that is no part of valid UTF-8 and for each NUL, as
 * far as `size` goes and no character is cut. Returns the length written, and to `ret_taken` how
 * much of `bytes` that was. With a size of 4 or more it always gets on.
 */
size_t text_repair(const char *bytes, size_t length, char *out, size_t size, size_t *ret_taken);

/* The next character of valid UTF-8: its length, or 0 at the end and where the bytes are none. */
size_t text_next(const char *bytes, size_t length, int32_t *ret_codepoint);

/* Any kind of space (Z*). */
bool text_is_space(int32_t codepoint);

/* Columns that valid UTF-8 takes on a terminal: 2 for each wide character, 0 for each that
 * combines. */
size_t text_width(const char *bytes, size_t length);

/*
 * The form under which names are compared: utf8proc's NFKC_Casefold. Returns the length, or -1
 * where `bytes` is not valid or the result exceeds `size` bytes. No terminator is written.
 */
int text_fold(const char *bytes, size_t length, char *out, size_t size);

/* The same for NFC, the form that is shown. */
int text_compose(const char *bytes, size_t length, char *out, size_t size);

#endif
