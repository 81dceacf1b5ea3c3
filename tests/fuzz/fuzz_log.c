/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Frames of the log protocol, as both ends read them. A frame that was understood is written again,
 * and must be the same bytes. A room takes each in every state of its session: what the log never
 * was sent is never told as committed.
 */
#include "fuzz/fuzz_input.h"
#include "io/log/log_session.h"
#include "support/log_rewrite.h"

#include <string.h>

#define RECORD   3U
#define PROPOSED 12U

static void on_committed(void *ctx, uint64_t record, uint64_t event)
{
    const struct log_session *session = ctx;

    (void)event;
    FUZZ_CHECK(session->state == LOG_SESSION_LIVE && record > RECORD && record <= PROPOSED);
}

static void on_row(void *ctx, const struct log_row *row)
{
    (void)ctx;
    FUZZ_CHECK(row->event.name.length <= LOG_NAME_MAX_BYTES);
}

/* With requests of the numbers that stand in the corpus. */
static void take(const uint8_t *data, size_t size, enum log_session_state state, bool read_only)
{
    struct log_session session;
    const struct log_client_sink sink = {.committed = on_committed, .ctx = &session};
    const struct log_answer answer = {.row = on_row};
    uint64_t id;

    log_session_init(&session, &sink, read_only);
    log_session_begin(&session, LOG_OS);
    session.state = state;
    session.record = RECORD;
    session.requests.last = 6;
    for (unsigned i = 0; i < LOG_REQUESTS_MAX; i++)
        (void)log_requests_open(&session.requests, i == 6 ? LOG_ASK : LOG_READ, &answer, &id);
    if (log_session_take(&session, PROPOSED, data, size) != 0)
        FUZZ_CHECK(session.why[0] != '\0');
    log_session_end(&session, "over");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t written[LOG_FRAME_MAX_BYTES];
    struct log_frame frame;
    size_t length;

    for (int state = LOG_SESSION_WAITING; state <= LOG_SESSION_LIVE; state++) {
        take(data, size, (enum log_session_state)state, false);
        take(data, size, (enum log_session_state)state, true);
    }
    if (log_frame_read(data, size, &frame) != 0)
        return 0;
    FUZZ_CHECK(size <= LOG_FRAME_MAX_BYTES);
    FUZZ_CHECK(strcmp(log_frame_name(frame.type), "?") != 0);
    length = log_rewrite(&frame, written);
    FUZZ_CHECK(length == 0 || length == size);
    FUZZ_CHECK(memcmp(written, data, length) == 0);
    return 0;
}
