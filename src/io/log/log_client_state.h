/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The client of a log, for its two files: the life of the process, and requests. */
#ifndef ROOMD_IO_LOG_LOG_CLIENT_STATE_H
#define ROOMD_IO_LOG_LOG_CLIENT_STATE_H

#include "io/log/log_client.h"
#include "io/log/log_process.h"
#include "io/log/log_proposals.h"
#include "io/watch.h"

struct log_client {
    struct ev_loop *loop; /* borrowed */
    int program;
    char *path;
    char *room;
    struct log_settings settings;
    uint8_t boot[LOG_ID_BYTES];
    struct log_process process;
    struct log_session session;
    struct log_outgoing outgoing;
    struct log_proposals proposals;
    struct watch readable, writable;
    ev_child reaper;
    ev_prepare flush; /* sends what this turn has brought */
    ev_timer again;   /* starts the next process */
    ev_timer kill;
    double started_s; /* monotonic */
    double wait_s;    /* between the last start and the next */
    uint64_t incarnation;
    uint64_t live_record; /* the last record when it became live */
    bool blocked;         /* the socket is full, and the loop waits for it */
    bool closing;
    struct log_client_sink sink;
    uint8_t in[LOG_FRAME_MAX_BYTES + 1]; /* one more, so that a longer packet is noticed */
};

#endif
