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

struct driver {
    struct ev_loop *loop;          /* borrowed */
    const struct options *options; /* borrowed */
    struct driver_sink sink;
    struct way *way;
    struct talk *talk;
    struct session_file *file; /* NULL: nothing is kept */
    uint64_t shown;            /* the position that a program after this one goes on from */
    uint32_t said_before;      /* by a program before */
    enum client_state state;   /* that was told last */
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
    struct driver *driver = ctx;

    talk_receive(driver->talk, &driver->now, bytes, length);
}

static void on_moved(void *ctx)
{
    struct driver *driver = ctx;

    talk_moved(driver->talk, &driver->now);
}

static void on_none(void *ctx, const char *words)
{
    struct driver *driver = ctx;

    driver->sink.trouble(driver->sink.ctx, DRIVER_NO_ADDRESS, words);
}

static void on_refused(void *ctx, const char *address)
{
    struct driver *driver = ctx;

    driver->sink.trouble(driver->sink.ctx, DRIVER_NOBODY, address);
}

/* ---- what a program after this one goes on with ---- */

static void remember(struct driver *driver)
{
    struct client_session session;

    if (driver->file == NULL || driver->talk == NULL || !talk_session(driver->talk, &session))
        return;
    session.position = driver->shown;
    session_file_store(driver->file, &session);
}

static void is_shown(struct driver *driver)
{
    struct client_session session;

    if (driver->talk != NULL && talk_session(driver->talk, &session))
        driver->shown = session.position;
}

/* The room has not heard of it, where it has left on its way in: the session may be gone on with. */
static void look_at_end(struct driver *driver, enum client_state state, enum client_reason reason)
{
    if (state == CLIENT_OUT && (driver->state != CLIENT_JOINING || reason != CLIENT_LEFT)) {
        session_file_close(driver->file, true);
        driver->file = NULL;
    }
    driver->state = state;
}

/* ---- the machine ---- */

/* The number of a message is taken before it leaves. */
static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct driver *driver = ctx;

    remember(driver);
    way_send(driver->way, bytes, length);
}

static void on_event(void *ctx, const struct event *event, uint32_t own)
{
    const struct client_sink *sink = &((struct driver *)ctx)->sink.protocol;

    sink->event(sink->ctx, event, own);
}

static void on_outcome(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why)
{
    const struct client_sink *sink = &((struct driver *)ctx)->sink.protocol;

    sink->outcome(sink->ctx, number, outcome, why);
}

static void on_missed(void *ctx, uint64_t count)
{
    const struct client_sink *sink = &((struct driver *)ctx)->sink.protocol;

    sink->missed(sink->ctx, count);
}

static void on_member(void *ctx, uint64_t number, const char *name, size_t name_len, bool here)
{
    const struct client_sink *sink = &((struct driver *)ctx)->sink.protocol;

    if (sink->member != NULL)
        sink->member(sink->ctx, number, name, name_len, here);
}

static void on_line(void *ctx, const char *text, size_t length)
{
    const struct client_sink *sink = &((struct driver *)ctx)->sink.protocol;

    if (sink->line != NULL)
        sink->line(sink->ctx, text, length);
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct driver *driver = ctx;
    const struct client_sink *sink = &driver->sink.protocol;

    look_at_end(driver, state, reason);
    if (state == CLIENT_IN) {
        driver->was_in = true;
        is_shown(driver); /* before the first event */
    }
    way_state(driver->way, state, reason, wait_s);
    sink->state(sink->ctx, state, reason, wait_s);
}

/* ---- the loop ---- */

static void on_turn(struct ev_loop *loop, ev_check *watcher, int events)
{
    struct driver *driver = watcher->data;

    (void)loop;
    (void)events;
    clock_now(&driver->clock, &driver->now);
}

static void on_alarm(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events; /* on_work does what is due */
}

static void on_work(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct driver *driver = watcher->data;
    int64_t due_ns;

    (void)events;
    driver->sink.turn(driver->sink.ctx);
    due_ns = talk_tick(driver->talk, &driver->now);
    driver->sink.done(driver->sink.ctx);
    is_shown(driver);
    remember(driver);
    ev_timer_stop(loop, &driver->alarm);
    if (due_ns == MOMENT_NEVER_NS)
        return;
    due_ns -= driver->now.mono_ns;
    ev_timer_set(&driver->alarm, due_ns > 0 ? (double)due_ns / 1e9 : 0.0, 0.0);
    ev_timer_start(loop, &driver->alarm);
}

/* ---- opening and closing ---- */

/* A script that says one thing has no place to go back to, and the plain protocol has no way back. */
static void open_file(struct driver *driver)
{
    const struct options *options = driver->options;

    if (options->message == NULL && options->dialect == NULL)
        driver->file = session_file_open(options->host, options->port, options->name);
}

static int open_talk(struct driver *driver)
{
    struct client_session session;
    struct talk_setup setup = {.name = driver->options->name,
                               .dialect = driver->options->dialect,
                               .keepalive_ns = driver->options->keepalive_s * MOMENT_NS_PER_S,
                               .sink = {.send = on_send,
                                        .event = on_event,
                                        .outcome = on_outcome,
                                        .missed = on_missed,
                                        .state = on_state,
                                        .member = on_member,
                                        .line = on_line,
                                        .ctx = driver}};
    int status = STATUS_INVALID;

    if (driver->file != NULL && session_file_read(driver->file, &session)) {
        setup.resume = &session;
        status = talk_new(&setup, &driver->talk);
    }
    if (status == STATUS_OK) {
        driver->shown = session.position;
        driver->said_before = session.said;
        return STATUS_OK;
    }
    setup.resume = NULL;
    return talk_new(&setup, &driver->talk);
}

int driver_new(struct ev_loop *loop, const struct options *options, const struct driver_sink *sink,
               struct driver **ret_driver)
{
    struct driver *driver = calloc(1, sizeof(*driver));
    const struct way_sink way = {
        .datagram = on_datagram, .moved = on_moved, .none = on_none, .refused = on_refused, .ctx = driver};
    int status;

    if (driver == NULL)
        return STATUS_NO_MEMORY;
    driver->loop = loop;
    driver->options = options;
    driver->sink = *sink;
    clock_init(&driver->clock);
    clock_now(&driver->clock, &driver->now);
    ev_check_init(&driver->turn, on_turn);
    ev_prepare_init(&driver->work, on_work);
    ev_timer_init(&driver->alarm, on_alarm, 0.0, 0.0);
    ev_set_priority(&driver->turn, EV_MAXPRI);
    driver->turn.data = driver->work.data = driver;
    open_file(driver);
    status = open_talk(driver);
    if (status == STATUS_OK)
        status = way_new(loop, options->host, options->port, &way, &driver->way);
    if (status != STATUS_OK) {
        driver_free(driver);
        return status;
    }
    *ret_driver = driver;
    return STATUS_OK;
}

void driver_open(struct driver *driver)
{
    ev_check_start(driver->loop, &driver->turn);
    ev_prepare_start(driver->loop, &driver->work);
    way_open(driver->way);
}

void driver_free(struct driver *driver)
{
    if (driver == NULL)
        return;
    ev_check_stop(driver->loop, &driver->turn);
    ev_prepare_stop(driver->loop, &driver->work);
    ev_timer_stop(driver->loop, &driver->alarm);
    is_shown(driver);
    remember(driver);
    session_file_close(driver->file, false);
    way_free(driver->way);
    talk_free(driver->talk);
    free(driver);
}

/* ---- what is said and asked ---- */

int driver_say(struct driver *driver, const char *text, size_t length, uint32_t *ret_number)
{
    return talk_say(driver->talk, &driver->now, text, length, ret_number);
}

int driver_rename(struct driver *driver, const char *name, uint32_t *ret_number)
{
    way_expect(driver->way);
    return talk_rename(driver->talk, &driver->now, name, ret_number);
}

void driver_leave(struct driver *driver, bool at_once)
{
    talk_leave(driver->talk, &driver->now, at_once);
}

enum client_state driver_state(const struct driver *driver)
{
    return talk_state(driver->talk);
}

uint32_t driver_pending(const struct driver *driver)
{
    return talk_pending(driver->talk);
}

const char *driver_name(const struct driver *driver)
{
    return talk_name(driver->talk);
}

const char *driver_room(const struct driver *driver)
{
    return talk_room(driver->talk);
}

size_t driver_text_max_bytes(const struct driver *driver)
{
    return talk_text_max_bytes(driver->talk);
}

uint32_t driver_members(const struct driver *driver)
{
    return talk_members(driver->talk);
}

bool driver_next_member(const struct driver *driver, uint64_t after, uint64_t *ret_number, const char **ret_name,
                        size_t *ret_name_len)
{
    return talk_next_member(driver->talk, after, ret_number, ret_name, ret_name_len);
}

const struct moment *driver_now(const struct driver *driver)
{
    return &driver->now;
}

const char *driver_close_text(const struct driver *driver)
{
    return talk_close_text(driver->talk);
}

bool driver_was_heard(const struct driver *driver)
{
    return talk_was_heard(driver->talk);
}

uint32_t driver_said_before(const struct driver *driver)
{
    return driver->said_before;
}

bool driver_was_in(const struct driver *driver)
{
    return driver->was_in;
}

const char *driver_address(const struct driver *driver)
{
    return way_address(driver->way);
}
