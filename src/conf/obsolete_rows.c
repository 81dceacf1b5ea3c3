/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table of obsolete options. An option that goes away leaves a row here; so far none has gone.
 */
#include "conf/obsolete_option.h"

const struct obsolete_option obsolete_rows[] = {
    {NULL, NULL, NULL, NULL},
};
