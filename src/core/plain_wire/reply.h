/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Replies: answers and byes, which clients compare byte by byte. Most are the same for everybody
 * and are sent unchanged; one that holds {name} is filled in for its receiver. Knows no dialect.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_REPLY_H
#define ROOMD_CORE_PLAIN_WIRE_REPLY_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * The longest text of a reply in a file, NUL included: a doubled brace for every byte, and
 * "{name}".
 */
#define REPLY_TEXT_BYTES (DIALECT_REPLY_MAX_BYTES * 2 + sizeof("{name}"))

/*
 * Parses the text of a reply; an empty text makes an empty reply. `allowed`: TEMPLATE_BIT of {name}
 * and of {why}, if they may occur; one of them may, once. "{{" is a literal "{". On refusal
 * (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) `ret_why` says why and `ret_reply` is
 * untouched.
 */
int reply_parse(const char *text, uint32_t allowed, struct reply *ret_reply,
                char ret_why[DIALECT_WHY_BYTES]);

/* The inverse of reply_parse. Returns `out`. */
const char *reply_write(const struct reply *reply, char out[REPLY_TEXT_BYTES]);

/*
 * Its length, without a newline, for a receiver whose name has `name_len` bytes, and for the
 * longest reason.
 */
size_t reply_length(const struct reply *reply, size_t name_len);

/*
 * Returns the reply with the name in it: `reply` itself if it holds no {name}, else `filled`. The
 * name may be any bytes. The result never exceeds DIALECT_REPLY_MAX_BYTES: a name too long to be
 * valid is cut.
 */
const struct reply *reply_fill(const struct reply *reply, const char *name, size_t name_len,
                               struct reply *filled);

/* The same for the reason why a name is refused, in these words of dialect_name_fault. */
const struct reply *reply_fill_why(const struct reply *reply, const char *why,
                                   struct reply *filled);

/* True if the reply, filled in for some name or with some reason, equals these bytes. */
bool reply_matches(const struct reply *reply, const char *bytes, size_t length);

#endif
