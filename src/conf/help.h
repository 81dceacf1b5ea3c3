/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * --help-config: the table of options in words. Refuses to know more of an option than its row
 * says.
 */
#ifndef ROOMD_CONF_HELP_H
#define ROOMD_CONF_HELP_H

#include <stddef.h>
#include <stdio.h>

/* Writes every option, its default, what it may be set to and whether a reload takes it. */
void help_print(FILE *out);

/* Writes what one option may be set to; `id` < OPTIONS. */
void help_print_range(FILE *out, size_t id);

#endif
