/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Takes from this process what it does not need: all files but those of the log's folder
 * (landlock(7), Linux 5.13), sockets and other programs (seccomp(2)).
 */
#ifndef ROOMD_LOG_SANDBOX_H
#define ROOMD_LOG_SANDBOX_H

/*
 * Kernels that can't do a part of it go on without. `path` is the log's; a folder that is not there
 * yet is looked for later, and then nothing is forbidden about files.
 */
void sandbox_enter(const char *path);

#endif
