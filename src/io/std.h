/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Puts the process's standard descriptors and terminal signals into a state in which they can
 * neither block nor end a daemon.
 */
#ifndef ROOMD_IO_STD_H
#define ROOMD_IO_STD_H

/*
 * Opens those of the descriptors 0–2 that are closed on /dev/null; makes a terminal or pipe on 1
 * and 2 non-blocking, without a change to the descriptor that the shell shares; ignores SIGPIPE,
 * SIGTTIN and SIGTTOU. To be called before anything else is opened. A program that only prints and
 * exits does without it: output that a slow reader of a pipe has not made place for is lost.
 *
 * STATUS_SYSTEM where a closed descriptor could not be opened.
 */
int std_prepare(void);

#endif
