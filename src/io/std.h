/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Prepares the standard descriptors and the terminal signals so that they can neither block nor end
 * a daemon.
 */
#ifndef ROOMD_IO_STD_H
#define ROOMD_IO_STD_H

/*
 * Opens the closed ones of descriptors 0–2 on /dev/null; makes a terminal or pipe on 1 and 2
 * non-blocking without changing the description that the shell shares; ignores SIGPIPE, SIGTTIN and
 * SIGTTOU. Call it before anything else is opened. A program that only prints and exits should not
 * call it: output to a full pipe would be lost.
 *
 * STATUS_SYSTEM if a closed descriptor could not be opened.
 */
int std_prepare(void);

#endif
