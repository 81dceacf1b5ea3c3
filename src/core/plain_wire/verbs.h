/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lists of verbs: the first word of a request, compared byte by byte. Knows neither dialects nor
 * the effects of a verb.
 */
#ifndef ROOMD_CORE_PLAIN_WIRE_VERBS_H
#define ROOMD_CORE_PLAIN_WIRE_VERBS_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Parses words separated by spaces. On refusal (STATUS_INVALID, STATUS_TOO_LONG) `ret_why` says why
 * and `ret_verbs` is untouched.
 */
int verbs_parse(const char *text, struct verbs *ret_verbs, char ret_why[DIALECT_WHY_BYTES]);

bool verbs_hold(const struct verbs *verbs, const char *word, size_t length);

#endif
