/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A configuration in the making: which option is set where, to what. Single values are checked as they come in;
 * dialects, which take several, are left to dialects_load.
 */
#ifndef ROOMD_CONF_CONFIG_BUILDER_H
#define ROOMD_CONF_CONFIG_BUILDER_H

#include "conf/diagnostics.h"
#include "conf/dialect_option.h"
#include "conf/listen_option.h"
#include "conf/option.h"

#include <stdbool.h>
#include <stddef.h>

struct draft {
    struct config *config; /* owned until the draft is done with; its values are the defaults where nothing was set */
    struct place places[OPTIONS]; /* where each option is set, but for wordings */
    struct listen listen;
    struct wording plain; /* the dialect's keys in [plain] */
    struct origin file;
    struct origin *settings; /* one for each --set; owned */
    size_t setting_count;
    struct complaints complaints;
    int status; /* STATUS_NO_MEMORY once something found none */
};

/*
 * All options at their defaults, no dialect loaded yet. `path` may be NULL. STATUS_NO_MEMORY: only draft_done may
 * follow.
 */
int draft_init(struct draft *draft, const char *path, size_t setting_max, const struct config_report *report);
void draft_done(struct draft *draft);

/* Takes all settings of the file. What is wrong is a complaint; STATUS_NO_MEMORY. */
int draft_take_file(struct draft *draft, const char *bytes, size_t length);

/* True where `text` has the form SECTION.KEY=VALUE. */
bool draft_is_setting(const char *text);

/* Takes one --set SECTION.KEY=VALUE; at most `setting_max` of them. As above. */
int draft_take_setting(struct draft *draft, const char *text);

#endif
