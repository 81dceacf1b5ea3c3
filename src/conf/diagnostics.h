/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Where a setting stands, and what is wrong with it. Every word of the configuration that is shown
 * to somebody goes out here, so here is where bytes that would harm a terminal are escaped.
 */
#ifndef ROOMD_CONF_DIAGNOSTICS_H
#define ROOMD_CONF_DIAGNOSTICS_H

#include "conf/config.h"
#include "conf/value.h"

#include <stdbool.h>
#include <stddef.h>

#define DIAGNOSTICS_NAME_BYTES    1024
#define DIAGNOSTICS_EXCERPT_BYTES 84

/* A file, or one --set of the command line. */
struct origin {
    char name[DIAGNOSTICS_NAME_BYTES]; /* escaped: "roomd.conf", "--set room.name=x" */
    const char *path;                  /* of the file, borrowed; NULL for --set */
};

/* A line of it; line 0 means the whole. origin NULL: nowhere, for what nobody has set. */
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

/* Reports what is wrong at `place`; after CONFIG_ERRORS_MAX it only counts. */
void diagnostics_error(struct diagnostics *diagnostics, const struct place *place,
                       const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The same for what is no mistake; it does not count as one. */
void diagnostics_warning(struct diagnostics *diagnostics, const struct place *place,
                         const char *format, ...) __attribute__((format(printf, 3, 4)));

/* "SECTION.KEY = VALUE: why" */
void diagnostics_error_value(struct diagnostics *diagnostics, const struct place *place,
                             const char *section, const char *key, const char *value,
                             const char *why);

/* True where nobody would see another error. */
bool diagnostics_is_full(const struct diagnostics *diagnostics);

/*
 * The key `section`.`key` is being set at `place` to `raw`, which stands behind the '='. `taken`
 * is where it was set before, and is moved. False where that is reported: it was set in this file
 * already (--set may override whatever came before it), or is no value at all.
 */
bool diagnostics_take_value(struct diagnostics *diagnostics, struct place *taken,
                            const struct place *place, const char *section, const char *key,
                            const char *raw, char ret_value[VALUE_MAX_BYTES + 1]);

/* The beginning of a text that may be long, for a message; cut between two characters. */
struct excerpt {
    char text[DIAGNOSTICS_EXCERPT_BYTES];
};

struct excerpt diagnostics_excerpt(const char *text);

#endif
