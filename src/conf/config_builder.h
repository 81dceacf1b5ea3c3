/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A configuration under construction: where each option is set, and to what. Single values are
 * checked as they arrive; dialects, which depend on several, are left to dialect_files_load.
 */
#ifndef ROOMD_CONF_CONFIG_BUILDER_H
#define ROOMD_CONF_CONFIG_BUILDER_H

#include "conf/diagnostics.h"
#include "conf/dialect_option.h"
#include "conf/listen_option.h"
#include "conf/option.h"

#include <stdbool.h>
#include <stddef.h>

struct config_builder {
    /* Owned; holds the defaults where nothing is set. */
    struct config *config;
    struct place places[OPTIONS]; /* where each option is set; keys of dialects are elsewhere */
    struct listen_option listen;
    struct dialect_options plain; /* the dialect keys of [plain] */
    struct origin file;
    struct origin *settings; /* one for each --set; owned */
    size_t setting_count;
    struct diagnostics diagnostics;
    int status; /* STATUS_NO_MEMORY after an allocation failed */
};

/*
 * Sets all options to their defaults; loads no dialect. `path` may be NULL. STATUS_NO_MEMORY: only
 * config_builder_done may follow.
 */
int config_builder_init(struct config_builder *builder, const char *path, size_t setting_max,
                        const struct config_report *report);
void config_builder_done(struct config_builder *builder);

/* Takes all settings of the file and reports errors in it. STATUS_NO_MEMORY. */
int config_builder_take_file(struct config_builder *builder, const char *bytes, size_t length);

/* Takes one --set SECTION.KEY=VALUE, at most `setting_max` in all. Errors as above. */
int config_builder_take_setting(struct config_builder *builder, const char *text);

#endif
