/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The table of obsolete options. An option that is removed leaves a row here; so far there is none.
 */
#include "conf/obsolete_option.h"

const struct obsolete_option obsolete_rows[] = {
    {NULL, NULL, NULL, NULL},
};
