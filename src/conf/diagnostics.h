/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Where a setting is, and what is wrong with it. All texts of the configuration that are shown to
 * people pass through here, where bytes that could harm a terminal are escaped.
 */
#ifndef ROOMD_CONF_DIAGNOSTICS_H
#define ROOMD_CONF_DIAGNOSTICS_H

#include "conf/config.h"
#include "conf/value.h"

#include <stdbool.h>
#include <stddef.h>

#define DIAGNOSTICS_NAME_BYTES    1024
#define DIAGNOSTICS_WHERE_BYTES   (DIAGNOSTICS_NAME_BYTES + 16) /* and a line's number */
#define DIAGNOSTICS_EXCERPT_BYTES 84

/* A file, or one --set of the command line. */
struct origin {
    char name[DIAGNOSTICS_NAME_BYTES]; /* escaped: "roomd.conf", "--set room.name=x" */
    const char *path;                  /* of the file, borrowed; NULL for --set */
};

/* A line of an origin; line 0 means the whole. origin NULL: the option is not set. */
struct place {
    const struct origin *origin;
    unsigned line;
};

struct diagnostics {
    const struct config_report *report;
    size_t count; /* of errors */
    size_t warnings;
};

void diagnostics_origin_file(struct origin *origin, const char *path);
void diagnostics_origin_setting(struct origin *origin, const char *setting);

/* "FILE:LINE", "FILE", "--set SECTION.KEY=VALUE", safe to print. */
const char *diagnostics_where(const struct place *place, char out[DIAGNOSTICS_WHERE_BYTES]);

/* Reports an error at `place`; after CONFIG_ERRORS_MAX errors only counts. */
void diagnostics_error(struct diagnostics *diagnostics, const struct place *place,
                       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* Reports a warning, which does not count as an error. */
void diagnostics_warning(struct diagnostics *diagnostics, const struct place *place,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "SECTION.KEY = VALUE: why" */
void diagnostics_error_value(struct diagnostics *diagnostics, const struct place *place,
                             const char *section, const char *key, const char *value,
                             const char *why);

/* True if further errors would not be reported. */
bool diagnostics_is_full(const struct diagnostics *diagnostics);

/*
 * Registers that `section`.`key` is set at `place`, and parses `raw`, the text behind the '='.
 * `taken` is the place of its previous setting and is updated. Returns false after reporting an
 * error: the key was set in this file already (--set may override everything), or `raw` is no
 * value.
 */
bool diagnostics_take_value(struct diagnostics *diagnostics, struct place *taken,
                            const struct place *place, const char *section, const char *key,
                            const char *raw, char ret_value[VALUE_MAX_BYTES + 1]);

/* The beginning of a long text, for a message; cut between two characters. */
struct excerpt {
    char text[DIAGNOSTICS_EXCERPT_BYTES];
};

struct excerpt diagnostics_excerpt(const char *text);

#endif
