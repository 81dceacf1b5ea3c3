/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* --help-config: prints the table of options. Knows no more about an option than its row says. */
#ifndef ROOMD_CONF_HELP_H
#define ROOMD_CONF_HELP_H

#include <stddef.h>
#include <stdio.h>

/* Prints every option, its default, its range and the effect of a reload. */
void help_print(FILE *out);

/* Prints the range of one option; `id` < OPTIONS. */
void help_print_range(FILE *out, size_t id);

#endif
