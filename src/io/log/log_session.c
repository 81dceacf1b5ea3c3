/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A state and a switch. Nothing that the log sends can make the room exit. */
#include "io/log/log_session.h"

#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

void log_session_init(struct log_session *session, const struct log_client_sink *sink,
                      bool read_only)
{
    *session = (struct log_session){.sink = *sink, .read_only = read_only};
}

void log_session_begin(struct log_session *session, enum log_sync sync)
{
    session->state = LOG_SESSION_WAITING;
    session->sync = sync;
    session->stale = session->trouble != LOG_TROUBLE_OVER;
    session->why[0] = '\0';
}

static int fail(struct log_session *session, const char *what)
{
    snprintf(session->why, sizeof(session->why), "it has sent %s", what);
    return STATUS_INVALID;
}

static void tell_trouble(struct log_session *session, enum log_trouble trouble, const char *text)
{
    session->trouble = trouble;
    session->stale = false;
    snprintf(session->text, sizeof(session->text), "%s", text);
    if (session->sink.trouble != NULL)
        session->sink.trouble(session->sink.ctx, trouble, text);
}

/* ---- frames ---- */

/* A log whose commits are worth less than what was asked for would break a promise. */
static bool keeps_enough(struct log_session *session, enum log_sync sync)
{
    if (session->read_only || sync >= session->sync)
        return true;
    snprintf(session->why, sizeof(session->why),
             "it can't keep what it commits as store.sync asks: another file system may");
    tell_trouble(session, LOG_TROUBLE_IO, session->why);
    return false;
}

static int take_ready(struct log_session *session, const struct log_frame *frame)
{
    struct log_ready ready;

    if (session->state != LOG_SESSION_WAITING || log_ready_read(frame, &ready) != 0 ||
        ((ready.flags & LOG_READY_READ_ONLY) != 0) != session->read_only)
        return fail(session, "an invalid READY");
    if (ready.version != LOG_VERSION || ready.order != LOG_ORDER_CORE)
        return fail(session, "READY of another version");
    if (!keeps_enough(session, ready.sync))
        return STATUS_INVALID;
    session->state = LOG_SESSION_PRESENTING;
    session->record = ready.record;
    if (session->sink.found != NULL)
        session->sink.found(session->sink.ctx, &ready);
    return STATUS_OK;
}

static int take_state(struct log_session *session, const struct log_frame *frame)
{
    struct log_effects effects = log_effects_open(frame);
    struct log_effect effect;

    if (session->state != LOG_SESSION_PRESENTING || session->read_only ||
        log_records_check(frame) != 0)
        return fail(session, "an invalid STATE");
    while (session->sink.state != NULL && log_effects_next(&effects, &effect) == 1)
        session->sink.state(session->sink.ctx, &effect.value);
    return STATUS_OK;
}

static int take_live(struct log_session *session, const struct log_frame *frame)
{
    if (session->state != LOG_SESSION_PRESENTING || frame->a != session->record ||
        frame->payload.length != 0)
        return fail(session, "an invalid LIVE");
    session->state = LOG_SESSION_LIVE;
    session->proposed = session->record;
    if (session->stale)
        tell_trouble(session, LOG_TROUBLE_OVER, "");
    return STATUS_OK;
}

static int take_committed(struct log_session *session, const struct log_frame *frame)
{
    if (session->state != LOG_SESSION_LIVE || session->read_only || frame->payload.length != 0 ||
        frame->a <= session->record || frame->a > session->proposed || frame->flags > LOG_REPLICAS)
        return fail(session, "an invalid COMMITTED");
    if (!keeps_enough(session, (enum log_sync)frame->flags))
        return STATUS_INVALID;
    session->record = frame->a;
    if (session->sink.committed != NULL)
        session->sink.committed(session->sink.ctx, frame->a, frame->b);
    return STATUS_OK;
}

static int take_trouble(struct log_session *session, const struct log_frame *frame)
{
    char text[LOG_SAY_MAX_BYTES + 1];

    if (frame->count >= LOG_TROUBLES || frame->payload.length > LOG_SAY_MAX_BYTES ||
        (frame->flags & ~LOG_TROUBLE_FATAL) != 0)
        return fail(session, "an invalid TROUBLE");
    snprintf(text, sizeof(text), "%.*s", (int)frame->payload.length, frame->payload.bytes);
    if ((frame->flags & LOG_TROUBLE_FATAL) != 0)
        memcpy(session->why, text, sizeof(text));
    tell_trouble(session, (enum log_trouble)frame->count, text);
    return STATUS_OK;
}

static int take_answer(struct log_session *session, const struct log_frame *frame)
{
    if (session->state != LOG_SESSION_LIVE || log_requests_answer(&session->requests, frame) != 0)
        return fail(session, "an invalid answer");
    return STATUS_OK;
}

int log_session_take(struct log_session *session, uint64_t proposed, const void *bytes,
                     size_t length)
{
    struct log_frame frame;

    if (log_frame_read(bytes, length, &frame) != 0 || log_frame_is_from_room(frame.type))
        return fail(session, "an invalid frame");
    session->proposed = proposed;
    switch (frame.type) {
    case LOG_READY:
        return take_ready(session, &frame);
    case LOG_STATE:
        return take_state(session, &frame);
    case LOG_LIVE:
        return take_live(session, &frame);
    case LOG_COMMITTED:
        return take_committed(session, &frame);
    case LOG_TROUBLE:
        return take_trouble(session, &frame);
    case LOG_ROWS:
    case LOG_END:
    case LOG_STATUS:
        return take_answer(session, &frame);
    default:
        return fail(session, "a frame that this version does not know");
    }
}

/* ---- its end ---- */

void log_session_end(struct log_session *session, const char *how)
{
    char text[LOG_SAY_MAX_BYTES + 64];

    if (session->state == LOG_SESSION_NONE)
        return;
    session->state = LOG_SESSION_NONE;
    if (session->why[0] == '\0')
        snprintf(session->why, sizeof(session->why), "%s", how);
    snprintf(text, sizeof(text), "the log has ended: %s", session->why);
    log_requests_fail(&session->requests, text);
    if (session->sink.ended != NULL)
        session->sink.ended(session->sink.ctx, session->why);
}
