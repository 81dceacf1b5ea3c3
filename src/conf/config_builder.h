/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A configuration in the making: which option is set where, to what. Single values are checked as
 * they come in; dialects, which take several, are left to dialect_files_load.
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
    struct config *config; /* owned until the builder is done with; its values are the defaults
                              where nothing was set */
    struct place places[OPTIONS]; /* where each option is set, but for the keys of dialects */
    struct listen_option listen;
    struct dialect_options plain; /* the dialect's keys in [plain] */
    struct origin file;
    struct origin *settings; /* one for each --set; owned */
    size_t setting_count;
    struct diagnostics diagnostics;
    int status; /* STATUS_NO_MEMORY once something found none */
};

/*
 * All options at their defaults, no dialect loaded yet. `path` may be NULL. STATUS_NO_MEMORY: only
 * config_builder_done may follow.
 */
int config_builder_init(struct config_builder *builder, const char *path, size_t setting_max,
                        const struct config_report *report);
void config_builder_done(struct config_builder *builder);

/* Takes all settings of the file. What is wrong is reported; STATUS_NO_MEMORY. */
int config_builder_take_file(struct config_builder *builder, const char *bytes, size_t length);

/* Takes one --set SECTION.KEY=VALUE; at most `setting_max` of them. As above. */
int config_builder_take_setting(struct config_builder *builder, const char *text);

#endif
