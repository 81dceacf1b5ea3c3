/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The plain protocol: one request or one message a datagram, UTF-8. Takes requests apart and makes
 * lines of events; who may do what is the room's business.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_PLAIN_H
#define ROOMD_CORE_PLAIN_WIRE_PLAIN_H

#include "core/model/transcript.h"
#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* More events than this are never folded into one line: finding the end of a run has its price. */
#define PLAIN_FOLD_MAX_EVENTS 1024U

/* Between the names of a list; and what ends one that does not hold all of them. */
#define PLAIN_NAMES_SEPARATOR ", "
#define PLAIN_NAMES_CUT       " …"

enum plain_kind { PLAIN_JOIN, PLAIN_CHAT, PLAIN_EXIT, PLAIN_KINDS };

/* Slices of the datagram, not terminated. */
struct plain_request {
    enum plain_kind kind;
    const char *verb, *name, *text;
    size_t verb_len, name_len, text_len;
};

/* Drops one "\n" or "\r\n" at the end. Returns the length that is left. */
size_t plain_strip_newline(const char *bytes, size_t length, bool *ret_newline);

/*
 * Splits at the first two single spaces. The name of a join is all that follows its verb (so that a
 * name with a space in it is seen, and refused); words behind the name of an exit are ignored.
 * STATUS_NOT_FOUND: no verb of this dialect. STATUS_INVALID: what must follow the verb does not.
 */
int plain_parse(const struct dialect *dialect, const char *bytes, size_t length,
                struct plain_request *ret_request);

/*
 * Writes the line of the event `first`, or, where `fold` allows and enough joins or exits follow
 * one another up to `until`, one line for them all. A line never equals a reply of the dialect.
 * Returns its length, without a newline, at most PLAIN_LINE_MAX_BYTES - 1, and the last event it
 * tells.
 */
size_t plain_render(const struct dialect *dialect, const struct transcript *transcript,
                    uint64_t first, uint64_t until, bool fold, char out[PLAIN_LINE_MAX_BYTES],
                    uint64_t *ret_last);

/* Writes a line that is no event: DIALECT_MISSED … DIALECT_LIMITED. As above, without spaces at its
 * end. */
struct template_values;
size_t plain_render_line(const struct dialect *dialect, enum dialect_key key,
                         const struct template_values *values, char out[PLAIN_LINE_MAX_BYTES]);

#endif
