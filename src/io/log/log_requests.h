/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The requests to the log that are not answered yet: few, each with a number that is used once. */
#ifndef ROOMD_IO_LOG_LOG_REQUESTS_H
#define ROOMD_IO_LOG_LOG_REQUESTS_H

#include "log_wire/log_record.h"

#include <stdbool.h>
#include <stddef.h>

/* doc/log-protocol.md, section 6: a room should have no more open. */
#define LOG_REQUESTS_MAX 8

/* How a request is answered; any function may be NULL. All is borrowed for the call. */
struct log_answer {
    void (*row)(void *ctx, const struct log_row *row);          /* of a READ */
    void (*status)(void *ctx, const struct log_status *status); /* of an ASK */
    /* The last call. `text` says why it was not done; else it is empty. */
    void (*end)(void *ctx, enum log_result result, uint64_t value, const char *text);
    void *ctx;
};

struct log_requests {
    uint64_t last; /* the number that was given last */
    struct {
        uint64_t id; /* 0 = free */
        enum log_type type;
        struct log_answer answer;
    } open[LOG_REQUESTS_MAX];
};

/* Opens a request. STATUS_FULL: there are LOG_REQUESTS_MAX. */
int log_requests_open(struct log_requests *requests, enum log_type type,
                      const struct log_answer *answer, uint64_t *ret_id);
/* Withdraws a request that was not sent. */
void log_requests_withdraw(struct log_requests *requests, uint64_t id);
/* Its answer is not called any more. Returns its type, or 0 if it is not open. */
unsigned log_requests_cancel(struct log_requests *requests, uint64_t id);
bool log_requests_are_open(const struct log_requests *requests);

/* STATUS_INVALID: the frame answers nothing that was asked, or is malformed. */
int log_requests_answer(struct log_requests *requests, const struct log_frame *frame);

/* The log has ended: so have all requests. */
void log_requests_fail(struct log_requests *requests, const char *text);

#endif
