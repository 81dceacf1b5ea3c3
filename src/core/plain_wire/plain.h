/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The plain protocol: one request or one message a datagram, UTF-8. Parses requests and renders
 * events as lines; does not know which member may do what.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_PLAIN_H
#define ROOMD_CORE_PLAIN_WIRE_PLAIN_H

#include "core/model/transcript.h"
#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * At most so many events are folded into one line, because finding the end of a run costs a look-up
 * for each. A run of this length is folded even if fold_joins is higher.
 */
#define PLAIN_FOLD_MAX_EVENTS 1024U

/* Between the names of a list, and at the end of a list that does not hold all of them. */
#define PLAIN_NAMES_SEPARATOR ", "
#define PLAIN_NAMES_CUT       " …"

enum plain_kind { PLAIN_JOIN, PLAIN_CHAT, PLAIN_EXIT, PLAIN_KINDS };

/* Slices of the datagram, not terminated. */
struct plain_request {
    enum plain_kind kind;
    const char *verb, *name, *text;
    size_t verb_len, name_len, text_len;
};

/* Drops one "\n" or "\r\n" at the end. Returns the remaining length. */
size_t plain_strip_newline(const char *bytes, size_t length, bool *ret_newline);

/*
 * Splits at the first two single spaces. The name of a join is all that follows its verb, so that a
 * name with a space in it is seen, and refused. Words after the name of an exit are ignored.
 * STATUS_NOT_FOUND: no verb of this dialect. STATUS_INVALID: the name is missing (a join's may be
 * empty).
 */
int plain_parse(const struct dialect *dialect, const char *bytes, size_t length,
                struct plain_request *ret_request);

struct known_replies;

/* The dialect of a line, and those of the room's other doors; NULL: there are none. */
struct plain_wording {
    const struct dialect *dialect;
    const struct known_replies *known;
};

/*
 * Writes the line of the event `first`. If `fold` is true and enough joins or exits follow one
 * another up to `until`, it writes one line for all of them. A line never equals a reply of the
 * dialect, and no server that speaks one of the dialects, or one that comes with the program, would
 * carry it out. Returns its length, without a newline, at most PLAIN_LINE_MAX_BYTES - 1; 0 if the
 * event is not in the ring. `ret_last`: the last event that the line tells.
 */
size_t plain_render(const struct plain_wording *wording, const struct transcript *transcript,
                    uint64_t first, uint64_t until, bool fold, char out[PLAIN_LINE_MAX_BYTES],
                    uint64_t *ret_last);

/*
 * Writes the line of an event of the past, with its time before it: "[14:05] alice: hello". As
 * above. 0: it is not in the ring, was forgotten, or does not fit.
 */
size_t plain_render_past(const struct plain_wording *wording, const struct transcript *transcript,
                         uint64_t seq, char out[PLAIN_LINE_MAX_BYTES]);

/*
 * Writes a line that is not an event: DIALECT_MISSED … DIALECT_LIMITED. As above, without trailing
 * spaces. 0: there are no words, as in `kicked = {text}` without a reason, and nothing may be sent.
 */
struct template_values;
size_t plain_render_line(const struct plain_wording *wording, enum dialect_key key,
                         const struct template_values *values, char out[PLAIN_LINE_MAX_BYTES]);

#endif
