/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Options that are no more. A configuration that still sets one is as good as without it: the
 * value is ignored, whatever it is, and a warning says what to do instead. So no room fails to
 * start after an upgrade.
 */
#ifndef ROOMD_CONF_OBSOLETE_OPTION_H
#define ROOMD_CONF_OBSOLETE_OPTION_H

#include "conf/diagnostics.h"

#include <stdbool.h>

struct obsolete_option {
    const char *section; /* "plain": a dialect file may set it, too */
    const char *key;
    const char *since;   /* the first version that ignores it: "0.2.0" */
    const char *instead; /* what to do: "remove it: members are asked by themselves" */
};

/*
 * obsolete_rows.c: the table; its end is a row without a section. It is alone in its file, so that
 * a test can link rows of its own in its place.
 */
extern const struct obsolete_option obsolete_rows[];

/* Warns of an option that is obsolete. False where `section`.`key` is none. */
bool obsolete_option_take(const char *section, const char *key, const struct place *place,
                          struct diagnostics *diagnostics);

/* True where an obsolete option was in a section of this name. */
bool obsolete_option_is_section(const char *section);

#endif
