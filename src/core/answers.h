/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The answers and byes of all built-in dialects: known here whatever the doors speak, so that what another room of any of these kinds answers is never taken for a request.
 */
#ifndef ROOMD_CORE_ANSWERS_H
#define ROOMD_CORE_ANSWERS_H

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

/* Two dialects in two languages have 15 different ones. */
#define ANSWERS_MAX 32

struct answers {
    struct token tokens[ANSWERS_MAX];
    size_t count;
};

void answers_init(struct answers *answers);

/* True where these bytes are one of them. */
bool answers_have(const struct answers *answers, const char *bytes, size_t length);

#endif
