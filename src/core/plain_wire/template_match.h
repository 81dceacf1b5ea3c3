/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Templates backwards: which values has a line been made of. Knows nothing of dialects or events,
 * and of names only what may stand in them.
 *
 * A {name} is what a room lets pass for one as far as the layout of lines goes: 1 to
 * ROOM_NAME_MAX_BYTES of valid UTF-8, without spaces, colons and what steers a terminal. Where
 * several values would do, it is the shortest name and then the longest text: for so the words
 * behind a text are its last ones.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_TEMPLATE_MATCH_H
#define ROOMD_CORE_PLAIN_WIRE_TEMPLATE_MATCH_H

#include "core/plain_wire/template.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * True where the front of `bytes`, up to a line break or the end, is a line of that template.
 * `ret_values` are then slices of `bytes` (empty where the template does not have them; {time} is
 * not given), and `ret_used` is the length of the line. Spaces before an empty text at the end may
 * be missing; line breaks at either end of the template count for nothing. Bytes may be anything;
 * the work is bounded.
 */
bool template_match(const struct template *template, const char *bytes, size_t length,
                    struct template_values *ret_values, size_t *ret_used);

/* Where the line that begins at `bytes` ends: before the next "\n" or "\r\n", or at the end. */
size_t template_match_line(const char *bytes, size_t length);

/* Whether all of it could be one {name}. */
bool template_match_is_name(const char *bytes, size_t length);

/* How many bytes of a line are the template's own words: the more, the less can it be another's. */
size_t template_match_weight(const struct template *template);

#endif
