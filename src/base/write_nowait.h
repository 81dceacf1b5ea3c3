/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Writing a line to stdout or stderr, whatever they are, without ever waiting for who reads it.
 */
#ifndef ROOMD_BASE_WRITE_NOWAIT_H
#define ROOMD_BASE_WRITE_NOWAIT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Writes once. False where nothing, or not all, was taken. Terminals and pipes were made
 * non-blocking at start (io/std.h); a socket, as the journal's, is not ours to change, and is
 * written to with a flag instead. errno may change.
 */
bool write_nowait(int fd, const char *bytes, size_t length);

#endif
