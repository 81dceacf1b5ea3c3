/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Texts for everything that can be wrong with the log. */
#include "log/trouble.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int trouble_set(struct trouble *trouble, enum log_trouble code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    trouble->code = code;
    vsnprintf(trouble->text, sizeof(trouble->text), format, arguments);
    va_end(arguments);
    return STATUS_SYSTEM;
}

int trouble_of_system(struct trouble *trouble, int error, const char *path)
{
    switch (error) {
    case ENOSPC:
    case EDQUOT:
        return trouble_set(trouble, LOG_TROUBLE_FULL,
                           "there is no space left for %s: free some, or keep less (store.keep, "
                           "store.max_bytes)",
                           path);
    case EROFS:
        return trouble_set(trouble, LOG_TROUBLE_READ_ONLY,
                           "the file system of %s is read-only: look into the kernel's log, then "
                           "mount it for writing again",
                           path);
    case EACCES:
    case EPERM:
        return trouble_set(trouble, LOG_TROUBLE_OWNER,
                           "the user that roomd runs as may not write %s: give it the file and its "
                           "folder (chown)",
                           path);
    case ENOENT:
    case ENOTDIR:
        return trouble_set(trouble, LOG_TROUBLE_GONE, "there is no folder for %s: make or mount it",
                           path);
    default:
        return trouble_set(trouble, LOG_TROUBLE_IO,
                           "%s: %s: look into the kernel's log, the disk may be failing", path,
                           strerror(error));
    }
}

/* SQLite says "input/output error" for a full disk, too, where a file can't grow. */
static int of_errno(struct trouble *trouble, sqlite3 *db, const char *path)
{
    int error = db != NULL ? sqlite3_system_errno(db) : 0;

    return trouble_of_system(trouble, error != 0 ? error : EIO, path);
}

int trouble_of_store(struct trouble *trouble, sqlite3 *db, int result, const char *path)
{
    switch (result & 0xff) {
    case SQLITE_FULL:
        return trouble_of_system(trouble, ENOSPC, path);
    case SQLITE_READONLY:
        return result == SQLITE_READONLY_DBMOVED
                   ? trouble_set(trouble, LOG_TROUBLE_GONE, "%s was moved or deleted", path)
                   : trouble_of_system(trouble, EROFS, path);
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return trouble_of_system(trouble, EACCES, path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return trouble_set(trouble, LOG_TROUBLE_CORRUPT, "%s is damaged (%s)", path,
                           sqlite3_errstr(result));
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
        return trouble_set(trouble, LOG_TROUBLE_LOCKED,
                           "another program has locked %s: end its transaction (fuser %s tells "
                           "which)",
                           path, path);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return of_errno(trouble, db, path);
    default:
        return trouble_set(trouble, LOG_TROUBLE_IO, "%s: %s", path,
                           db != NULL ? sqlite3_errmsg(db) : sqlite3_errstr(result));
    }
}
