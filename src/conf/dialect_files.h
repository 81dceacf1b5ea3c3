/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Which dialects a configuration needs, each made once and shared among doors: built-in ones, and
 * files. A dialect file has one section, [plain], with the keys of a dialect and, if wanted,
 * `base`: the built-in dialect it starts from. A bare name is looked for beside the file that names
 * it, and then in ROOMD_DIALECTS_DIR, where those are that came with the program.
 */
#ifndef ROOMD_CONF_DIALECT_FILES_H
#define ROOMD_CONF_DIALECT_FILES_H

#include "conf/config_builder.h"

/*
 * Makes config->dialects and config->doors of what the builder holds, and checks each dialect under
 * the limits. What is wrong is reported; STATUS_NO_MEMORY.
 *
 * The keys in [plain] change the dialect that plain.dialect names. Of the others they change
 * fold_joins and max_lines, where its file does not set them: these are about load, not about what
 * a client understands.
 */
int dialect_files_load(struct config_builder *builder);

#endif
