/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Frees a configuration. */
#include "conf/config.h"
#include <stdlib.h>

void config_free(struct config *config)
{
    if (config == NULL)
        return;
    for (size_t i = 0; i < config->dialect_count; i++) {
        free(config->dialects[i].source);
        for (size_t key = 0; key < DIALECT_KEYS; key++)
            free(config->dialects[i].texts[key]);
    }
    free(config->dialects);
    free(config->listen_text);
    free(config->listen_where);
    free(config);
}
