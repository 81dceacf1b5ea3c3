/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a program needs to go on with its session after it was killed: one small file for a room and
 * a name, in the user's runtime folder, which is memory. It is locked while it is open, so that two
 * programs do not take one session from each other. Knows nothing of what a session is good for.
 */
#ifndef ROOMD_ROOM_SESSION_FILE_H
#define ROOMD_ROOM_SESSION_FILE_H

#include <roomd/client.h>

struct session_file;

/*
 * Opens the file for that room and name, or makes it: in `roomd` below XDG_RUNTIME_DIR, or, where
 * that is not set, below /run/user/UID; both folders must be ours alone. NULL where nothing can be
 * kept, which is no error: there is no such folder, or another program sits there under this name.
 */
struct session_file *session_file_open(const char *host, const char *port, const char *name);

/* The session that the program before has left; false where there is none that is whole. */
bool session_file_read(const struct session_file *file, struct client_session *ret_session);

/* Remembers this one in place of the one before. Cheap where it is the same. A disk that is full,
 * and the like, leaves none. */
void session_file_store(struct session_file *file, const struct client_session *session);

/* With `forget`, there is nothing left to go on with, and no file. NULL is legal. */
void session_file_close(struct session_file *file, bool forget);

#endif
