/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Writes a line to stdout or stderr, whatever they are, without blocking on a slow reader. */
#ifndef ROOMD_BASE_WRITE_NOWAIT_H
#define ROOMD_BASE_WRITE_NOWAIT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes once. False if nothing, or only a part, was taken. Terminals and pipes were made
 * non-blocking at start (io/std.h). A socket, such as the journal's, may be shared, so a flag is
 * used instead of changing it. errno may change.
 */
bool write_nowait(int fd, const char *bytes, size_t length);

#endif
