/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Answers and byes, which clients compare byte by byte. Most are the same for everybody and are
 * sent as they stand; one that holds {name} is filled in for whom it goes to. Knows no dialect.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_REPLY_H
#define ROOMD_CORE_PLAIN_WIRE_REPLY_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

/* A reply as it is written in a file, NUL included: every byte a doubled brace, and "{name}". */
#define REPLY_TEXT_BYTES (DIALECT_REPLY_MAX_BYTES * 2 + sizeof("{name}"))

/*
 * Makes a reply of its text; an empty one is empty. {name} may stand in it once, "{{" stands for
 * "{". On refusal (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) `ret_why` says why and
 * `ret_reply` is untouched.
 */
int reply_parse(const char *text, struct reply *ret_reply, char ret_why[DIALECT_WHY_BYTES]);

/* The other way round. Returns `out`. */
const char *reply_write(const struct reply *reply, char out[REPLY_TEXT_BYTES]);

/* Its length for somebody whose name has `name_len` bytes, without a newline. */
size_t reply_length(const struct reply *reply, size_t name_len);

/*
 * The reply with the name in it: `reply` itself where it holds no {name}, else `filled`. The name
 * may be anything at all. Never longer than DIALECT_REPLY_MAX_BYTES: a name that nobody can have is
 * cut.
 */
const struct reply *reply_fill(const struct reply *reply, const char *name, size_t name_len,
                               struct reply *filled);

/* True where these bytes are what the reply is to somebody. */
bool reply_matches(const struct reply *reply, const char *bytes, size_t length);

#endif
