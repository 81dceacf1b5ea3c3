/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Looks up obsolete options. */
#include "conf/obsolete_option.h"

#include <string.h>

bool obsolete_option_take(const char *section, const char *key, const struct place *place,
                          struct diagnostics *diagnostics)
{
    for (const struct obsolete_option *row = obsolete_rows; row->section != NULL; row++) {
        if (strcmp(row->section, section) != 0 || strcmp(row->key, key) != 0)
            continue;
        diagnostics_warning(diagnostics, place, "%s.%s is obsolete since %s, and ignored: %s",
                            section, key, row->since, row->instead);
        return true;
    }
    return false;
}

bool obsolete_option_is_section(const char *section)
{
    const struct obsolete_option *row = obsolete_rows;

    while (row->section != NULL && strcmp(row->section, section) != 0)
        row++;
    return row->section != NULL;
}
