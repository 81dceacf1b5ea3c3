/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What is wrong with the log, as a code for the room and a text for its administrator that says
 * what to do. Turns errors of SQLite and of the system into it; does nothing about them.
 */
#ifndef ROOMD_LOG_TROUBLE_H
#define ROOMD_LOG_TROUBLE_H

#include "log_wire/log_frame.h"

#include <sqlite3.h>

struct trouble {
    enum log_trouble code;
    char text[LOG_SAY_MAX_BYTES];
};

/* Cuts the text at LOG_SAY_MAX_BYTES. Returns STATUS_SYSTEM, for `return trouble_set(...)`. */
int trouble_set(struct trouble *trouble, enum log_trouble code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Of a system call that failed with `error` on the file `path`. Returns STATUS_SYSTEM. */
int trouble_of_system(struct trouble *trouble, int error, const char *path);

/* Of a call to SQLite that returned `result`; `db` may be NULL. Returns STATUS_SYSTEM. */
int trouble_of_store(struct trouble *trouble, sqlite3 *db, int result, const char *path);

#endif
