/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The dialects that a configuration needs, built-in or from files; each is made once and shared by
 * doors. A dialect file has one section, [plain], with the keys of a dialect and optionally `base`,
 * the built-in dialect it starts from. A bare name is looked for beside the file that names it, and
 * then in ROOMD_DIALECTS_DIR, the folder of the installed dialects.
 */
#ifndef ROOMD_CONF_DIALECT_FILES_H
#define ROOMD_CONF_DIALECT_FILES_H

#include "conf/config_builder.h"

/*
 * Makes config->dialects and config->doors from the builder, and checks each dialect against the
 * limits. Errors are reported; returns STATUS_NO_MEMORY or 0.
 *
 * The keys in [plain] change the dialect of plain.dialect. In the others they change only
 * fold_joins and max_lines, unless the dialect's file sets them: these concern load, not what a
 * client understands.
 */
int dialect_files_load(struct config_builder *builder);

#endif
