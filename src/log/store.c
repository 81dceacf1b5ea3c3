/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Transactions and upkeep of the log's file. */
#include "log/store.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <roomd/status.h>
#include <stdio.h>
#include <sys/stat.h>

/* ---- statements ---- */

int store_run(struct store *store, enum store_statement statement, struct trouble *trouble)
{
    sqlite3_stmt *prepared = store->statements[statement];
    int result = sqlite3_step(prepared);

    if (result != SQLITE_DONE && result != SQLITE_ROW)
        trouble_of_store(trouble, store->db, result, store->path);
    sqlite3_reset(prepared);
    return result == SQLITE_DONE || result == SQLITE_ROW ? STATUS_OK : STATUS_SYSTEM;
}

int store_execute(struct store *store, const char *sql, struct trouble *trouble)
{
    int result = sqlite3_exec(store->db, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? STATUS_OK
                               : trouble_of_store(trouble, store->db, result, store->path);
}

static void bind_number(sqlite3_stmt *statement, int at, uint64_t number)
{
    sqlite3_bind_int64(statement, at, (sqlite3_int64)number);
}

static void bind_text(sqlite3_stmt *statement, int at, struct octets_slice text)
{
    sqlite3_bind_text(statement, at, text.bytes, (int)text.length, SQLITE_STATIC);
}

static void bind_bytes(sqlite3_stmt *statement, int at, struct octets_slice bytes)
{
    sqlite3_bind_blob(statement, at, bytes.bytes, (int)bytes.length, SQLITE_STATIC);
}

/* ---- transactions ---- */

int store_begin(struct store *store, struct trouble *trouble)
{
    store->next_record = store->record;
    store->next_event = store->last_event;
    return store_run(store, STORE_BEGIN, trouble);
}

/*
 * The row is changed only if it says what we have seen last: should two helpers ever write one
 * file, because somebody has deleted the lock, the second one notices here.
 */
static int mark(struct store *store, struct trouble *trouble)
{
    sqlite3_stmt *statement = store->statements[STORE_MARK];

    bind_number(statement, 1, store->next_record);
    bind_number(statement, 2, store->next_event);
    bind_number(statement, 3, store->record);
    if (store_run(store, STORE_MARK, trouble) != 0)
        return STATUS_SYSTEM;
    if (sqlite3_changes(store->db) == 1)
        return STATUS_OK;
    return trouble_set(trouble, LOG_TROUBLE_LOST,
                       "somebody else has written %s; is another room using it?", store->path);
}

int store_commit(struct store *store, struct trouble *trouble)
{
    if (store->next_record != store->record && mark(store, trouble) != 0)
        return STATUS_SYSTEM;
    if (store_run(store, STORE_COMMIT, trouble) != 0)
        return STATUS_SYSTEM;
    store->record = store->next_record;
    store->last_event = store->next_event;
    lock_file_set_record(&store->lock, store->record);
    return STATUS_OK;
}

void store_rollback(struct store *store)
{
    struct trouble ignored;

    /* Some errors have rolled back already. */
    if (store->db != NULL && !sqlite3_get_autocommit(store->db))
        (void)store_run(store, STORE_ROLLBACK, &ignored);
}

static int add_event(struct store *store, const struct log_record *record,
                     const struct log_entry *event, struct trouble *trouble)
{
    sqlite3_stmt *statement = store->statements[STORE_ADD_EVENT];

    store->next_event++;
    bind_number(statement, 1, store->next_event);
    sqlite3_bind_int64(statement, 2, record->time_ns);
    sqlite3_bind_int(statement, 3, record->utc_offset_s);
    sqlite3_bind_int(statement, 4, (int)event->kind);
    sqlite3_bind_int(statement, 5, event->flags);
    sqlite3_bind_int(statement, 6, event->reason);
    bind_number(statement, 7, event->member);
    bind_number(statement, 8, event->said);
    bind_text(statement, 9, event->name);
    if (event->folded.length > 0)
        bind_text(statement, 10, event->folded);
    else
        sqlite3_bind_null(statement, 10);
    bind_text(statement, 11, event->text);
    return store_run(store, STORE_ADD_EVENT, trouble);
}

static int set_value(struct store *store, const struct log_value *value, bool is_put,
                     struct trouble *trouble)
{
    enum store_statement which = is_put ? STORE_PUT : STORE_DROP;
    sqlite3_stmt *statement = store->statements[which];

    sqlite3_bind_int(statement, 1, value->space);
    bind_bytes(statement, 2, value->key);
    if (is_put)
        bind_bytes(statement, 3, value->value);
    return store_run(store, which, trouble);
}

static int apply_effects(struct store *store, const struct log_record *record,
                         struct log_effects effects, struct trouble *trouble)
{
    struct log_effect effect;

    while (log_effects_next(&effects, &effect) == 1) {
        int status = effect.kind == LOG_EVENT
                         ? add_event(store, record, &effect.event, trouble)
                         : set_value(store, &effect.value, effect.kind == LOG_PUT, trouble);

        if (status != 0)
            return status;
    }
    return STATUS_OK;
}

static int break_order(struct trouble *trouble, const char *what, uint64_t got, uint64_t wanted)
{
    trouble_set(trouble, LOG_TROUBLE_PROTOCOL, "the room has sent %s %" PRIu64 " after %" PRIu64,
                what, got, wanted - 1);
    return STATUS_INVALID;
}

static int apply_record(struct store *store, const struct log_record *record,
                        struct trouble *trouble)
{
    if (record->number <= store->next_record)
        return STATUS_OK;
    /* A room that outlives its log goes on with its numbers in a new one. */
    if (store->next_record == 0 && store->next_event == 0 && record->first_event > 0) {
        store->next_record = record->number - 1;
        store->next_event = record->first_event - 1;
    }
    if (record->number != store->next_record + 1)
        return break_order(trouble, "record", record->number, store->next_record + 1);
    if (record->first_event != store->next_event + 1)
        return break_order(trouble, "event", record->first_event, store->next_event + 1);
    store->next_record++;
    if ((record->flags & LOG_RECORD_VOID) != 0)
        return STATUS_OK;
    return apply_effects(store, record, record->effects, trouble);
}

int store_apply(struct store *store, const struct log_frame *frame, struct trouble *trouble)
{
    struct log_records records = log_records_open(frame);
    struct log_record record;
    uint64_t proposal = frame->a;

    if (frame->type == LOG_SOFT)
        return apply_effects(store, &(struct log_record){0}, log_effects_open(frame), trouble);
    while (log_records_next(&records, &record) == 1) {
        int status;

        if (record.number != proposal++)
            return break_order(trouble, "record", record.number, proposal - 1);
        status = apply_record(store, &record, trouble);
        if (status != 0)
            return status;
    }
    return STATUS_OK;
}

/* ---- what it holds ---- */

/* Up to two numbers of a row; 0 where there is none. */
static int read_numbers(struct store *store, enum store_statement which, struct trouble *trouble,
                        int64_t ret_numbers[2])
{
    sqlite3_stmt *statement = store->statements[which];
    int result = sqlite3_step(statement);

    for (int i = 0; i < 2; i++)
        ret_numbers[i] = result == SQLITE_ROW ? sqlite3_column_int64(statement, i) : 0;
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        trouble_of_store(trouble, store->db, result, store->path);
    sqlite3_reset(statement);
    return result == SQLITE_ROW || result == SQLITE_DONE ? STATUS_OK : STATUS_SYSTEM;
}

int store_oldest(struct store *store, struct trouble *trouble, uint64_t *ret_number,
                 int64_t *ret_time_ns)
{
    int64_t numbers[2];
    int status = read_numbers(store, STORE_OLDEST, trouble, numbers);

    *ret_number = (uint64_t)numbers[0];
    *ret_time_ns = numbers[1];
    return status;
}

int store_newest(struct store *store, struct trouble *trouble, uint64_t *ret_number)
{
    int64_t numbers[2];
    int status = read_numbers(store, STORE_NEWEST, trouble, numbers);

    *ret_number = (uint64_t)numbers[0];
    return status;
}

int store_expired(struct store *store, unsigned window, int64_t before_ns, struct trouble *trouble,
                  uint64_t *ret_number)
{
    int64_t numbers[2];
    int status;

    sqlite3_bind_int64(store->statements[STORE_EXPIRED], 1, window);
    sqlite3_bind_int64(store->statements[STORE_EXPIRED], 2, before_ns);
    status = read_numbers(store, STORE_EXPIRED, trouble, numbers);
    *ret_number = (uint64_t)numbers[0];
    return status;
}

static uint64_t ask_number(struct store *store, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    uint64_t number = 0;

    if (sqlite3_prepare_v2(store->db, sql, -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        number = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

uint64_t store_bytes(struct store *store)
{
    if (store->db == NULL)
        return 0;
    return (ask_number(store, "PRAGMA page_count") - ask_number(store, "PRAGMA freelist_count")) *
           ask_number(store, "PRAGMA page_size");
}

static int stat_wal(const struct store *store, struct stat *ret_status)
{
    char name[PATH_MAX];

    snprintf(name, sizeof(name), "%s-wal", store->path);
    return stat(name, ret_status);
}

uint64_t store_wal_bytes(const struct store *store)
{
    struct stat status;

    return stat_wal(store, &status) == 0 ? (uint64_t)status.st_size : 0;
}

/* ---- upkeep ---- */

/*
 * Both ways, the change itself is on the disk before anything is promised by it. A commit with
 * synchronous = FULL syncs the write-ahead log with all that was committed before, too.
 */
int store_set_sync(struct store *store, enum log_sync sync, struct trouble *trouble)
{
    const char *sql = sync >= LOG_DISK ? "PRAGMA synchronous = FULL; UPDATE log SET sync = 1"
                                       : "PRAGMA synchronous = FULL; UPDATE log SET sync = 0;"
                                         "PRAGMA synchronous = NORMAL";

    if (store_execute(store, sql, trouble) != 0)
        return STATUS_SYSTEM;
    store->sync = sync >= LOG_DISK ? LOG_DISK : LOG_OS;
    return STATUS_OK;
}

int store_checkpoint(struct store *store, bool truncates, struct trouble *trouble, bool *ret_whole)
{
    int pages = 0, moved = 0;
    int mode = truncates ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
    int result = sqlite3_wal_checkpoint_v2(store->db, "main", mode, &pages, &moved);

    if (result == SQLITE_BUSY && truncates) {
        trouble_set(trouble, LOG_TROUBLE_LOCKED,
                    "a program reads %s, so what was deleted is still in %s-wal: end it (fuser %s "
                    "tells which)",
                    store->path, store->path, store->path);
        return STATUS_TAKEN;
    }
    if (result != SQLITE_OK && result != SQLITE_BUSY)
        return trouble_of_store(trouble, store->db, result, store->path);
    *ret_whole = result == SQLITE_OK && pages == moved;
    if (*ret_whole)
        store->wal_pages = 0;
    return STATUS_OK;
}

int store_check_place(struct store *store, struct trouble *trouble)
{
    struct stat status;
    int moved = 0;

    if (sqlite3_file_control(store->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK)
        moved = 0;
    if (moved == 0 && stat_wal(store, &status) == 0)
        return STATUS_OK;
    return trouble_set(trouble, LOG_TROUBLE_GONE,
                       "%s was moved or deleted: put it back with its -wal file, or restart roomd, "
                       "which begins a new one",
                       store->path);
}
