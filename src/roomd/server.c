/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Opens, connects, runs and closes the parts. Callbacks translate and delegate; only the order of
 * actions is decided here.
 */
#include "roomd/server.h"

#include "base/log.h"
#include "base/safe_line.h"
#include "io/interfaces.h"
#include "io/sd_notify.h"
#include "io/timer.h"
#include "roomd/greeting.h"
#include "roomd/server_state.h"

#include <roomd/status.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

/*
 * Datagrams sent per loop iteration, so that received datagrams and timers wait for a millisecond
 * or two at most.
 */
#define SERVER_SWEEP_BUDGET 1024U

/*
 * A network that takes nothing for this long is down. A service manager kills after some ten
 * seconds.
 */
#define SERVER_CLOSING_S 2.0

/* ---- configuration ---- */

static void print_error(void *ctx, const char *where, const char *message)
{
    (void)ctx;
    safe_line_print(stderr, "%s: %s", where, message);
}

static void print_warning(void *ctx, const char *where, const char *message)
{
    (void)ctx;
    safe_line_print(stderr, "%s: warning: %s", where, message);
}

static void log_config_error(void *ctx, const char *where, const char *message)
{
    (void)ctx;
    log_errorx("%s: %s", where, message);
}

static void log_config_warning(void *ctx, const char *where, const char *message)
{
    (void)ctx;
    log_warnx("%s: %s", where, message);
}

static int config_exit_code(int status)
{
    switch (status) {
    case STATUS_OK:
        return EX_OK;
    case STATUS_NOT_FOUND:
        return EX_NOINPUT;
    case STATUS_INVALID:
        return EX_CONFIG;
    default:
        log_errorx("the configuration could not be read: %s", status_text(status));
        return EX_OSERR;
    }
}

int server_check(const struct server_options *options)
{
    struct config_report report = {.error = print_error, .warning = print_warning};
    struct config *config = NULL;
    int status = server_load_config(options, &report, &config);

    config_free(config);
    return config_exit_code(status);
}

/* ---- ending ---- */

static void on_closed(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)watcher;
    (void)events;
    ev_break(loop, EVBREAK_ALL);
}

/*
 * Stops receiving: new datagrams wait in the sockets for the next process. Earlier messages are
 * delivered as far as possible within SERVER_CLOSING_S.
 */
static void begin_closing(struct server *server)
{
    if (server->closing) { /* second request: end at once */
        ev_break(server->loop, EVBREAK_ALL);
        return;
    }
    server->closing = true;
    sd_notify_stopping();
    udp_set_stop(server->doors);
    room_release(server->room, &server->now);
    timer_start(server->loop, &server->closed, SERVER_CLOSING_S);
}

/* ---- services for commands ---- */

static void host_stop(void *ctx)
{
    struct server *server = ctx;

    server->for_good = true;
    room_close_for_good(server->room, &server->now);
    begin_closing(server);
}

static enum admin_result host_reload(void *ctx, const struct admin_reply *reply)
{
    struct server *server = ctx;
    enum admin_result result;

    sd_notify_reloading();
    result = reload_config(server, reply);
    service_ready(server);
    return result;
}

static void host_counts(void *ctx, struct admin_counts *ret_counts)
{
    const struct server *server = ctx;
    struct udp_stats stats;

    udp_stats(server->doors, &stats);
    *ret_counts = (struct admin_counts){
        .kernel_drops = stats.kernel_drops,
        .receive_errors = stats.receive_errors,
        .icmp_errors = stats.icmp_errors,
        .full_sockets = stats.send_blocked,
        .slow_links = stats.paths_put_off,
        .links_waiting = stats.paths_waiting,
        .control_clients = server->control != NULL ? control_server_clients(server->control) : 0,
        .watchers = server->control != NULL ? control_server_waiting(server->control) : 0,
        .store_trouble = server->log_bridge.trouble,
        .store_restarts = server->log_bridge.restarts,
    };
}

/* ---- the loop ---- */

static void on_terminate(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    log_notice("ending on SIG%s", sigabbrev_np(watcher->signum));
    begin_closing(watcher->data);
}

static void on_hangup(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    host_reload(watcher->data, NULL);
}

static void on_turn(struct ev_loop *loop, ev_check *watcher, int events)
{
    struct server *server = watcher->data;

    (void)loop;
    (void)events;
    clock_now(&server->clock, &server->now);
}

static void on_alarm(struct ev_loop *loop, ev_timer *watcher, int events)
{
    /* Only wakes the loop; on_serve does what is due. */
    (void)loop;
    (void)watcher;
    (void)events;
}

static void on_more(struct ev_loop *loop, ev_idle *watcher, int events)
{
    (void)loop;
    (void)watcher;
    (void)events;
}

/*
 * The alarm is never postponed: one that fires too early costs an iteration, but moving it would
 * cost something for every message.
 */
static void set_alarm(struct server *server, int64_t due_ns)
{
    if (due_ns == MOMENT_NEVER_NS || (ev_is_active(&server->alarm) && server->alarm_ns <= due_ns))
        return;
    timer_start(server->loop, &server->alarm,
                (double)(due_ns - server->now.mono_ns) / (double)MOMENT_NS_PER_S);
    server->alarm_ns = due_ns;
}

/* The next time at which something is due. */
static int64_t next_due(const struct server *server)
{
    int64_t room = room_next_tick(server->room), journal = journal_next_tick(&server->journal);

    return room < journal ? room : journal;
}

static void on_serve(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct server *server = watcher->data;
    enum sweep_result result;
    bool answering;
    int64_t due_ns;

    (void)events;
    if (room_next_tick(server->room) <= server->now.mono_ns)
        room_tick(server->room, &server->now);
    journal_tick(&server->journal, &server->now);
    room_input_waits(server->room, udp_set_take_unread(server->doors));
    result = room_sweep(server->room, &server->now, SERVER_SWEEP_BUDGET);
    answering = answers_serve(server);
    due_ns = next_due(server);
    if (result == SWEEP_MORE || answering || due_ns <= server->now.mono_ns)
        ev_idle_start(loop, &server->more);
    else
        ev_idle_stop(loop, &server->more);
    if (due_ns > server->now.mono_ns)
        set_alarm(server, due_ns);
    log_bridge_touch(server);
    if (server->closing && result == SWEEP_DONE && log_bridge_is_done(server))
        ev_break(loop, EVBREAK_ALL);
    service_touch(server);
}

static void start_watchers(struct server *server)
{
    ev_signal_init(&server->terminate, on_terminate, SIGTERM);
    ev_signal_init(&server->interrupt, on_terminate, SIGINT);
    ev_signal_init(&server->hangup, on_hangup, SIGHUP);
    ev_check_init(&server->turn, on_turn);
    ev_prepare_init(&server->serve, on_serve);
    ev_idle_init(&server->more, on_more);
    ev_timer_init(&server->alarm, on_alarm, 0.0, 0.0);
    answers_init(&server->answers);
    ev_timer_init(&server->closed, on_closed, SERVER_CLOSING_S, 0.0);
    ev_set_priority(&server->turn, EV_MAXPRI); /* first: the other watchers need the time */
    server->terminate.data = server->interrupt.data = server->hangup.data = server;
    server->turn.data = server->serve.data = server;
    ev_signal_start(server->loop, &server->terminate);
    ev_signal_start(server->loop, &server->interrupt);
    ev_signal_start(server->loop, &server->hangup);
    ev_check_start(server->loop, &server->turn);
    ev_prepare_start(server->loop, &server->serve);
    service_start(server);
}

/* Another signal during closing would kill the process. */
static void block_signals(void)
{
    sigset_t signals;

    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGHUP);
    sigprocmask(SIG_BLOCK, &signals, NULL);
}

static void stop_watchers(struct server *server)
{
    block_signals();
    ev_signal_stop(server->loop, &server->terminate);
    ev_signal_stop(server->loop, &server->interrupt);
    ev_signal_stop(server->loop, &server->hangup);
    ev_check_stop(server->loop, &server->turn);
    ev_prepare_stop(server->loop, &server->serve);
    ev_idle_stop(server->loop, &server->more);
    ev_timer_stop(server->loop, &server->alarm);
    ev_timer_stop(server->loop, &server->closed);
    answers_stop(server);
    service_stop(server);
}

/* ---- callbacks of the doors ---- */

static void on_datagram(void *ctx, const struct path *path, const uint8_t *bytes, size_t length)
{
    struct server *server = ctx;

    room_receive(server->room, &server->now, path, bytes, length);
}

static void on_writable(void *ctx, uint16_t door)
{
    struct server *server = ctx;

    room_door_writable(server->room, door);
}

static void on_unreachable(void *ctx, const struct unreachable *error)
{
    struct server *server = ctx;

    room_unreachable(server->room, &server->now, error);
}

/* ---- opening, in order; closing, in reverse ---- */

static int open_room(struct server *server)
{
    const struct observer observers[] = {terminal_log_observer(&server->terminal_log),
                                         service_observer(server),
                                         journal_observer(&server->journal)};
    struct room_setup setup = {
        .ring_bytes = server->config->ring_bytes,
        .outbox = {.send = udp_outbox_send, .waits = udp_outbox_waits, .ctx = server->doors},
        .roster = restart_make_roster(server),
        .log = log_bridge_port(server),
        .past = history_bridge_port(server),
    };
    struct room_configuration described;
    int status;

    reload_describe(server, server->config, &described);
    setup.config = described.room;
    randombytes_buf(setup.key, sizeof(setup.key));
    randombytes_buf(setup.secret, sizeof(setup.secret));
    status = room_new(&setup, &server->room);
    for (size_t i = 0; status == 0 && i < sizeof(observers) / sizeof(observers[0]); i++)
        status = room_observe(server->room, &observers[i]);
    if (status != 0) {
        log_errorx("can't make a room with a transcript of %zu bytes: %s",
                   server->config->ring_bytes, status_text(status));
        return EX_OSERR;
    }
    status = log_bridge_restore(server);
    if (status != EX_OK)
        return status;
    restart_restore(server);
    /* Access rules may have changed: not all restored members may stay. */
    room_reconfigure(server->room, &server->now, &setup.config);
    server->admin = (struct admin){
        .room = server->room,
        .host = {.stop = host_stop, .reload = host_reload, .counts = host_counts, .ctx = server},
        .store = store_bridge_port(server)};
    return EX_OK;
}

static void print_greeting(void *ctx, const char *text)
{
    terminal_log_print(ctx, "%s", text);
}

static void greet(struct server *server, const struct endpoint *bound, size_t count)
{
    struct endpoint machine[ROOM_OWN_MAX];
    const struct greeting greeting = {.config = server->config,
                                      .doors = bound,
                                      .door_count = count,
                                      .machine = machine,
                                      .machine_count = interfaces_addresses(machine, ROOM_OWN_MAX),
                                      .line = print_greeting,
                                      .ctx = &server->terminal_log};

    greeting_print(&greeting);
}

/* Writes the line that other programs wait for: the room takes datagrams. */
static void announce(struct server *server)
{
    char text[ENDPOINT_TEXT_BYTES], list[ROOM_DOORS_MAX * (ENDPOINT_TEXT_BYTES + 2)];
    struct endpoint bound[ROOM_DOORS_MAX];
    uint16_t count = udp_doors(server->doors);
    size_t used = 0;

    for (uint16_t door = 0; door < count; door++) {
        bound[door] = *udp_bound(server->doors, door);
        used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", door > 0 ? ", " : "",
                                 endpoint_format(&bound[door], text));
    }
    log_ready("room %s is open on %s", server->config->room_name, list);
    service_ready(server);
    if (server->terminal_log.shown)
        greet(server, bound, count);
}

static void warn_if_nobody_can_join(const struct server *server)
{
    const struct room_limits *limits = &server->config->limits;

    if (!limits->plain_enabled && !limits->sequenced_enabled)
        log_warnx("nobody can join: plain.enabled and sequenced.enabled are both no");
}

static int open_all(struct server *server)
{
    const struct udp_sink sink = {.datagram = on_datagram,
                                  .writable = on_writable,
                                  .unreachable = on_unreachable,
                                  .ctx = server};
    int code;

    server->loop = ev_default_loop(EVBACKEND_EPOLL | EVFLAG_NOENV);
    if (server->loop == NULL || sodium_init() < 0) {
        log_errorx("the event loop, or the source of random numbers, can't be had");
        return EX_OSERR;
    }
    clock_init(&server->clock);
    clock_now(&server->clock, &server->now);
    terminal_log_init(&server->terminal_log);
    journal_init(&server->journal, server->config->log_events, server->terminal_log.shown);
    restart_find(server);
    code = doors_open(server, &sink);
    if (code == EX_OK)
        code = log_bridge_open(server);
    if (code == EX_OK)
        code = open_room(server);
    if (code == EX_OK)
        code = console_open(server);
    return code;
}

static void close_all(struct server *server)
{
    console_close(server);
    log_bridge_close(server);
    room_free(server->room);
    restart_close(server);
    udp_set_free(server->doors);
    if (server->loop != NULL)
        ev_loop_destroy(server->loop);
}

static void run(struct server *server)
{
    restart_store(server);
    announce(server);
    warn_if_nobody_can_join(server);
    ev_run(server->loop, 0);
    room_close(server->room, !server->for_good);
    journal_close(&server->journal, &server->now);
}

static int serve(struct server *server)
{
    int status;

    start_watchers(server);
    status = udp_set_start(server->doors);
    if (status == STATUS_OK)
        run(server);
    stop_watchers(server);
    return status == STATUS_OK ? server->log_bridge.code : EX_OSERR;
}

int server_run(const struct server_options *options)
{
    struct server server = {.options = options};
    struct config_report report = {.error = log_config_error, .warning = log_config_warning};
    int code = config_exit_code(server_load_config(options, &report, &server.config));

    if (code == EX_OK) {
        log_set_level(server.config->log_level);
        code = open_all(&server);
        if (code == EX_OK)
            code = serve(&server);
        close_all(&server);
    }
    config_free(server.config);
    return code;
}
