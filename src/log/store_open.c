/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A log is taken for a copy if its inode is not the one it was written with, if it is marked as a
 * backup, or if it ends before the number in the lock file: the numbers after its end were given
 * already. A copy, a log that another boot left uncleanly without syncs, and one in the place of a
 * damaged one ask for another epoch.
 */
#include "log/store_open.h"

#include "log/schema.h"
#include "log/words.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The columns of the one row in `log`. */
#define SELECT_LOG "SELECT id, boot, inode, clean, sync, record, event, backup FROM log"

enum {
    COLUMN_ID,
    COLUMN_BOOT,
    COLUMN_INODE,
    COLUMN_CLEAN,
    COLUMN_SYNC,
    COLUMN_RECORD,
    COLUMN_EVENT,
    COLUMN_BACKUP
};

#define SELECT_ROWS                                                                                \
    "SELECT number, time, utc_offset, kind, forgotten, reason, member, said, name, folded, text"   \
    " FROM event WHERE number BETWEEN ?1 AND ?2"                                                   \
    " AND (?3 = '' OR (forgotten = 0 AND words_are_in(?3, text)))"

/* How the file was left. */
struct left {
    uint64_t inode;
    bool clean;
    bool synced;
    bool backup;
};

static const char *const sql[STORE_STATEMENTS] = {
    [STORE_BEGIN] = "BEGIN IMMEDIATE",
    [STORE_COMMIT] = "COMMIT",
    [STORE_ROLLBACK] = "ROLLBACK",
    [STORE_ADD_EVENT] = "INSERT INTO event (number, time, utc_offset, kind, forgotten, reason,"
                        " member, said, name, folded, text) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
    [STORE_PUT] = "INSERT INTO state VALUES (?,?,?)"
                  " ON CONFLICT DO UPDATE SET value = excluded.value",
    [STORE_DROP] = "DELETE FROM state WHERE space = ? AND key = ?",
    [STORE_MARK] = "UPDATE log SET record = ?, event = ? WHERE record = ?",
    [STORE_OLDEST] = "SELECT number, time FROM event ORDER BY number LIMIT 1",
    [STORE_NEWEST] = "SELECT max(number) FROM event",
    [STORE_ROWS_UP] = SELECT_ROWS " ORDER BY number",
    [STORE_ROWS_DOWN] = SELECT_ROWS " ORDER BY number DESC",
    [STORE_STATE] = "SELECT space, key, value FROM state ORDER BY space, key",
    [STORE_FORGET] = "UPDATE event SET forgotten = 1,"
                     " name = substr(?4, 1, length(CAST(name AS BLOB))),"
                     " folded = substr(?4, 1, length(CAST(folded AS BLOB))),"
                     " text = substr(?4, 1, length(CAST(text AS BLOB)))"
                     " WHERE number BETWEEN ?1 AND ?2 AND forgotten = 0"
                     " AND coalesce(folded, name) = ?3",
    [STORE_PRUNE] = "DELETE FROM event WHERE number < ?",
    /* A clock that was ahead for a while must not keep what is older. */
    [STORE_EXPIRED] = "SELECT max(number) FROM (SELECT number, time FROM event ORDER BY number"
                      " LIMIT ?1) WHERE time < ?2",
};

/* ---- the file itself ---- */

static int sync_folder(const struct store *store, struct trouble *trouble)
{
    char path[PATH_MAX];
    int fd;

    snprintf(path, sizeof(path), "%s", store->path);
    fd = open(dirname(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) != 0) {
        trouble_of_system(trouble, errno, store->path);
        if (fd >= 0)
            close(fd);
        return STATUS_SYSTEM;
    }
    close(fd);
    return STATUS_OK;
}

int store_move_aside(struct store *store, int64_t now_s, struct trouble *trouble)
{
    char aside[PATH_MAX], from[PATH_MAX], to[PATH_MAX], stamp[32];
    time_t now = (time_t)now_s;
    struct tm utc;

    gmtime_r(&now, &utc);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &utc);
    snprintf(aside, sizeof(aside), "%s.damaged-%s", store->path, stamp);
    snprintf(from, sizeof(from), "%s-wal", store->path);
    snprintf(to, sizeof(to), "%.*s-wal", PATH_MAX - 8, aside);
    if (rename(store->path, aside) != 0)
        return trouble_of_system(trouble, errno, store->path);
    if (rename(from, to) != 0 && errno != ENOENT)
        return trouble_of_system(trouble, errno, from);
    snprintf(from, sizeof(from), "%s-shm", store->path);
    (void)unlink(from);
    trouble_set(trouble, LOG_TROUBLE_CORRUPT,
                "%s was damaged, and is %s now: a new one was begun; what could be read of the old "
                "one, 'sqlite3 %s .recover' shows",
                store->path, aside, aside);
    store->flags |= LOG_READY_ASIDE;
    return sync_folder(store, trouble);
}

/* STATUS_NOT_FOUND: there is no file yet. */
static int check_file(const struct store *store, struct trouble *trouble)
{
    struct stat status;

    if (stat(store->path, &status) != 0)
        return errno == ENOENT ? STATUS_NOT_FOUND : trouble_of_system(trouble, errno, store->path);
    if (!S_ISREG(status.st_mode))
        return trouble_set(trouble, LOG_TROUBLE_OWNER,
                           "%s is no file: set store.path to the name of one", store->path);
    if (status.st_uid != geteuid())
        return trouble_set(trouble, LOG_TROUBLE_OWNER,
                           "%s belongs to user %u, and roomd runs as %u: give it the file (chown)",
                           store->path, (unsigned)status.st_uid, (unsigned)geteuid());
    return STATUS_OK;
}

/* What members say is for nobody else on this machine. */
static int make_private(const struct store *store, struct trouble *trouble)
{
    struct stat status;

    if (stat(store->path, &status) != 0)
        return trouble_of_system(trouble, errno, store->path);
    if ((status.st_mode & 077) != 0 && chmod(store->path, 0600) != 0)
        return trouble_of_system(trouble, errno, store->path);
    return STATUS_OK;
}

/* ---- the database ---- */

/* For the length of the write-ahead log; it also keeps SQLite from moving it during a commit. */
static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
    struct store *store = ctx;

    (void)db;
    (void)name;
    store->wal_pages = pages;
    return SQLITE_OK;
}

/* A network file system may be unable to share memory, and then stays with another mode. */
static int set_up(struct store *store, struct trouble *trouble)
{
    sqlite3_stmt *mode = NULL;
    int result = sqlite3_prepare_v2(store->db, "PRAGMA journal_mode = WAL", -1, &mode, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(mode);
    if (result == SQLITE_ROW && strcmp((const char *)sqlite3_column_text(mode, 0), "wal") != 0)
        result = SQLITE_NOLFS;
    sqlite3_finalize(mode);
    if (result == SQLITE_NOLFS)
        return trouble_set(trouble, LOG_TROUBLE_IO,
                           "the file system of %s can't share memory between programs: set "
                           "store.path to a file on a local disk",
                           store->path);
    if (result != SQLITE_ROW)
        return trouble_of_store(trouble, store->db, result, store->path);
    return store_execute(store,
                         "PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;"
                         "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192;"
                         "PRAGMA journal_size_limit = 4194304",
                         trouble);
}

static int open_database(struct store *store, struct trouble *trouble)
{
    int flags =
        SQLITE_OPEN_NOMUTEX |
        (store->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    int result = sqlite3_open_v2(store->path, &store->db, flags, NULL);

    if (result != SQLITE_OK)
        return trouble_of_store(trouble, store->db, result, store->path);
    sqlite3_extended_result_codes(store->db, 1);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    if (store->read_only)
        return schema_check(store->db, store->path, trouble);
    if (schema_update(store->db, store->path, trouble) != 0)
        return STATUS_SYSTEM;
    return set_up(store, trouble);
}

static int prepare(struct store *store, struct trouble *trouble)
{
    int result = words_add_function(store->db);

    for (unsigned i = 0; result == SQLITE_OK && i < STORE_STATEMENTS; i++)
        result = sqlite3_prepare_v3(store->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT,
                                    &store->statements[i], NULL);
    if (result != SQLITE_OK)
        return trouble_of_store(trouble, store->db, result, store->path);
    sqlite3_wal_hook(store->db, on_commit, store);
    return STATUS_OK;
}

static void copy_id(sqlite3_stmt *row, int column, uint8_t ret_id[LOG_ID_BYTES])
{
    if (sqlite3_column_bytes(row, column) == (int)LOG_ID_BYTES)
        memcpy(ret_id, sqlite3_column_blob(row, column), LOG_ID_BYTES);
}

static int read_log(struct store *store, struct left *ret_left, struct trouble *trouble)
{
    sqlite3_stmt *row = NULL;
    int result = sqlite3_prepare_v2(store->db, SELECT_LOG, -1, &row, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(row);
    if (result == SQLITE_ROW) {
        copy_id(row, COLUMN_ID, store->id);
        copy_id(row, COLUMN_BOOT, store->boot);
        ret_left->inode = (uint64_t)sqlite3_column_int64(row, COLUMN_INODE);
        ret_left->clean = sqlite3_column_int(row, COLUMN_CLEAN) != 0;
        ret_left->synced = sqlite3_column_int(row, COLUMN_SYNC) != 0;
        ret_left->backup = sqlite3_column_type(row, COLUMN_BACKUP) != SQLITE_NULL;
        store->record = (uint64_t)sqlite3_column_int64(row, COLUMN_RECORD);
        store->last_event = (uint64_t)sqlite3_column_int64(row, COLUMN_EVENT);
    }
    sqlite3_finalize(row);
    if (result == SQLITE_DONE)
        result = SQLITE_CORRUPT;
    return result == SQLITE_ROW ? STATUS_OK
                                : trouble_of_store(trouble, store->db, result, store->path);
}

/* ---- how it was left ---- */

static void judge(struct store *store, const struct log_hello *hello, const struct left *left,
                  uint64_t inode)
{
    bool is_new = left->inode == 0 && store->record == 0;
    bool is_copy = !is_new && (left->inode != inode || left->backup ||
                               store->record < lock_file_record(&store->lock));
    bool is_torn =
        !left->clean && !left->synced && memcmp(store->boot, hello->boot, LOG_ID_BYTES) != 0;

    if (is_new)
        store->flags |= LOG_READY_NEW;
    if (is_copy)
        store->flags |= LOG_READY_COPY;
    if (!is_new && (is_copy || is_torn))
        store->flags |= LOG_READY_RENUMBER;
    if ((store->flags & LOG_READY_ASIDE) != 0)
        store->flags |= LOG_READY_RENUMBER;
}

/* On the disk before anything is committed: the statement runs with synchronous = FULL. */
static int mark_used(struct store *store, const struct log_hello *hello, uint64_t inode,
                     struct trouble *trouble)
{
    bool is_copy = (store->flags & LOG_READY_COPY) != 0;
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(store->db,
                                    "UPDATE log SET boot = ?, inode = ?, clean = 0, sync = ?,"
                                    " room = ?, backup = NULL,"
                                    " id = CASE ? WHEN 1 THEN randomblob(16) ELSE id END",
                                    -1, &statement, NULL);

    if (result == SQLITE_OK) {
        sqlite3_bind_blob(statement, 1, hello->boot, LOG_ID_BYTES, SQLITE_STATIC);
        sqlite3_bind_int64(statement, 2, (sqlite3_int64)inode);
        sqlite3_bind_int(statement, 3, hello->settings.sync >= LOG_DISK);
        sqlite3_bind_text(statement, 4, hello->room.bytes, (int)hello->room.length, SQLITE_STATIC);
        sqlite3_bind_int(statement, 5, is_copy);
        result = sqlite3_step(statement);
    }
    sqlite3_finalize(statement);
    return result == SQLITE_DONE ? STATUS_OK
                                 : trouble_of_store(trouble, store->db, result, store->path);
}

/* For a store that was open before: the numbers told by then must still be there. */
static int compare(struct store *store, uint64_t record, struct trouble *trouble)
{
    bool whole;

    if (store->record < record) {
        trouble_set(trouble, LOG_TROUBLE_LOST,
                    "after an error, %s ends before what was committed: another epoch begins",
                    store->path);
        return STATUS_INVALID;
    }
    /*
     * A sync that has failed must not be repeated: the kernel takes those pages for written (see
     * fsync(2), "EIO"). All of the write-ahead log is written to the file instead, and synced
     * there.
     */
    return store_checkpoint(store, true, trouble, &whole) == 0 ? STATUS_OK : STATUS_SYSTEM;
}

static int begin_use(struct store *store, const struct log_hello *hello, struct trouble *trouble)
{
    uint64_t record = store->record;
    uint8_t boot[LOG_ID_BYTES];
    struct left left = {0};
    struct stat status;
    int result;

    if (make_private(store, trouble) != 0 || read_log(store, &left, trouble) != 0)
        return STATUS_SYSTEM;
    if (stat(store->path, &status) != 0)
        return trouble_of_system(trouble, errno, store->path);
    if (store->used) {
        result = compare(store, record, trouble);
        if (result != 0)
            return result;
    } else {
        judge(store, hello, &left, (uint64_t)status.st_ino);
    }
    memcpy(boot, store->boot, sizeof(boot));
    if (mark_used(store, hello, (uint64_t)status.st_ino, trouble) != 0 ||
        read_log(store, &left, trouble) != 0 ||
        store_set_sync(store, hello->settings.sync, trouble) != 0 ||
        ((store->flags & LOG_READY_NEW) != 0 && sync_folder(store, trouble) != 0))
        return STATUS_SYSTEM;
    memcpy(store->boot, boot, sizeof(boot));
    lock_file_set_record(&store->lock, store->record);
    store->used = true;
    return STATUS_OK;
}

/* ---- all of it ---- */

static int open_whole(struct store *store, const struct log_hello *hello, struct trouble *trouble)
{
    struct left left;
    uint64_t number;
    int64_t time_ns;
    int status = open_database(store, trouble);

    if (status == 0)
        status = prepare(store, trouble);
    /* Both ends of the events, so that the most likely damage is found before anything is told. */
    if (status == 0)
        status = store_oldest(store, trouble, &number, &time_ns);
    if (status == 0)
        status = store_newest(store, trouble, &number);
    if (status != 0)
        return status;
    return store->read_only ? read_log(store, &left, trouble) : begin_use(store, hello, trouble);
}

int store_open(struct store *store, const struct log_hello *hello, int64_t now_s,
               struct trouble *trouble)
{
    struct trouble aside;
    int status = store->read_only ? STATUS_OK : lock_file_take(&store->lock, store->path, trouble);

    if (status != 0)
        return STATUS_SYSTEM;
    status = check_file(store, trouble);
    if (status == STATUS_NOT_FOUND && store->used)
        return trouble_set(trouble, LOG_TROUBLE_GONE,
                           "%s was moved or deleted: put it back, or restart roomd, which begins a "
                           "new one",
                           store->path);
    if (status != 0 && status != STATUS_NOT_FOUND)
        return status;
    status = open_whole(store, hello, trouble);
    if (status == 0)
        return STATUS_OK;
    store_close(store);
    if (trouble->code != LOG_TROUBLE_CORRUPT || store->read_only || store->used)
        return status;
    if (store_move_aside(store, now_s, &aside) != 0) {
        *trouble = aside;
        return STATUS_SYSTEM;
    }
    status = open_whole(store, hello, trouble);
    if (status == 0)
        *trouble = aside;
    else
        store_close(store);
    return status;
}

void store_close(struct store *store)
{
    for (unsigned i = 0; i < STORE_STATEMENTS; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
    sqlite3_close(store->db);
    store->db = NULL;
}

int store_end(struct store *store, struct trouble *trouble)
{
    bool whole;
    int status = store_execute(store, "PRAGMA synchronous = FULL", trouble);

    /* A reader may keep the write-ahead log from being moved; it is on the disk all the same. */
    if (status == 0)
        status = store_checkpoint(store, false, trouble, &whole);
    if (status == 0)
        status = store_execute(store, "UPDATE log SET clean = 1", trouble);
    /* So closing it leaves one file, without a write-ahead log. */
    if (status == 0)
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return status;
}
