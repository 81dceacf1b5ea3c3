/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The keys of a dialect as one place sets them: [plain] of the configuration with what --set says over it, or a
 * dialect file. Each value was checked by itself; they are put together when the dialect they belong to is known.
 */
#ifndef ROOMD_CONF_DIALECT_OPTION_H
#define ROOMD_CONF_DIALECT_OPTION_H

#include "conf/diagnostics.h"

#include <roomd/dialect.h>
#include <stdbool.h>
#include <stddef.h>

struct wording_value {
    char *text; /* owned; NULL where the value was wrong, or there is none */
    struct place place;
};

struct wording {
    struct wording_value keys[DIALECT_KEYS];
    struct wording_value byes[DIALECT_VERBS_MAX];
    char bye_keys[DIALECT_VERBS_MAX][sizeof("bye.") + DIALECT_VERB_MAX_BYTES]; /* "bye.QUIT" */
    size_t bye_count;
};

/* An empty wording is all zero. */
void wording_done(struct wording *wording);

/* True where `key` is a dialect's: "accept", "bye.QUIT". */
bool wording_is_key(const char *key);

/*
 * Takes KEY = VALUE, `raw` as it stands behind the '='. What is wrong is a complaint; only STATUS_NO_MEMORY is
 * returned.
 */
int wording_take(struct wording *wording, const char *key, const char *raw, const struct place *place,
                 struct complaints *complaints);

/* Sets one key of a dialect, and keeps the text it was set to. STATUS_NO_MEMORY, or what dialect_set refused. */
int wording_set_key(struct config_dialect *dialect, enum dialect_key key, const char *text,
                    char ret_why[DIALECT_WHY_BYTES]);

/* Sets all keys of a dialect that were taken. Only STATUS_NO_MEMORY is returned. */
int wording_apply(const struct wording *wording, struct config_dialect *dialect, struct complaints *complaints);

/*
 * Where `why`, dialect_check's reason, mentions a key that was set here: that place, else NULL.
 */
const struct place *wording_place(const struct wording *wording, const char *why);

#endif
