/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Parses lines by templates: which values was a line rendered from? Knows nothing of dialects or
 * events, and of names only which characters they may hold.
 *
 * A {name} is any name that can't disturb the layout of lines: 1 to ROOM_NAME_MAX_BYTES of valid
 * UTF-8, without spaces, colons and characters that control a terminal. Where several values match,
 * the shortest name is chosen and then the longest text, so that the words after a text are the
 * last ones of the line.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_TEMPLATE_MATCH_H
#define ROOMD_CORE_PLAIN_WIRE_TEMPLATE_MATCH_H

#include "core/plain_wire/template.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * True if the front of `bytes`, up to a line break or the end, matches the template. `ret_values`
 * are slices of `bytes`, empty for placeholders that the template does not have; {time} is not
 * returned. `ret_used` is the length of the line. Spaces before an empty text at the end may be
 * missing; line breaks at either end of the template are ignored. The bytes may be anything; the
 * work is bounded.
 */
bool template_match(const struct template *template, const char *bytes, size_t length,
                    struct template_values *ret_values, size_t *ret_used);

/* The length of the line at `bytes`: up to the next "\n" or "\r\n", or to the end. */
size_t template_match_line(const char *bytes, size_t length);

/* True if all of the bytes could be one {name}. */
bool template_match_is_name(const char *bytes, size_t length);

/*
 * How many bytes of a line are the template's own literals: the more, the less likely another line
 * matches.
 */
size_t template_match_weight(const struct template *template);

#endif
