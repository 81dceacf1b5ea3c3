/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The keys of a dialect as one place sets them: [plain] of the configuration with what --set says
 * over it, or a dialect file. Each value was checked by itself; they are put together when the
 * dialect they belong to is known.
 */
#ifndef ROOMD_CONF_DIALECT_OPTION_H
#define ROOMD_CONF_DIALECT_OPTION_H

#include "conf/diagnostics.h"
#include "conf/value.h"

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

struct dialect_option_value {
    char *text; /* owned; NULL where the value was wrong, or there is none */
    struct place place;
};

struct dialect_options {
    struct dialect_option_value keys[DIALECT_KEYS];
    struct dialect_option_value byes[DIALECT_VERBS_MAX];
    char bye_keys[DIALECT_VERBS_MAX][sizeof("bye.") + DIALECT_VERB_MAX_BYTES]; /* "bye.QUIT" */
    size_t bye_count;
};

/* An empty one is all zeros. */
void dialect_option_done(struct dialect_options *options);

/* True where `key` is a dialect's: "accept", "bye.QUIT". */
bool dialect_option_is_key(const char *key);

/*
 * Takes KEY = VALUE, `raw` as it stands behind the '='. What is wrong is reported; only
 * STATUS_NO_MEMORY is returned.
 */
int dialect_option_take(struct dialect_options *options, const char *key, const char *raw,
                        const struct place *place, struct diagnostics *diagnostics);

/* Sets one key of a dialect, and keeps the text it was set to. STATUS_NO_MEMORY, or what
 * dialect_set refused. */
int dialect_option_set(struct config_dialect *dialect, enum dialect_key key, const char *text,
                       char ret_why[VALUE_WHY_BYTES]);

/* Sets all keys of a dialect that were taken. Only STATUS_NO_MEMORY is returned. */
int dialect_option_apply(const struct dialect_options *options, struct config_dialect *dialect,
                         struct diagnostics *diagnostics);

/*
 * Where `why`, dialect_check's reason, mentions a key that was set here: that place, else NULL.
 */
const struct place *dialect_option_place(const struct dialect_options *options, const char *why);

#endif
