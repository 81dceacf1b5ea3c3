/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A file system for SQLite that has one file: an open descriptor. A backup is written through the
 * descriptor that the room passes, so this program needs no right to any other folder.
 */
#ifndef ROOMD_LOG_DESCRIPTOR_VFS_H
#define ROOMD_LOG_DESCRIPTOR_VFS_H

#include <sqlite3.h>

/*
 * Opens a database in the file behind `fd`, which stays the caller's and must outlive it. It has no
 * journal. Returns SQLITE_OK or an error; `ret_db` is to be closed in any case.
 */
int descriptor_vfs_open(int fd, sqlite3 **ret_db);

#endif
