/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Runs the client on the loop, and saves what the next program needs to resume the session. */
#include "room/driver.h"

#include "io/timer.h"
#include "room/session_file.h"

#include <roomd/plain_client.h>
#include <roomd/sequenced_client.h>
#include <roomd/status.h>
#include <sodium.h>

/* Reorder buffer: events beyond a gap. Far more than a window. */
#define DRIVER_REORDER_BYTES (1 << 20)

/* ---- the saved session ---- */

static void save_session(struct driver *driver, bool is_shown)
{
    struct client_session session;

    if (!client_session(driver->client, &session))
        return;
    if (is_shown)
        driver->shown = session.position;
    session.position = driver->shown;
    if (driver->file != NULL)
        session_file_store(driver->file, &session);
}

/*
 * A client that left before it was in has told the room nothing, so its session may still be
 * resumed.
 */
static void drop_session(struct driver *driver, enum client_reason reason)
{
    if (driver->joining && reason == CLIENT_LEFT)
        return;
    session_file_close(driver->file, true);
    driver->file = NULL;
}

/* ---- the link ---- */

static void on_datagram(void *ctx, const void *bytes, size_t length)
{
    struct driver *driver = ctx;

    client_receive(driver->client, &driver->now, bytes, length);
}

static void on_moved(void *ctx)
{
    struct driver *driver = ctx;

    client_moved(driver->client, &driver->now);
}

static void on_trouble(void *ctx, enum udp_link_trouble trouble, const char *words)
{
    struct driver *driver = ctx;

    driver->sink.trouble(driver->sink.ctx, trouble, words);
}

/* Saves the number of a message before the message leaves. */
static void on_send(void *ctx, const void *bytes, size_t length)
{
    struct driver *driver = ctx;

    save_session(driver, false);
    udp_link_send(&driver->link, bytes, length);
}

static void on_state(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s)
{
    struct driver *driver = ctx;

    if (state == CLIENT_OUT) {
        drop_session(driver, reason);
    } else if (state == CLIENT_IN) {
        driver->was_in = true;
        save_session(driver, true); /* before the first event */
    }
    driver->joining = state == CLIENT_JOINING;
    udp_link_state(&driver->link, state, reason, wait_s);
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
    due_ns = client_tick(driver->client, &driver->now);
    driver->sink.done(driver->sink.ctx);
    save_session(driver, true);
    if (due_ns == MOMENT_NEVER_NS)
        ev_timer_stop(loop, &driver->alarm);
    else
        timer_start(loop, &driver->alarm,
                    due_ns > driver->now.mono_ns ? (double)(due_ns - driver->now.mono_ns) / 1e9
                                                 : 0.0);
}

/* ---- opening and closing ---- */

/* A script that says one message keeps no session to resume. */
static int make_sequenced(struct driver *driver, const struct client_setup *setup)
{
    const struct options *options = driver->options;
    struct client_session session;

    if (options->message == NULL)
        driver->file = session_file_open(options->host, options->port, options->name);
    if (driver->file != NULL && session_file_read(driver->file, &session) &&
        sequenced_client_new(setup, &session, DRIVER_REORDER_BYTES, &driver->client) == STATUS_OK) {
        driver->shown = session.position;
        driver->said_before = session.said;
        return STATUS_OK;
    }
    return sequenced_client_new(setup, NULL, DRIVER_REORDER_BYTES, &driver->client);
}

static int make_client(struct driver *driver)
{
    const struct options *options = driver->options;
    struct client_setup setup = {.name = options->name,
                                 .carrier = {.send = on_send, .state = on_state, .ctx = driver},
                                 .sink = driver->sink.client,
                                 .past = options->wants_past ? &options->past : NULL};

    randombytes_buf(setup.seed, sizeof(setup.seed));
    if (options->dialect == NULL)
        return make_sequenced(driver, &setup);
    return plain_client_new(&setup, options->dialect, options->keepalive_s * MOMENT_NS_PER_S,
                            &driver->client);
}

int driver_init(struct driver *driver, struct ev_loop *loop, const struct options *options,
                const struct driver_sink *sink)
{
    const struct udp_link_sink link = {
        .datagram = on_datagram, .moved = on_moved, .trouble = on_trouble, .ctx = driver};
    int status;

    *driver = (struct driver){.loop = loop, .options = options, .sink = *sink, .joining = true};
    clock_init(&driver->clock);
    clock_now(&driver->clock, &driver->now);
    ev_check_init(&driver->turn, on_turn);
    ev_prepare_init(&driver->work, on_work);
    ev_timer_init(&driver->alarm, on_alarm, 0.0, 0.0);
    ev_set_priority(&driver->turn, EV_MAXPRI);
    driver->turn.data = driver->work.data = driver;
    udp_link_init(&driver->link, loop, options->host, options->port, &link);
    status = make_client(driver);
    if (status != STATUS_OK) {
        session_file_close(driver->file, false);
        *driver = (struct driver){.client = NULL};
    }
    return status;
}

void driver_open(struct driver *driver)
{
    ev_check_start(driver->loop, &driver->turn);
    ev_prepare_start(driver->loop, &driver->work);
    udp_link_open(&driver->link);
}

void driver_done(struct driver *driver)
{
    if (driver->client == NULL)
        return;
    ev_check_stop(driver->loop, &driver->turn);
    ev_prepare_stop(driver->loop, &driver->work);
    ev_timer_stop(driver->loop, &driver->alarm);
    save_session(driver, true);
    session_file_close(driver->file, false);
    udp_link_close(&driver->link);
    client_free(driver->client);
    *driver = (struct driver){.client = NULL};
}
