/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The layout of a page is https://sqlite.org/fileformat.html, 1.6. Only bytes that belong to no row
 * are changed, so neither a reader nor a crash in between matters.
 */
#include "log/scrub.h"

#include <roomd/status.h>
#include <string.h>

#define PAGE_BYTES 4096U

/* First bytes of the pages that hold rows: leaves of tables and of indexes. No other page has them.
 */
#define LEAF_OF_TABLE 0x0dU
#define LEAF_OF_INDEX 0x0aU

/* A leaf's header: its type, then at these places the number of rows and where they begin. */
#define HEADER_BYTES 8U
#define COUNT_AT     3U
#define CONTENT_AT   5U

static unsigned read_u16(const uint8_t *bytes)
{
    return (unsigned)bytes[0] << 8 | bytes[1];
}

/* Zeros what belongs to nothing; false if it is zero already. */
static bool zero_gap(uint8_t page[PAGE_BYTES], size_t *ret_from, size_t *ret_length)
{
    size_t from = HEADER_BYTES + 2U * read_u16(page + COUNT_AT);
    size_t to = read_u16(page + CONTENT_AT);

    if ((page[0] != LEAF_OF_TABLE && page[0] != LEAF_OF_INDEX) || to > PAGE_BYTES)
        return false;
    while (from < to && page[from] == 0)
        from++;
    if (from >= to)
        return false;
    memset(page + from, 0, to - from);
    *ret_from = from;
    *ret_length = to - from;
    return true;
}

/* The first page, which has the schema alone, is left out. Returns a result of SQLite. */
static int scrub_file(sqlite3_file *file)
{
    sqlite3_int64 size = 0, at = PAGE_BYTES;
    int result = file->pMethods->xFileSize(file, &size);
    uint8_t page[PAGE_BYTES];
    size_t from, length;

    for (; result == SQLITE_OK && at + (sqlite3_int64)PAGE_BYTES <= size; at += PAGE_BYTES) {
        result = file->pMethods->xRead(file, page, PAGE_BYTES, at);
        if (result == SQLITE_OK && zero_gap(page, &from, &length))
            result =
                file->pMethods->xWrite(file, page + from, (int)length, at + (sqlite3_int64)from);
    }
    return result == SQLITE_OK ? file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) : result;
}

int scrub_pages(struct store *store, struct trouble *trouble)
{
    sqlite3_file *file = NULL;
    int result;

    /* Nobody else writes meanwhile. */
    if (store_run(store, STORE_BEGIN, trouble) != 0)
        return STATUS_TAKEN;
    if (store_wal_bytes(store) > 0) {
        store_rollback(store);
        trouble_set(trouble, LOG_TROUBLE_LOCKED, "another program has written %s", store->path);
        return STATUS_TAKEN;
    }
    result = sqlite3_file_control(store->db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (result == SQLITE_OK)
        result = scrub_file(file);
    store_rollback(store);
    /* Pages in memory still have what was there. */
    sqlite3_db_release_memory(store->db);
    return result == SQLITE_OK ? STATUS_OK
                               : trouble_of_store(trouble, store->db, result, store->path);
}
