/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * One conversation with the room, from HELLO to the end of the socket: the log's side of the state
 * machine in doc/log-protocol.md, section 6. One thread, which waits for the disk so that the room
 * need not.
 */
#ifndef ROOMD_LOG_HELPER_H
#define ROOMD_LOG_HELPER_H

#include <stdbool.h>

/*
 * Serves the room at the socket `fd` with the log in the file `path`. Returns an exit code, once
 * the room has gone and all that it sent is committed, or the log can't go on.
 */
int helper_run(int fd, const char *path, bool read_only);

#endif
