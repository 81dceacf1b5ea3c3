/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What is forgotten is overwritten in its place, with as many spaces: a row that keeps its size
 * stays where it is. Then the write-ahead log is emptied, which holds older states of pages, and
 * pages are scrubbed of what earlier moves of rows have left behind. What is pruned is deleted, its
 * pages zeroed and given back.
 */
#include "log/jobs.h"

#include "log/descriptor_vfs.h"
#include "log/scrub.h"

#include <inttypes.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Events that a step looks at, pages that it copies or gives back: each about a millisecond. */
#define STEP_EVENTS 4096U
#define STEP_PAGES  256

/* As long as the longest text. */
static char spaces[LOG_TEXT_MAX_BYTES];

int jobs_add(struct jobs *jobs, const struct job *job)
{
    if (jobs->count == JOBS_MAX)
        return STATUS_FULL;
    jobs->jobs[jobs->count++] = *job;
    return STATUS_OK;
}

static void close_backup(struct job *job)
{
    sqlite3_backup_finish(job->backup);
    sqlite3_close(job->to);
    job->backup = NULL;
    job->to = NULL;
}

static void remove_job(struct jobs *jobs, unsigned at)
{
    struct job *job = &jobs->jobs[at];

    close_backup(job);
    if (job->fd >= 0)
        close(job->fd);
    jobs->count--;
    memmove(job, job + 1, (jobs->count - at) * sizeof(*job));
}

/* ---- forgetting ---- */

static int begin_range(struct job *job, struct store *store, struct trouble *trouble)
{
    int64_t time_ns;

    job->began = true;
    if (store_oldest(store, trouble, &job->at, &time_ns) != 0 ||
        store_newest(store, trouble, &job->end) != 0)
        return STATUS_SYSTEM;
    job->changed = job->at == 0;
    if (job->before > job->end + 1)
        job->before = job->end + 1;
    return STATUS_OK;
}

static int forget_events(struct job *job, struct store *store, struct trouble *trouble)
{
    sqlite3_stmt *statement = store->statements[STORE_FORGET];
    uint64_t to = job->end - job->at >= STEP_EVENTS ? job->at + STEP_EVENTS - 1 : job->end;

    memset(spaces, ' ', sizeof(spaces));
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)job->at);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)to);
    sqlite3_bind_text(statement, 3, job->name, job->name_length, SQLITE_STATIC);
    sqlite3_bind_text(statement, 4, spaces, sizeof(spaces), SQLITE_STATIC);
    if (store_run(store, STORE_FORGET, trouble) != 0)
        return STATUS_SYSTEM;
    job->count += (uint64_t)sqlite3_changes(store->db);
    job->at = to + 1;
    job->changed = to == job->end;
    return STATUS_OK;
}

/* Empties the write-ahead log: only then is nothing left of what was deleted. */
static int empty_wal(struct store *store, struct trouble *trouble)
{
    bool whole;
    int status = store_checkpoint(store, true, trouble, &whole);

    return status == 0 ? STATUS_NOT_FOUND : status;
}

static int forget(struct job *job, struct store *store, struct trouble *trouble)
{
    int status;

    if (!job->began && begin_range(job, store, trouble) != 0)
        return STATUS_SYSTEM;
    if (!job->changed)
        return forget_events(job, store, trouble);
    status = empty_wal(store, trouble);
    if (status != STATUS_NOT_FOUND)
        return status;
    status = scrub_pages(store, trouble);
    return status == 0 ? STATUS_NOT_FOUND : status;
}

/* ---- pruning ---- */

static int prune_events(struct job *job, struct store *store, struct trouble *trouble)
{
    uint64_t to = job->before > job->at + STEP_EVENTS ? job->at + STEP_EVENTS : job->before;

    if (job->before <= job->at) {
        job->changed = true;
        return STATUS_OK;
    }
    sqlite3_bind_int64(store->statements[STORE_PRUNE], 1, (sqlite3_int64)to);
    if (store_run(store, STORE_PRUNE, trouble) != 0)
        return STATUS_SYSTEM;
    job->count += (uint64_t)sqlite3_changes(store->db);
    job->at = to;
    return STATUS_OK;
}

static int count_free(struct store *store, int64_t *ret_pages)
{
    sqlite3_stmt *statement = NULL;

    *ret_pages = 0;
    if (sqlite3_prepare_v2(store->db, "PRAGMA freelist_count", -1, &statement, NULL) == SQLITE_OK &&
        sqlite3_step(statement) == SQLITE_ROW)
        *ret_pages = sqlite3_column_int64(statement, 0);
    return sqlite3_finalize(statement);
}

static int free_pages(struct store *store, struct trouble *trouble)
{
    char sql[64];
    int64_t pages;
    int result = count_free(store, &pages);

    if (result != SQLITE_OK)
        return trouble_of_store(trouble, store->db, result, store->path);
    if (pages == 0)
        return empty_wal(store, trouble);
    snprintf(sql, sizeof(sql), "PRAGMA incremental_vacuum(%d)", STEP_PAGES);
    return store_execute(store, sql, trouble);
}

static int prune(struct job *job, struct store *store, struct trouble *trouble)
{
    if (!job->began && begin_range(job, store, trouble) != 0)
        return STATUS_SYSTEM;
    if (!job->changed)
        return prune_events(job, store, trouble);
    /* Nothing was deleted, so nothing has to be tidied. */
    return job->count == 0 ? STATUS_NOT_FOUND : free_pages(store, trouble);
}

/* ---- backups ---- */

static int begin_backup(struct job *job, struct store *store, struct trouble *trouble)
{
    struct stat status;
    int result;

    job->began = true;
    if (fstat(job->fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size != 0) {
        trouble_set(trouble, LOG_TROUBLE_IO, "a backup needs an empty file");
        return STATUS_INVALID;
    }
    result = descriptor_vfs_open(job->fd, &job->to);
    if (result == SQLITE_OK)
        job->backup = sqlite3_backup_init(job->to, "main", store->db, "main");
    if (job->backup != NULL)
        return STATUS_OK;
    trouble_of_store(trouble, job->to, result != SQLITE_OK ? result : sqlite3_errcode(job->to),
                     "the backup");
    return STATUS_INVALID;
}

/*
 * The copy's header says that there is a write-ahead log beside it, which is not so (offsets 18 and
 * 19, https://sqlite.org/fileformat.html). The copy is marked, so that a room that is started with
 * it begins another epoch.
 */
static int mark_backup(struct job *job, struct trouble *trouble)
{
    static const uint8_t no_wal[2] = {1, 1};
    struct stat status;
    int result;

    close_backup(job);
    if (pwrite(job->fd, no_wal, sizeof(no_wal), 18) != (ssize_t)sizeof(no_wal))
        result = SQLITE_IOERR_WRITE;
    else
        result = descriptor_vfs_open(job->fd, &job->to);
    if (result == SQLITE_OK)
        result = sqlite3_exec(job->to, "UPDATE log SET backup = strftime('%s', 'now'), clean = 1",
                              NULL, NULL, NULL);
    if (result == SQLITE_OK && (fsync(job->fd) != 0 || fstat(job->fd, &status) != 0))
        result = SQLITE_IOERR_FSYNC;
    if (result != SQLITE_OK) {
        trouble_of_store(trouble, job->to, result, "the backup");
        return STATUS_INVALID;
    }
    job->count = (uint64_t)status.st_size;
    return STATUS_NOT_FOUND;
}

static int back_up(struct job *job, struct store *store, struct trouble *trouble)
{
    int result;

    if (!job->began)
        return begin_backup(job, store, trouble);
    result = sqlite3_backup_step(job->backup, STEP_PAGES);
    if (result == SQLITE_DONE)
        return mark_backup(job, trouble);
    if (result == SQLITE_OK)
        return STATUS_OK;
    trouble_of_store(trouble, job->to, result, "the backup");
    return result == SQLITE_BUSY || result == SQLITE_LOCKED ? STATUS_TAKEN : STATUS_INVALID;
}

/* ---- the queue ---- */

int jobs_step(struct jobs *jobs, struct store *store, struct trouble *trouble, struct job *ret_done)
{
    struct job *job = &jobs->jobs[0];
    int status = job->type == LOG_FORGET  ? forget(job, store, trouble)
                 : job->type == LOG_PRUNE ? prune(job, store, trouble)
                                          : back_up(job, store, trouble);

    if (status == STATUS_NOT_FOUND || status == STATUS_INVALID) {
        *ret_done = *job;
        remove_job(jobs, 0);
    }
    return status;
}

void jobs_restart(struct jobs *jobs)
{
    for (unsigned i = 0; i < jobs->count; i++) {
        struct job *job = &jobs->jobs[i];

        if (job->type == LOG_BACKUP && job->began) {
            close_backup(job);
            (void)!ftruncate(job->fd, 0);
        }
        job->began = false;
        job->changed = false;
    }
}

void jobs_drop_backups(struct jobs *jobs)
{
    for (unsigned i = jobs->count; i > 0; i--)
        if (jobs->jobs[i - 1].type == LOG_BACKUP)
            remove_job(jobs, i - 1);
}
