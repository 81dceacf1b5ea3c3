/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The file beside the log that says who may write, and how far the log has come: PATH-lock. It is a
 * file of its own because the log's may be moved aside, and because closing any descriptor of the
 * log's file would release SQLite's locks on it (fcntl(2)).
 */
#ifndef ROOMD_LOG_LOCK_FILE_H
#define ROOMD_LOG_LOCK_FILE_H

#include "log/trouble.h"

struct lock_file {
    int fd; /* -1: not open */
};

/*
 * Takes the lock, without waiting. STATUS_TAKEN: another process has it; STATUS_SYSTEM; both with
 * the trouble. The kernel releases it when the process ends, however it ends.
 */
int lock_file_take(struct lock_file *lock, const char *path, struct trouble *trouble);
void lock_file_release(struct lock_file *lock);

/*
 * The number of the last record that was told to be committed. It is written without a sync, so
 * after a power cut it may be too low. 0 = nothing is known.
 */
uint64_t lock_file_record(const struct lock_file *lock);
/* A failure is ignored: the number only helps to find copies. */
void lock_file_set_record(const struct lock_file *lock, uint64_t record);

#endif
