/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Invented obsolete options, linked in place of src/conf/obsolete_rows.c. Their names are no words,
 * so that no real option will ever have one of them.
 */
#include "conf/obsolete_option.h"

const struct obsolete_option obsolete_rows[] = {
    {"room", "xyzzy", "0.2.0", "write a notice"},
    {"plain", "plugh", "0.2.0", "remove it: it did nothing"},
    {"plover", "size", "0.3.0", "set room.ring"},
    {NULL, NULL, NULL, NULL},
};
