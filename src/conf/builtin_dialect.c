/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Looks up built-in dialects, and words the error if there is none of that name. */
#include "conf/builtin_dialect.h"

#include "base/suggest.h"
#include "conf/config.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

const char *builtin_dialect_find(const char *name)
{
    for (const char *const *builtin = dialect_builtin_names(); *builtin != NULL; builtin++) {
        if (strcmp(*builtin, name) == 0)
            return *builtin;
    }
    return NULL;
}

int builtin_dialect_unknown(const char *name, const char *what, char ret_why[VALUE_WHY_BYTES])
{
    struct suggestion meant = {NULL, 0};
    char list[128] = "";
    size_t used = 0;

    for (const char *const *builtin = dialect_builtin_names();
         *builtin != NULL && used < sizeof(list); builtin++) {
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used > 0 ? ", " : "",
                                 *builtin);
        suggest_consider(&meant, *builtin, name);
    }
    return value_refuse(STATUS_INVALID, ret_why, "%s%s%s%s built in: %s", what,
                        meant.word != NULL ? "; did you mean " : ";",
                        meant.word != NULL ? meant.word : "", meant.word != NULL ? "?" : "", list);
}

int builtin_dialect_check(const char *name, char ret_why[VALUE_WHY_BYTES])
{
    size_t length = strlen(name);

    if (length > CONFIG_DIALECT_MAX_BYTES)
        return value_refuse(STATUS_INVALID, ret_why,
                            "is %zu bytes; the path of a dialect has at most %d", length,
                            CONFIG_DIALECT_MAX_BYTES);
    if (strchr(name, '\n') != NULL)
        return value_refuse(STATUS_INVALID, ret_why, "holds a line break");
    if (builtin_dialect_find(name) != NULL || strpbrk(name, "/.") != NULL)
        return STATUS_OK;
    return builtin_dialect_unknown(
        name, "is no dialect, and no file's path (that holds a '/' or a '.')", ret_why);
}
