/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Text that others wrote, made safe for a terminal: nothing in it moves the cursor, rings the bell,
 * sets a title or reverses the writing direction. Also cuts it to columns. Knows no colours.
 */
#ifndef ROOMD_ROOM_SANITIZE_H
#define ROOMD_ROOM_SANITIZE_H

#include "base/buffer.h"

#include <stddef.h>

/* Combining marks on one character; more of them would climb over the lines above. */
#define SANITIZE_MARKS_MAX 8U

/*
 * Adds the sanitized form of any bytes. Control characters, line and paragraph separators,
 * bidirectional controls and bytes that are not UTF-8 become \xNN, byte by byte. Of the zero-width
 * marks on one character the first SANITIZE_MARKS_MAX stay, and one U+FFFD replaces the rest. Marks
 * without a base character get a dotted circle.
 */
void sanitize_add(struct buffer *out, const char *text, size_t length);

/*
 * The same for text whose columns are counted: joiners and variation selectors are left out,
 * because terminals disagree on the width of what they join.
 */
void sanitize_add_plain(struct buffer *out, const char *text, size_t length);

/*
 * The number of bytes of sanitized text that fit into `columns`, with the marks behind them; may be
 * 0. text_width (core/model/text.h) tells how many columns they take.
 */
size_t sanitize_cut(const char *text, size_t length, size_t columns);

#endif
