/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The table of obsolete options. An option that is removed leaves a row here. */
#include "conf/obsolete_option.h"

const struct obsolete_option obsolete_rows[] = {
    {"room", "probe_interval", "0.9.0", "remove it: silent members are sent nothing"},
    {NULL, NULL, NULL, NULL},
};
