/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Invented obsolete options, linked in place of src/conf/obsolete_rows.c. */
#include "conf/obsolete_option.h"

const struct obsolete_option obsolete_rows[] = {
    {"room", "welcome", "0.2.0", "write a notice"},
    {"plain", "echo", "0.2.0", "remove it: nothing is echoed"},
    {"history", "size", "0.3.0", "set room.ring"},
    {NULL, NULL, NULL, NULL},
};
