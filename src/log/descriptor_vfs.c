/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* https://sqlite.org/vfs.html; nobody else has the file, so it needs no locks. */
#include "log/descriptor_vfs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME "descriptor"

struct descriptor_file {
    sqlite3_file base; /* must be the first */
    int fd;
};

static int fd_of(sqlite3_file *file)
{
    return ((struct descriptor_file *)file)->fd;
}

static int on_close(sqlite3_file *file)
{
    (void)file;
    return SQLITE_OK;
}

static int on_read(sqlite3_file *file, void *bytes, int length, sqlite3_int64 offset)
{
    ssize_t got = pread(fd_of(file), bytes, (size_t)length, offset);

    if (got < 0)
        return SQLITE_IOERR_READ;
    if (got == length)
        return SQLITE_OK;
    memset((char *)bytes + got, 0, (size_t)(length - got));
    return SQLITE_IOERR_SHORT_READ;
}

static int on_write(sqlite3_file *file, const void *bytes, int length, sqlite3_int64 offset)
{
    if (pwrite(fd_of(file), bytes, (size_t)length, offset) == length)
        return SQLITE_OK;
    return errno == ENOSPC || errno == EDQUOT ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int on_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    return ftruncate(fd_of(file), size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int on_sync(sqlite3_file *file, int flags)
{
    (void)flags;
    return fsync(fd_of(file)) == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

static int on_file_size(sqlite3_file *file, sqlite3_int64 *ret_size)
{
    struct stat status;

    if (fstat(fd_of(file), &status) != 0)
        return SQLITE_IOERR_FSTAT;
    *ret_size = status.st_size;
    return SQLITE_OK;
}

static int on_lock(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int on_check_lock(sqlite3_file *file, int *ret_reserved)
{
    (void)file;
    *ret_reserved = 0;
    return SQLITE_OK;
}

static int on_control(sqlite3_file *file, int what, void *argument)
{
    (void)file;
    (void)what;
    (void)argument;
    return SQLITE_NOTFOUND;
}

static int on_sector_size(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int on_characteristics(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_file_size,
    .xLock = on_lock,
    .xUnlock = on_lock,
    .xCheckReservedLock = on_check_lock,
    .xFileControl = on_control,
    .xSectorSize = on_sector_size,
    .xDeviceCharacteristics = on_characteristics,
};

/* The name is the number of the descriptor. */
static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
                   int *ret_flags)
{
    struct descriptor_file *opened = (struct descriptor_file *)file;

    (void)vfs;
    opened->base.pMethods = NULL;
    if (name == NULL || (flags & SQLITE_OPEN_MAIN_DB) == 0)
        return SQLITE_CANTOPEN;
    opened->fd = (int)strtol(name, NULL, 10);
    opened->base.pMethods = &methods;
    if (ret_flags != NULL)
        *ret_flags = flags;
    return SQLITE_OK;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int syncs)
{
    (void)vfs;
    (void)name;
    (void)syncs;
    return SQLITE_OK;
}

static int on_access(sqlite3_vfs *vfs, const char *name, int flags, int *ret_found)
{
    (void)vfs;
    (void)name;
    (void)flags;
    *ret_found = 0;
    return SQLITE_OK;
}

static int on_full_path(sqlite3_vfs *vfs, const char *name, int size, char *ret_path)
{
    (void)vfs;
    snprintf(ret_path, (size_t)size, "%s", name);
    return SQLITE_OK;
}

/* The rest, random numbers and time, is the system's. */
static int add_vfs(void)
{
    static sqlite3_vfs vfs;

    if (sqlite3_vfs_find(NAME) != NULL)
        return SQLITE_OK;
    vfs = *sqlite3_vfs_find(NULL);
    vfs.zName = NAME;
    vfs.pNext = NULL;
    vfs.szOsFile = sizeof(struct descriptor_file);
    vfs.xOpen = on_open;
    vfs.xDelete = on_delete;
    vfs.xAccess = on_access;
    vfs.xFullPathname = on_full_path;
    return sqlite3_vfs_register(&vfs, 0);
}

int descriptor_vfs_open(int fd, sqlite3 **ret_db)
{
    char name[16];
    int result = add_vfs();

    *ret_db = NULL;
    snprintf(name, sizeof(name), "%d", fd);
    if (result == SQLITE_OK)
        result = sqlite3_open_v2(
            name, ret_db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NAME);
    if (result == SQLITE_OK)
        result = sqlite3_exec(*ret_db, "PRAGMA journal_mode = OFF", NULL, NULL, NULL);
    return result;
}
