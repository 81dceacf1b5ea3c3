/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What the log has sent, from HELLO to its end: the room's side of doc/log-protocol.md, section 6.
 * Checks that each frame may come now, and tells its owner (all but `live` and `again`). Knows no
 * socket and no process.
 */
#ifndef ROOMD_IO_LOG_LOG_SESSION_H
#define ROOMD_IO_LOG_LOG_SESSION_H

#include "io/log/log_requests.h"

/* Any function may be NULL. All arguments are borrowed for the call. */
struct log_client_sink {
    /* The log was found, at the start and after each restart: what it holds. */
    void (*found)(void *ctx, const struct log_ready *ready);
    /* A row of the state that it has kept; after `found`, before `live`. */
    void (*state)(void *ctx, const struct log_value *row);
    /* From now on it takes records, from `record` + 1 on, and requests. Told by the client. */
    void (*live)(void *ctx, uint64_t record);
    void (*committed)(void *ctx, uint64_t record, uint64_t event);
    /* Something is wrong, or LOG_TROUBLE_OVER: all is well again. `text` says what to do. */
    void (*trouble)(void *ctx, enum log_trouble trouble, const char *text);
    /* It has ended, for this reason, and will be started again. */
    void (*ended)(void *ctx, const char *why);
    /* Records that were left out are taken now: they are to be handed over again. */
    void (*again)(void *ctx);
    void *ctx;
};

enum log_session_state {
    LOG_SESSION_NONE,       /* there is no log, or HELLO was not sent */
    LOG_SESSION_WAITING,    /* for READY */
    LOG_SESSION_PRESENTING, /* the state comes */
    LOG_SESSION_LIVE,
};

struct log_session {
    struct log_client_sink sink;
    struct log_requests requests;
    enum log_session_state state;
    bool read_only;
    enum log_sync sync; /* what is committed must be kept at least so well */
    uint64_t record;    /* the last that it said to have */
    uint64_t proposed;  /* the last that it was sent */
    enum log_trouble trouble;
    char text[LOG_SAY_MAX_BYTES + 1]; /* of it */
    bool stale;                       /* the trouble was told by the process before */
    char why[LOG_SAY_MAX_BYTES + 1];  /* it ends; empty = it has not said why */
};

void log_session_init(struct log_session *session, const struct log_client_sink *sink,
                      bool read_only);

/* HELLO was sent, which has asked for `sync`. */
void log_session_begin(struct log_session *session, enum log_sync sync);

/*
 * A packet came in; `proposed` is the last record that was sent. STATUS_INVALID: it breaks a rule
 * (session->why), or the log keeps less than it must; the log is to be ended.
 */
int log_session_take(struct log_session *session, uint64_t proposed, const void *bytes,
                     size_t length);

/* The log has ended. `how` is told unless the log has said why itself. */
void log_session_end(struct log_session *session, const char *how);

#endif
