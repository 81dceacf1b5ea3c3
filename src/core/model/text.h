/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * UTF-8 text from peers: whether it is valid, and which characters a terminal may be sent.
 * Character classes come from utf8proc.
 */
#ifndef ROOMD_CORE_MODEL_TEXT_H
#define ROOMD_CORE_MODEL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Valid UTF-8 by RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool text_is_utf8(const char *bytes, size_t length);

/*
 * Copies valid UTF-8 and replaces each character that utf8_is_hostile (base/utf8.h) with a space.
 * Returns the length written, which is at most `length`.
 */
size_t text_clean(const char *bytes, size_t length, char *out);

/*
 * Copies any bytes, with U+FFFD for each that is not part of valid UTF-8 and for each NUL, as far
 * as whole characters fit into `size`. Returns the length written, and in `ret_taken` how much of
 * `bytes` was read. With a size of 4 or more it always makes progress.
 */
size_t text_repair(const char *bytes, size_t length, char *out, size_t size, size_t *ret_taken);

/* The next character of valid UTF-8: its length, or 0 at the end and at an invalid byte. */
size_t text_next(const char *bytes, size_t length, int32_t *ret_codepoint);

/* Any kind of space (Z*). */
bool text_is_space(int32_t codepoint);

/* Columns of valid UTF-8 on a terminal: 2 for a wide character, 0 for a combining one. */
size_t text_width(const char *bytes, size_t length);

/*
 * The form in which names are compared: utf8proc's NFKC_Casefold of NFC. Returns the length, or -1
 * if `bytes` is not valid or the result exceeds `size` bytes. No terminator is written.
 */
int text_fold(const char *bytes, size_t length, char *out, size_t size);

/* The same for NFC, the form that is shown. */
int text_compose(const char *bytes, size_t length, char *out, size_t size);

#endif
