/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Loads a configuration that holds nothing but these two settings. */
#include "room/dialect_choice.h"

#include "base/safe_line.h"
#include "conf/config.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/*
 * The server decides how long names and texts may be. These small limits keep the configuration
 * check from refusing a dialect whose lines would be too long for roomd's limits.
 */
static const char *const limits[] = {"room.max_text=1", "room.max_name=1"};

static void on_error(void *ctx, const char *where, const char *message)
{
    (void)ctx;
    if (strncmp(where, "--set ", 6) == 0)
        where = "--dialect";
    if (strncmp(message, "plain.dialect = ", 16) == 0)
        message += 16;
    safe_line_print(stderr, "room: %s: %s", where, message);
}

/*
 * Quotes the value, so that no character in it has a meaning of its own. False if it is too long.
 */
static bool quote(const char *key, const char *value, char *out, size_t size)
{
    size_t used = (size_t)snprintf(out, size, "%s=\"", key);

    for (; *value != '\0'; value++) {
        if (used + 4 > size)
            return false;
        if (*value == '"' || *value == '\\')
            out[used++] = '\\';
        out[used++] = *value;
    }
    memcpy(out + used, "\"", 2);
    return true;
}

bool dialect_choice_load(const char *name, const char *language, struct dialect *ret_dialect)
{
    const struct config_report report = {.error = on_error};
    char dialect_setting[2 * CONFIG_DIALECT_MAX_BYTES + 32], language_setting[32];
    const char *settings[4] = {limits[0], limits[1], dialect_setting, language_setting};
    struct config *config;

    if (!quote("plain.dialect", name != NULL ? name : "course", dialect_setting,
               sizeof(dialect_setting)) ||
        !quote("plain.language", language != NULL ? language : "zh", language_setting,
               sizeof(language_setting))) {
        safe_line_print(stderr, "room: --dialect: its name is too long");
        return false;
    }
    if (config_load(NULL, settings, 4, &report, &config) != STATUS_OK)
        return false;
    *ret_dialect = config->dialects[0].dialect;
    config_free(config);
    return true;
}
