/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What the parts of the helper share. */
#ifndef ROOMD_LOG_HELPER_STATE_H
#define ROOMD_LOG_HELPER_STATE_H

#include "log/batch.h"
#include "log/channel.h"
#include "log/complaints.h"
#include "log/jobs.h"
#include "log/pages.h"
#include "log/store.h"

struct helper {
    struct channel channel;
    struct store store;
    struct log_hello hello; /* its settings are those in force */
    char room[LOG_NAME_MAX_BYTES];
    struct batch batch;
    struct pages pages;
    struct jobs jobs;
    struct complaints complaints;
    bool ended; /* the room has gone */
    bool over;  /* this process is to end, with `code` */
    int code;
    int64_t retry_ns; /* monotonic; when a commit is tried again; 0 = it did not fail */
    int64_t wait_ns;  /* before the next try */
    int64_t job_ns;   /* both likewise, of the job that failed */
    int64_t job_wait_ns;
    int64_t prune_ns; /* when store.keep is looked at next; 0 = not known yet */
    int wal_tried;    /* pages of the write-ahead log when it was last tried to move it */
    uint32_t commits; /* since the last STATUS */
    uint32_t last_us;
    uint32_t longest_us;
};

#endif
