/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The keys of a dialect as set in one place: [plain] of the configuration with its --set overrides,
 * or a dialect file. Each value was checked alone; they are applied when the base dialect is known.
 */
#ifndef ROOMD_CONF_DIALECT_OPTION_H
#define ROOMD_CONF_DIALECT_OPTION_H

#include "conf/diagnostics.h"
#include "conf/value.h"

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

struct dialect_option_value {
    char *text; /* owned; NULL if not set or wrong */
    struct place place;
};

struct dialect_options {
    struct dialect_option_value keys[DIALECT_KEYS];
    struct dialect_option_value byes[DIALECT_VERBS_MAX];
    char bye_keys[DIALECT_VERBS_MAX][sizeof("bye.") + DIALECT_VERB_MAX_BYTES]; /* "bye.QUIT" */
    size_t bye_count;
};

/* All zeros is an empty one. */
void dialect_option_done(struct dialect_options *options);

/* True if `key` is the key of a dialect: "accept", "bye.QUIT". */
bool dialect_option_is_key(const char *key);

/*
 * Takes KEY = VALUE; `raw` is the text behind the '='. Errors are reported; returns only
 * STATUS_NO_MEMORY or 0.
 */
int dialect_option_take(struct dialect_options *options, const char *key, const char *raw,
                        const struct place *place, struct diagnostics *diagnostics);

/* Sets one key of a dialect and stores the text. STATUS_NO_MEMORY, or the errors of dialect_set. */
int dialect_option_set(struct config_dialect *dialect, enum dialect_key key, const char *text,
                       char ret_why[VALUE_WHY_BYTES]);

/* Applies all keys to a dialect. Errors are reported; returns only STATUS_NO_MEMORY or 0. */
int dialect_option_apply(const struct dialect_options *options, struct config_dialect *dialect,
                         struct diagnostics *diagnostics);

/*
 * Returns the place of the key that `why`, an error of dialect_check, mentions, if it is set here;
 * else NULL.
 */
const struct place *dialect_option_place(const struct dialect_options *options, const char *why);

#endif
