/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The log's file, open: transactions of records, what it holds, and its upkeep. store_open.h opens
 * and closes it. Knows no socket and no clock.
 *
 * Functions that can fail return STATUS_OK, or STATUS_SYSTEM with the trouble; after that and a
 * store_rollback nothing has changed.
 */
#ifndef ROOMD_LOG_STORE_H
#define ROOMD_LOG_STORE_H

#include "log/lock_file.h"
#include "log_wire/log_record.h"

/* The write-ahead log is moved into the file when it has so many pages (4 MiB). */
#define STORE_WAL_PAGES 1000

/* So many pages (64 MiB) say that somebody reads for so long that it can't be moved. */
#define STORE_WAL_PAGES_MAX 16000

enum store_statement {
    STORE_BEGIN,
    STORE_COMMIT,
    STORE_ROLLBACK,
    STORE_ADD_EVENT,
    STORE_PUT,
    STORE_DROP,
    STORE_MARK,
    STORE_OLDEST,
    STORE_NEWEST,
    STORE_ROWS_UP,
    STORE_ROWS_DOWN,
    STORE_STATE,
    STORE_FORGET,
    STORE_PRUNE,
    STORE_EXPIRED,
    STORE_STATEMENTS,
};

struct store {
    const char *path; /* borrowed */
    bool read_only;
    sqlite3 *db; /* NULL: closed */
    sqlite3_stmt *statements[STORE_STATEMENTS];
    struct lock_file lock;
    uint64_t record;      /* the last that is committed */
    uint64_t last_event;  /* likewise */
    uint64_t next_record; /* in the transaction: the last, so far */
    uint64_t next_event;
    uint8_t id[LOG_ID_BYTES];
    uint8_t boot[LOG_ID_BYTES]; /* of the last writer before this one */
    enum log_sync sync;
    uint8_t flags; /* of READY */
    bool used;     /* it was open before in this process: see store_open */
    int wal_pages; /* after the last commit */
};

/* ---- statements ---- */

/* Steps a statement that returns no row, and resets it. */
int store_run(struct store *store, enum store_statement statement, struct trouble *trouble);
/* Runs SQL without results. */
int store_execute(struct store *store, const char *sql, struct trouble *trouble);

/* ---- transactions ---- */

int store_begin(struct store *store, struct trouble *trouble);
int store_commit(struct store *store, struct trouble *trouble);
void store_rollback(struct store *store);

/*
 * Applies a PROPOSE or SOFT that log_records_check has passed. Records up to the last one are
 * repeats, and skipped. STATUS_INVALID with the trouble: their numbers do not follow.
 */
int store_apply(struct store *store, const struct log_frame *frame, struct trouble *trouble);

/* ---- what it holds ---- */

/* Number and time of the oldest event; 0 and 0 if there is none. */
int store_oldest(struct store *store, struct trouble *trouble, uint64_t *ret_number,
                 int64_t *ret_time_ns);

/* Number of the newest event that is kept; 0 if there is none. A reader's may lag. */
int store_newest(struct store *store, struct trouble *trouble, uint64_t *ret_number);

/* Of the oldest `window` events, the last one from before that time; 0 if there is none. */
int store_expired(struct store *store, unsigned window, int64_t before_ns, struct trouble *trouble,
                  uint64_t *ret_number);

/* Bytes of the file that are in use, and of the write-ahead log. 0 on errors. */
uint64_t store_bytes(struct store *store);
uint64_t store_wal_bytes(const struct store *store);

/* ---- upkeep ---- */

/* Promises another level from now on. */
int store_set_sync(struct store *store, enum log_sync sync, struct trouble *trouble);

/*
 * Moves the write-ahead log into the file, as far as readers let it; `ret_whole` is false if they
 * did not. With `truncates`, the write-ahead log is empty afterwards, and STATUS_TAKEN with the
 * trouble says that a reader prevents it.
 */
int store_checkpoint(struct store *store, bool truncates, struct trouble *trouble, bool *ret_whole);

/* Fails if the file, or its write-ahead log, is not at its path any more. */
int store_check_place(struct store *store, struct trouble *trouble);

#endif
