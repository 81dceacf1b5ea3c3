/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The record that lets a program resume its session after it was killed: one small file for each
 * room and name, in the user's runtime directory, which is in memory. The file is locked while it
 * is open, so that two programs can't take one session from each other. Knows nothing of the
 * protocol.
 */
#ifndef ROOMD_ROOM_SESSION_FILE_H
#define ROOMD_ROOM_SESSION_FILE_H

#include <roomd/client.h>

struct session_file;

/*
 * Opens or creates the file for that room and name: in `roomd` below XDG_RUNTIME_DIR, or below
 * /run/user/UID if that is not set. Both folders must be accessible to us alone. NULL if nothing
 * can be saved, which is no error: there is no such folder, or another program runs under this
 * name.
 */
struct session_file *session_file_open(const char *host, const char *port, const char *name);

/* The session that an earlier program has left; false if there is no valid record. */
bool session_file_read(const struct session_file *file, struct client_session *ret_session);

/*
 * Replaces the record. Cheap if nothing has changed. If writing fails, for instance on a full disk,
 * no record is left.
 */
void session_file_store(struct session_file *file, const struct client_session *session);

/* With `forget`, deletes the file: there is nothing left to resume. NULL is legal. */
void session_file_close(struct session_file *file, bool forget);

#endif
