/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The tables of the log's file, by version, as roomd-log-sqlite(8) describes them, and the way from
 * each earlier version to this one.
 */
#ifndef ROOMD_LOG_SCHEMA_H
#define ROOMD_LOG_SCHEMA_H

#include "log/trouble.h"

/* Raise it with a step in schema.c, and add a file of the earlier version to the tests. */
#define SCHEMA_VERSION 1

/* "rmdL": of the file's header, by which file(1) and we know it. */
#define SCHEMA_APPLICATION_ID 0x726d644c

/*
 * Brings the file to SCHEMA_VERSION, in one transaction; an empty file gets its tables. STATUS_OK
 * or STATUS_SYSTEM with the trouble: a newer version, another program's database, or an error.
 */
int schema_update(sqlite3 *db, const char *path, struct trouble *trouble);

/* The same check, and nothing is changed: for a reader. */
int schema_check(sqlite3 *db, const char *path, struct trouble *trouble);

#endif
