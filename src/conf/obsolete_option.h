/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Options that were removed. A configuration that still sets one works: the value is ignored,
 * whatever it is, and a warning says what to do instead. So no room fails to start after an
 * upgrade.
 */
#ifndef ROOMD_CONF_OBSOLETE_OPTION_H
#define ROOMD_CONF_OBSOLETE_OPTION_H

#include "conf/diagnostics.h"

#include <stdbool.h>

struct obsolete_option {
    const char *section; /* "plain" also covers dialect files */
    const char *key;
    const char *since;   /* the first version that ignores it: "0.2.0" */
    const char *instead; /* what to do: "remove it: members are asked by themselves" */
};

/*
 * The table, in obsolete_rows.c; a row without a section ends it. It has a file of its own so that
 * a test can link other rows.
 */
extern const struct obsolete_option obsolete_rows[];

/* Warns of an obsolete option. False if `section`.`key` is not obsolete. */
bool obsolete_option_take(const char *section, const char *key, const struct place *place,
                          struct diagnostics *diagnostics);

/* True if an obsolete option was in a section of this name. */
bool obsolete_option_is_section(const char *section);

#endif
