/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What getopt_long finds wrong with a command line. getopt's own messages show the argument as it
 * is, and a script may have put a member's name there.
 */
#ifndef ROOMD_BASE_WRONG_OPTION_H
#define ROOMD_BASE_WRONG_OPTION_H

/*
 * Prints a line to stderr about the '?' or ':' that getopt_long has returned. The caller has set
 * opterr to 0, its options begin with ':', and its long options without an argument are above 255.
 */
void wrong_option_print(const char *program, int returned, char *const argv[]);

#endif
