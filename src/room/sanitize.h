/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What others have written, in a form that a terminal only shows: nothing moves the cursor, rings,
 * sets a title or turns the direction of writing. And how many columns that takes. Knows no
 * colours.
 */
#ifndef ROOMD_ROOM_SANITIZE_H
#define ROOMD_ROOM_SANITIZE_H

#include "base/buffer.h"

#include <stddef.h>

/* Marks that may stand on one character; more of them climb over the lines above. */
#define SANITIZE_MARKS_MAX 8U

/*
 * Adds the visible form of any bytes. Control characters, separators of lines and paragraphs,
 * controls of writing direction and bytes that are no UTF-8 become \xNN, byte by byte; of a pile of
 * marks that do not take a column the first SANITIZE_MARKS_MAX stay, and one U+FFFD stands for the
 * rest; marks that nothing stands before get a dotted circle.
 */
void sanitize_add(struct buffer *out, const char *text, size_t length);

/*
 * The same for text whose columns are counted: what joins characters into one picture is left out,
 * for terminals do not agree on how wide that is.
 */
void sanitize_add_plain(struct buffer *out, const char *text, size_t length);

/* Columns of visible text. */
size_t sanitize_width(const char *text, size_t length);

/* How many bytes of visible text fit into so many columns, with the marks behind them; `ret_width`
 * may be NULL. May be 0. */
size_t sanitize_cut(const char *text, size_t length, size_t columns, size_t *ret_width);

#endif
