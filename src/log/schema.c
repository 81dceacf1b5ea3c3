/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Versions of the schema. */
#include "log/schema.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

/*
 * Step n leads from version n to n + 1.
 *
 * No index on names, times or words: it would keep what is forgotten, and a scan of a million
 * events takes a tenth of a second. `forgotten` is a column of its own because 0 and 1 take the
 * same bytes: a row that is forgotten is overwritten in its place (see forget.c).
 */
static const char *const steps[SCHEMA_VERSION] = {
    "CREATE TABLE log (id BLOB NOT NULL, room TEXT NOT NULL, boot BLOB NOT NULL,"
    " inode INTEGER NOT NULL, clean INTEGER NOT NULL, sync INTEGER NOT NULL,"
    " record INTEGER NOT NULL, event INTEGER NOT NULL, backup INTEGER);"
    "CREATE TABLE event (number INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
    " utc_offset INTEGER NOT NULL, kind INTEGER NOT NULL, forgotten INTEGER NOT NULL,"
    " reason INTEGER NOT NULL, member INTEGER NOT NULL, said INTEGER NOT NULL,"
    " name TEXT NOT NULL, folded TEXT, text TEXT NOT NULL);"
    "CREATE TABLE state (space INTEGER NOT NULL, key BLOB NOT NULL, value BLOB NOT NULL,"
    " PRIMARY KEY (space, key)) WITHOUT ROWID;"
    "CREATE VIEW history AS SELECT number,"
    " datetime(time / 1000000000, 'unixepoch', 'localtime') AS time,"
    " CASE WHEN forgotten THEN 'forgotten'"
    " ELSE CASE kind WHEN 0 THEN 'join' WHEN 1 THEN 'chat' WHEN 2 THEN 'exit' ELSE 'notice' END"
    " END AS kind, trim(name) AS name, trim(text) AS text FROM event ORDER BY number;"
    "INSERT INTO log VALUES (randomblob(16), '', zeroblob(16), 0, 1, 0, 0, 0, NULL);",
};

static int read_number(sqlite3 *db, const char *sql, int *ret_result, int64_t *ret_number)
{
    sqlite3_stmt *statement = NULL;
    int result = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);

    if (result == SQLITE_OK)
        result = sqlite3_step(statement);
    if (result == SQLITE_ROW)
        *ret_number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    *ret_result = result;
    return result == SQLITE_ROW ? STATUS_OK : STATUS_SYSTEM;
}

/* The version in the file, 0 = it is empty. */
static int read_version(sqlite3 *db, const char *path, struct trouble *trouble,
                        int64_t *ret_version)
{
    int64_t application = 0, version = 0, tables = 0;
    int result;

    if (read_number(db, "PRAGMA application_id", &result, &application) != 0 ||
        read_number(db, "PRAGMA user_version", &result, &version) != 0 ||
        read_number(db, "SELECT count(*) FROM sqlite_master", &result, &tables) != 0)
        return trouble_of_store(trouble, db, result, path);
    if (application != SCHEMA_APPLICATION_ID && (application != 0 || tables > 0))
        return trouble_set(trouble, LOG_TROUBLE_OWNER,
                           "%s is another program's database: set store.path to another file",
                           path);
    if (version > SCHEMA_VERSION)
        return trouble_set(trouble, LOG_TROUBLE_NEWER,
                           "%s was written by a newer roomd (schema %lld, known here: %d): install "
                           "that one again, or set store.path to another file",
                           path, (long long)version, SCHEMA_VERSION);
    *ret_version = tables == 0 ? 0 : version;
    return STATUS_OK;
}

int schema_check(sqlite3 *db, const char *path, struct trouble *trouble)
{
    int64_t version = 0;
    int status = read_version(db, path, trouble, &version);

    if (status == 0 && version < SCHEMA_VERSION)
        return trouble_set(trouble, LOG_TROUBLE_LOCKED,
                           "%s has not been brought up to date yet by the helper that writes",
                           path);
    return status;
}

int schema_update(sqlite3 *db, const char *path, struct trouble *trouble)
{
    int64_t version = 0;
    char mark[96];
    int result = SQLITE_OK;
    int status = read_version(db, path, trouble, &version);

    if (status != 0 || version == SCHEMA_VERSION)
        return status;
    snprintf(mark, sizeof(mark), "PRAGMA user_version = %d; PRAGMA application_id = %d",
             SCHEMA_VERSION, SCHEMA_APPLICATION_ID);
    if (version == 0) /* these come before the first table */
        result = sqlite3_exec(db, "PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL", NULL,
                              NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    for (; result == SQLITE_OK && version < SCHEMA_VERSION; version++)
        result = sqlite3_exec(db, steps[version], NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, mark, NULL, NULL, NULL);
    if (result == SQLITE_OK)
        result = sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    if (result == SQLITE_OK)
        return STATUS_OK;
    status = trouble_of_store(trouble, db, result, path);
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}
