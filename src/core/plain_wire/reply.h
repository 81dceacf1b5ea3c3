/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Answers and byes, which clients compare byte by byte. Most are the same for everybody and are sent as they stand; one that holds {name} is filled in for whom it goes to. Knows no dialect.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_REPLY_H
#define ROOMD_CORE_PLAIN_WIRE_REPLY_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

/* A token as it is written in a file, NUL included: every byte a doubled brace, and "{name}". */
#define TOKEN_TEXT_BYTES (DIALECT_TOKEN_MAX_BYTES * 2 + sizeof("{name}"))

/*
 * Makes a token of its text; an empty one is empty. {name} may stand in it once, "{{" stands for "{". On refusal (STATUS_INVALID, STATUS_TOO_LONG, STATUS_NOT_UTF8) `ret_why` says why and
 * `ret_token` is untouched.
 */
int token_parse(const char *text, struct token *ret_token, char ret_why[DIALECT_WHY_BYTES]);

/* The other way round. Returns `out`. */
const char *token_write(const struct token *token, char out[TOKEN_TEXT_BYTES]);

/* Its length for somebody whose name has `name_len` bytes, without a newline. */
size_t token_length(const struct token *token, size_t name_len);

/*
 * The token with the name in it: `token` itself where it holds no {name}, else `filled`. The name may be anything at all. Never longer than DIALECT_TOKEN_MAX_BYTES: a name that nobody can have is
 * cut.
 */
const struct token *token_fill(const struct token *token, const char *name, size_t name_len, struct token *filled);

/* True where these bytes are what the token is to somebody. */
bool token_matches(const struct token *token, const char *bytes, size_t length);

#endif
