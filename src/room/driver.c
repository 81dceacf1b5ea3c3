/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The machine on the loop, and what a program after this one needs. */
#include "room/driver.h"

#include "io/clock.h"
#include "room/net/way.h"
#include "room/session_file.h"
#include "room/talk.h"

#include <roomd/status.h>
#include <stdlib.h>

struct seat {
    struct ev_loop *loop;          /* borrowed */
    const struct options *options; /* borrowed */
    struct seat_sink sink;
    struct way *way;
    struct talk *talk;
    struct keep *keep;       /* NULL: nothing is kept */
    uint64_t shown;          /* the position that a program after this one goes on from */
    uint32_t said_before;    /* by a program before */
    enum client_state state; /* that was told last */
    bool was_in;
    struct clock clock;
    struct moment now;
    ev_check turn;
    ev_prepare work;
    ev_timer alarm; /* what the protocol has to do */
};

/* ---- the way ---- */

static void on_datagram(void *ctx, const void *bytes, size_t length)
{
    struct seat *seat = ctx;

    talk_receive(seat->talk, &seat->now, bytes, length);
}

static void on_moved(void *ctx)
{
    struct seat *seat = ctx;

    talk_moved(seat->talk, &seat->now);
}

static void on_none(void *ctx, const char *words)
{
    struct seat *seat = ctx;

    seat->sink.trouble(seat->sink.ctx, SEAT_NO_ADDRESS, words);
}

static void on_refused(void *ctx, const char *address)
{
    struct seat *seat = ctx;

    seat->sink.trouble(seat->sink.ctx, SEAT_NOBODY, address);
}

/* ---- what a program after this one goes on with ---- */

static void remember(struct seat *seat)
{
    struct client_session session;

    if (seat->keep == NULL || seat->talk == NULL || !talk_session(seat->talk, &session))
        return;
    session.position = seat->shown;
    keep_store(seat->keep, &session);
}

static void is_shown(struct seat *seat)
{
    struct client_session session;

    if (seat->talk != NULL && talk_session(seat->talk, &session))
        seat->shown = session.position;
}

/* The room has not heard of it, where it has left on its way in: the session may be gone on with. */
static void look_at_end(struct seat *seat, enum client_state state, enum client_reason reason)
{
    if (state == CLIENT_OUT && (seat->state != CLIENT_JOINING || reason != CLIENT_LEFT)) {
        keep_close(seat->keep, true);
        seat->keep = NULL;
    }
    seat->state = state;
}

/* ---- the machine ---- */

/* The number of a message is taken before it leaves. */
static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct seat *seat = ctx;

    remember(seat);
    way_send(seat->way, bytes, length);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    const struct client_sink *sink = &((struct seat *)ctx)->sink.protocol;

    sink->event(sink->ctx, event, own);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    const struct client_sink *sink = &((struct seat *)ctx)->sink.protocol;

    sink->outcome(sink->ctx, number, outcome, why);
}

static void on_missed(void *ctx, uint64_t count)
{
    const struct client_sink *sink = &((struct seat *)ctx)->sink.protocol;

    sink->missed(sink->ctx, count);
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    const struct client_sink *sink = &((struct seat *)ctx)->sink.protocol;

    if (sink->member != NULL)
        sink->member(sink->ctx, number, name, name_len, here);
}

static void on_line(void *ctx, const char *text, size_t length)
{
    const struct client_sink *sink = &((struct seat *)ctx)->sink.protocol;

    if (sink->line != NULL)
        sink->line(sink->ctx, text, length);
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct seat *seat = ctx;
    const struct client_sink *sink = &seat->sink.protocol;

    look_at_end(seat, state, reason);
    if (state == CLIENT_IN) {
        seat->was_in = true;
        is_shown(seat); /* before the first event */
    }
    way_state(seat->way, state, reason, wait_s);
    sink->state(sink->ctx, state, reason, wait_s);
}

/* ---- the loop ---- */

static void on_turn(struct ev_loop *loop, ev_check *watcher, int events)
{
    struct seat *seat = watcher->data;

    (void)loop;
    (void)events;
    clock_now(&seat->clock, &seat->now);
}

static void on_alarm(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events; /* on_work does what is due */
}

static void on_work(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct seat *seat = watcher->data;
    int64_t due_ns;

    (void)events;
    seat->sink.turn(seat->sink.ctx);
    due_ns = talk_tick(seat->talk, &seat->now);
    seat->sink.done(seat->sink.ctx);
    is_shown(seat);
    remember(seat);
    ev_timer_stop(loop, &seat->alarm);
    if (due_ns == MOMENT_NEVER_NS)
        return;
    due_ns -= seat->now.mono_ns;
    ev_timer_set(&seat->alarm, due_ns > 0 ? (double)due_ns / 1e9 : 0.0, 0.0);
    ev_timer_start(loop, &seat->alarm);
}

/* ---- opening and closing ---- */

/* A script that says one thing has no place to go back to, and the plain protocol has no way back. */
static void open_keep(struct seat *seat)
{
    const struct options *options = seat->options;

    if (options->message == NULL && options->dialect == NULL)
        seat->keep = keep_open(options->host, options->port, options->name);
}

static int open_talk(struct seat *seat)
{
    struct client_session session;
    struct talk_setup setup = {.name = seat->options->name,
                               .dialect = seat->options->dialect,
                               .keepalive_ns = seat->options->keepalive_s * MOMENT_NS_PER_S,
                               .sink = {.send = on_send,
                                        .event = on_event,
                                        .outcome = on_outcome,
                                        .missed = on_missed,
                                        .state = on_state,
                                        .member = on_member,
                                        .line = on_line,
                                        .ctx = seat}};
    int status = STATUS_INVALID;

    if (seat->keep != NULL && keep_read(seat->keep, &session)) {
        setup.resume = &session;
        status = talk_new(&setup, &seat->talk);
    }
    if (status == STATUS_OK) {
        seat->shown = session.position;
        seat->said_before = session.said;
        return STATUS_OK;
    }
    setup.resume = NULL;
    return talk_new(&setup, &seat->talk);
}

int seat_new(struct ev_loop *loop, const struct options *options, const struct seat_sink *sink, struct seat **ret_seat)
{
    struct seat *seat = calloc(1, sizeof(*seat));
    const struct way_sink way = {
        .datagram = on_datagram, .moved = on_moved, .none = on_none, .refused = on_refused, .ctx = seat};
    int status;

    if (seat == NULL)
        return STATUS_NO_MEMORY;
    seat->loop = loop;
    seat->options = options;
    seat->sink = *sink;
    clock_init(&seat->clock);
    clock_now(&seat->clock, &seat->now);
    ev_check_init(&seat->turn, on_turn);
    ev_prepare_init(&seat->work, on_work);
    ev_timer_init(&seat->alarm, on_alarm, 0.0, 0.0);
    ev_set_priority(&seat->turn, EV_MAXPRI);
    seat->turn.data = seat->work.data = seat;
    open_keep(seat);
    status = open_talk(seat);
    if (status == STATUS_OK)
        status = way_new(loop, options->host, options->port, &way, &seat->way);
    if (status != STATUS_OK) {
        seat_free(seat);
        return status;
    }
    *ret_seat = seat;
    return STATUS_OK;
}

void seat_open(struct seat *seat)
{
    ev_check_start(seat->loop, &seat->turn);
    ev_prepare_start(seat->loop, &seat->work);
    way_open(seat->way);
}

void seat_free(struct seat *seat)
{
    if (seat == NULL)
        return;
    ev_check_stop(seat->loop, &seat->turn);
    ev_prepare_stop(seat->loop, &seat->work);
    ev_timer_stop(seat->loop, &seat->alarm);
    is_shown(seat);
    remember(seat);
    keep_close(seat->keep, false);
    way_free(seat->way);
    talk_free(seat->talk);
    free(seat);
}

/* ---- what is said and asked ---- */

int seat_say(struct seat *seat, const char *text, size_t length, uint32_t *ret_number)
{
    return talk_say(seat->talk, &seat->now, text, length, ret_number);
}

int seat_rename(struct seat *seat, const char *name, uint32_t *ret_number)
{
    way_expect(seat->way);
    return talk_rename(seat->talk, &seat->now, name, ret_number);
}

void seat_leave(struct seat *seat, bool at_once)
{
    talk_leave(seat->talk, &seat->now, at_once);
}

enum client_state seat_state(const struct seat *seat)
{
    return talk_state(seat->talk);
}

uint32_t seat_pending(const struct seat *seat)
{
    return talk_pending(seat->talk);
}

const char *seat_name(const struct seat *seat)
{
    return talk_name(seat->talk);
}

const char *seat_room(const struct seat *seat)
{
    return talk_room(seat->talk);
}

size_t seat_text_max_bytes(const struct seat *seat)
{
    return talk_text_max_bytes(seat->talk);
}

uint32_t seat_members(const struct seat *seat)
{
    return talk_members(seat->talk);
}

bool seat_next_member(const struct seat *seat, uint64_t after, uint64_t *ret_number, const char **ret_name,
                      size_t *ret_name_len)
{
    return talk_next_member(seat->talk, after, ret_number, ret_name, ret_name_len);
}

const struct moment *seat_now(const struct seat *seat)
{
    return &seat->now;
}

const char *seat_close_text(const struct seat *seat)
{
    return talk_close_text(seat->talk);
}

bool seat_was_heard(const struct seat *seat)
{
    return talk_was_heard(seat->talk);
}

uint32_t seat_said_before(const struct seat *seat)
{
    return seat->said_before;
}

bool seat_was_in(const struct seat *seat)
{
    return seat->was_in;
}

const char *seat_address(const struct seat *seat)
{
    return way_address(seat->way);
}
