/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What takes longer than a commit: FORGET, PRUNE and BACKUP, and the pruning that store.keep and
 * store.max_bytes ask for. They wait in a queue, and go on in small steps between commits.
 */
#ifndef ROOMD_LOG_JOBS_H
#define ROOMD_LOG_JOBS_H

#include "log/store.h"

#define JOBS_MAX 16

struct job {
    enum log_type type; /* LOG_FORGET, LOG_PRUNE or LOG_BACKUP */
    uint64_t id;        /* 0: nobody waits for it */
    uint64_t before;    /* PRUNE: the first event to be kept */
    char name[LOG_NAME_MAX_BYTES];
    uint8_t name_length;
    int fd; /* BACKUP: owned; else -1 */
    bool began;
    bool changed; /* what is left to be done is the file's tidying */
    uint64_t at;
    uint64_t end;
    uint64_t count; /* of events, or bytes of the backup */
    sqlite3 *to;
    sqlite3_backup *backup;
};

struct jobs {
    struct job jobs[JOBS_MAX]; /* in order; the first is being done */
    unsigned count;
};

/* Adds one; `job->fd` is taken over. STATUS_FULL: too many wait. */
int jobs_add(struct jobs *jobs, const struct job *job);

/*
 * Does a part of the first one. STATUS_OK: it goes on. STATUS_NOT_FOUND: it is done; `ret_done`
 * says how, and it is removed. STATUS_SYSTEM or STATUS_TAKEN with the trouble: to be tried again
 * later. STATUS_INVALID with the trouble: it failed for good, and is removed.
 */
int jobs_step(struct jobs *jobs, struct store *store, struct trouble *trouble,
              struct job *ret_done);

/* The store is about to be closed: those that have begun begin anew. */
void jobs_restart(struct jobs *jobs);

/* Drops all backups: nobody waits for them any more. */
void jobs_drop_backups(struct jobs *jobs);

#endif
