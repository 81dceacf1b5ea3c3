/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* An array. A request is closed before its end is told, as its owner may open another one then. */
#include "io/log/log_requests.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static size_t find(const struct log_requests *requests, uint64_t id)
{
    size_t at = 0;

    while (at < LOG_REQUESTS_MAX && requests->open[at].id != id)
        at++;
    return at;
}

int log_requests_open(struct log_requests *requests, enum log_type type,
                      const struct log_answer *answer, uint64_t *ret_id)
{
    size_t at = find(requests, 0);

    if (at == LOG_REQUESTS_MAX)
        return STATUS_FULL;
    requests->open[at].id = ++requests->last;
    requests->open[at].type = type;
    requests->open[at].answer = *answer;
    *ret_id = requests->last;
    return STATUS_OK;
}

void log_requests_withdraw(struct log_requests *requests, uint64_t id)
{
    size_t at = id != 0 ? find(requests, id) : LOG_REQUESTS_MAX;

    if (at < LOG_REQUESTS_MAX)
        requests->open[at].id = 0;
}

unsigned log_requests_cancel(struct log_requests *requests, uint64_t id)
{
    size_t at = id != 0 ? find(requests, id) : LOG_REQUESTS_MAX;

    if (at == LOG_REQUESTS_MAX)
        return 0;
    requests->open[at].answer = (struct log_answer){.ctx = NULL};
    return requests->open[at].type;
}

bool log_requests_are_open(const struct log_requests *requests)
{
    for (size_t at = 0; at < LOG_REQUESTS_MAX; at++)
        if (requests->open[at].id != 0)
            return true;
    return false;
}

/* ---- answers ---- */

static void end(struct log_requests *requests, size_t at, enum log_result result, uint64_t value,
                const char *text)
{
    struct log_answer answer = requests->open[at].answer;

    requests->open[at].id = 0;
    if (answer.end != NULL)
        answer.end(answer.ctx, result, value, text);
}

/* The frame is checked as a whole before any of it is told. */
static int tell_rows(struct log_requests *requests, size_t at, const struct log_frame *frame)
{
    uint64_t id = requests->open[at].id;
    struct log_rows rows = log_rows_open(frame);
    struct log_row row;

    if (log_records_check(frame) != 0)
        return STATUS_INVALID;
    /* Its owner may cancel it, or the log may be closed, at any row. */
    while (requests->open[at].id == id && log_rows_next(&rows, &row) == 1) {
        struct log_answer answer = requests->open[at].answer;

        if (answer.row != NULL)
            answer.row(answer.ctx, &row);
    }
    return STATUS_OK;
}

static int tell_end(struct log_requests *requests, size_t at, const struct log_frame *frame)
{
    char text[LOG_SAY_MAX_BYTES + 1];

    if (frame->flags > LOG_REFUSED || frame->count != 0 ||
        frame->payload.length > LOG_SAY_MAX_BYTES)
        return STATUS_INVALID;
    snprintf(text, sizeof(text), "%.*s", (int)frame->payload.length, frame->payload.bytes);
    end(requests, at, (enum log_result)frame->flags, frame->b, text);
    return STATUS_OK;
}

static int tell_status(struct log_requests *requests, size_t at, const struct log_frame *frame)
{
    struct log_answer answer = requests->open[at].answer;
    struct log_status status;

    if (log_status_read(frame, &status) != 0)
        return STATUS_INVALID;
    if (answer.status != NULL)
        answer.status(answer.ctx, &status);
    end(requests, at, LOG_DONE, 0, "");
    return STATUS_OK;
}

int log_requests_answer(struct log_requests *requests, const struct log_frame *frame)
{
    size_t at = frame->a != 0 ? find(requests, frame->a) : LOG_REQUESTS_MAX;
    enum log_type type;

    if (at == LOG_REQUESTS_MAX)
        return STATUS_INVALID;
    type = requests->open[at].type;
    switch (frame->type) {
    case LOG_ROWS:
        return type == LOG_READ ? tell_rows(requests, at, frame) : STATUS_INVALID;
    case LOG_END:
        return tell_end(requests, at, frame);
    case LOG_STATUS:
        return type == LOG_ASK ? tell_status(requests, at, frame) : STATUS_INVALID;
    default:
        return STATUS_INVALID;
    }
}

void log_requests_fail(struct log_requests *requests, const char *text)
{
    for (size_t at = 0; at < LOG_REQUESTS_MAX; at++)
        if (requests->open[at].id != 0)
            end(requests, at, LOG_FAILED, 0, text);
}
