/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Watchers around a session, a queue and a process. A process is reaped before the next one is
 * started, so that there are never two.
 */
#include "io/log/log_client_state.h"

#include "base/log.h"
#include "io/timer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Between two starts: at least, and, doubled with each one that did not get live, at most. */
#define AGAIN_MIN_S 0.1
#define AGAIN_MAX_S 5.0

/* A process whose socket is closed gets so long to end by itself. */
#define KILL_S 10.0

/* Packets taken in one turn, at most 1 MiB: the loop has other things to do. */
#define PACKETS_MAX 32

static double monotonic_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* ---- packets ---- */

/* The session has become live: records are taken before the owner hands any over. */
static void begin_live(struct log_client *client)
{
    client->live_record = client->session.record;
    log_proposals_begin(&client->proposals, client->live_record + 1);
    if (client->sink.live != NULL)
        client->sink.live(client->sink.ctx, client->live_record);
}

/* True if it has done something. Only then another one may follow soon. */
static bool is_useful(const struct log_client *client)
{
    return client->session.state == LOG_SESSION_LIVE &&
           (client->session.read_only || client->session.record > client->live_record);
}

/* 0: no more have come, or these are enough. Else its end: STATUS_NOT_FOUND, STATUS_INVALID. */
static int take_packets(struct log_client *client, unsigned most)
{
    for (unsigned i = 0; i < most; i++) {
        enum log_session_state before = client->session.state;
        ssize_t got = log_process_receive(&client->process, client->in, sizeof(client->in));

        if (got <= 0)
            return (int)got;
        if (log_session_take(&client->session, log_proposals_last(&client->proposals), client->in,
                             (size_t)got) != 0)
            return STATUS_INVALID;
        if (before != LOG_SESSION_LIVE && client->session.state == LOG_SESSION_LIVE)
            begin_live(client);
        if (is_useful(client))
            client->wait_s = AGAIN_MIN_S;
    }
    return STATUS_OK;
}

/* Sends until the socket is full. An error is the end of the log, which reading tells. */
static void send_packets(struct log_client *client)
{
    struct log_packet packet;

    client->blocked = false;
    while (client->process.socket >= 0 && log_outgoing_first(&client->outgoing, &packet)) {
        if (!log_process_send(&client->process, packet.bytes, packet.length, packet.fd)) {
            client->blocked = errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS;
            break;
        }
        log_outgoing_drop(&client->outgoing);
    }
    if (client->blocked)
        watch_start(&client->writable);
    else
        watch_stop(&client->writable);
}

/* Records that were left out are asked for again where there is room for them. */
static void send_all(struct log_client *client)
{
    send_packets(client);
    while (client->proposals.behind && log_outgoing_is_low(&client->outgoing)) {
        client->proposals.behind = false;
        if (client->sink.again != NULL)
            client->sink.again(client->sink.ctx);
        log_proposals_flush(&client->proposals);
        send_packets(client);
    }
}

static void on_writable(void *ctx)
{
    send_all(ctx);
}

static void on_flush(struct ev_loop *loop, ev_prepare *watcher, int events)
{
    struct log_client *client = watcher->data;

    (void)loop;
    (void)events;
    log_proposals_flush(&client->proposals);
    if (!client->blocked)
        send_all(client);
}

/* ---- its end ---- */

static void start_again(struct log_client *client)
{
    double wait_s = client->started_s + client->wait_s - monotonic_s();

    if (client->closing || client->process.pid != 0)
        return;
    timer_start(client->loop, &client->again, wait_s > 0.0 ? wait_s : 0.0);
}

/* Nothing is sent any more: it has ended, or must. */
static void stop(struct log_client *client)
{
    watch_stop(&client->readable);
    watch_stop(&client->writable);
    if (client->process.pid != 0)
        timer_start(client->loop, &client->kill, KILL_S);
}

static void end_session(struct log_client *client, const char *how)
{
    stop(client);
    log_process_close_socket(&client->process);
    log_proposals_begin(&client->proposals, 0);
    log_outgoing_clear(&client->outgoing);
    client->blocked = false;
    log_session_end(&client->session, how);
    start_again(client);
}

static void on_readable(void *ctx)
{
    struct log_client *client = ctx;
    int status = take_packets(client, PACKETS_MAX);

    if (status == STATUS_INVALID)
        end_session(client, "it has broken a rule");
    else if (status == STATUS_NOT_FOUND && client->process.pid != 0)
        stop(client); /* how it has ended is known when it is reaped */
    else if (status == STATUS_NOT_FOUND)
        end_session(client, "it has closed its socket");
}

static void on_reaped(struct ev_loop *loop, ev_child *watcher, int events)
{
    struct log_client *client = watcher->data;
    char how[LOG_PROCESS_HOW_BYTES];

    (void)events;
    ev_child_stop(loop, watcher);
    ev_timer_stop(loop, &client->kill);
    client->process.pid = 0;
    if (client->process.socket >= 0)
        (void)take_packets(client, UINT_MAX); /* all that it has sent is in the socket */
    end_session(client, log_process_how(watcher->rstatus, how));
}

static void on_kill(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct log_client *client = timer->data;

    (void)loop;
    (void)events;
    if (client->process.pid != 0)
        (void)kill(client->process.pid, SIGKILL);
}

/* ---- its beginning ---- */

static void send_hello(struct log_client *client)
{
    struct log_hello hello = {.read_only = client->session.read_only,
                              .incarnation = client->incarnation,
                              .version = LOG_VERSION,
                              .settings = client->settings,
                              .room = {client->room, strlen(client->room)}};
    size_t length;

    memcpy(hello.boot, client->boot, sizeof(hello.boot));
    length = log_hello_write(client->in, sizeof(client->in), &hello);
    (void)log_outgoing_add(&client->outgoing, client->in, length, -1);
    log_session_begin(&client->session, client->settings.sync);
    send_packets(client);
}

static int start(struct log_client *client)
{
    static char name[] = LOG_CLIENT_PROGRAM, option[] = "--read-only";
    char *words[4] = {name};
    int status;

    words[1] = client->session.read_only ? option : client->path;
    words[2] = client->session.read_only ? client->path : NULL;
    client->started_s = monotonic_s();
    status = log_process_start(client->program, words, &client->process);
    if (status != 0)
        return status;
    client->wait_s = 2 * client->wait_s < AGAIN_MAX_S ? 2 * client->wait_s : AGAIN_MAX_S;
    ev_child_set(&client->reaper, client->process.pid, 0);
    ev_child_start(client->loop, &client->reaper);
    watch_set(&client->readable, client->process.socket, EV_READ);
    watch_set(&client->writable, client->process.socket, EV_WRITE);
    watch_start(&client->readable);
    send_hello(client);
    return STATUS_OK;
}

static void on_again(struct ev_loop *loop, ev_timer *timer, int events)
{
    struct log_client *client = timer->data;

    (void)loop;
    (void)events;
    if (start(client) == 0)
        return;
    log_warn("the log can't be started again");
    client->wait_s = 2 * client->wait_s < AGAIN_MAX_S ? 2 * client->wait_s : AGAIN_MAX_S;
    start_again(client);
}

static void init_watchers(struct log_client *client)
{
    watch_init(&client->readable, client->loop, "the log", on_readable, client);
    watch_init(&client->writable, client->loop, "the log", on_writable, client);
    ev_child_init(&client->reaper, on_reaped, 0, 0);
    ev_prepare_init(&client->flush, on_flush);
    ev_timer_init(&client->again, on_again, AGAIN_MIN_S, 0.0);
    ev_timer_init(&client->kill, on_kill, KILL_S, 0.0);
    client->reaper.data = client->flush.data = client->again.data = client->kill.data = client;
    /* After the room has swept: what that appends goes in the same packet. */
    ev_set_priority(&client->flush, EV_MINPRI);
    ev_prepare_start(client->loop, &client->flush);
}

static void free_client(struct log_client *client)
{
    ev_prepare_stop(client->loop, &client->flush);
    ev_child_stop(client->loop, &client->reaper);
    ev_timer_stop(client->loop, &client->again);
    ev_timer_stop(client->loop, &client->kill);
    watch_stop(&client->readable);
    watch_stop(&client->writable);
    log_process_close_socket(&client->process);
    log_outgoing_done(&client->outgoing);
    if (client->program >= 0)
        close(client->program);
    free(client->path);
    free(client->room);
    free(client);
}

int log_client_open(struct ev_loop *loop, const struct log_client_setup *setup,
                    struct log_client **ret_client)
{
    struct log_client *client = calloc(1, sizeof(*client));
    int status = STATUS_NO_MEMORY, error;

    if (client == NULL)
        return STATUS_NO_MEMORY;
    *client = (struct log_client){.loop = loop,
                                  .program = -1,
                                  .path = strdup(setup->path),
                                  .room = strdup(setup->room),
                                  .settings = setup->settings,
                                  .process = {.socket = -1},
                                  .wait_s = AGAIN_MIN_S / 2,
                                  .sink = setup->sink};
    memcpy(client->boot, setup->boot, sizeof(client->boot));
    while (client->incarnation == 0)
        (void)getrandom(&client->incarnation, sizeof(client->incarnation), 0);
    log_session_init(&client->session, &setup->sink, setup->read_only);
    init_watchers(client);
    if (client->path != NULL && client->room != NULL)
        status = log_outgoing_init(&client->outgoing);
    log_proposals_init(&client->proposals, &client->outgoing);
    if (status == 0)
        status = log_process_open_program(setup->program, LOG_CLIENT_PROGRAM, &client->program);
    if (status == 0)
        status = start(client);
    if (status == 0) {
        *ret_client = client;
        return STATUS_OK;
    }
    error = errno;
    free_client(client);
    errno = error;
    return status;
}

/* ---- waiting ---- */

/* Serves the socket alone. False: the time is over, or the process has ended. */
static bool serve_until(struct log_client *client, double until_s)
{
    struct pollfd end = {.fd = client->process.socket, .events = POLLIN};
    double left_s = until_s - monotonic_s();

    if (end.fd < 0 || left_s <= 0.0)
        return false;
    if (client->outgoing.queue.used > 0)
        end.events |= POLLOUT;
    (void)poll(&end, 1, (int)(left_s * 1000.0) + 1);
    send_packets(client);
    return take_packets(client, PACKETS_MAX) == 0;
}

/* Only the administrator can help. The other troubles may be over soon. */
static bool is_hopeless(enum log_trouble trouble)
{
    return trouble == LOG_TROUBLE_OWNER || trouble == LOG_TROUBLE_GONE;
}

int log_client_wait_live(struct log_client *client)
{
    double until_s = monotonic_s() + LOG_CLIENT_START_MS / 1000.0;

    while (client->session.state != LOG_SESSION_LIVE && !is_hopeless(client->session.trouble) &&
           serve_until(client, until_s))
        ;
    return client->session.state == LOG_SESSION_LIVE ? STATUS_OK : STATUS_NOT_FOUND;
}

int log_client_wait_answers(struct log_client *client)
{
    double until_s = monotonic_s() + LOG_CLIENT_START_MS / 1000.0;

    while (log_requests_are_open(&client->session.requests) && serve_until(client, until_s))
        ;
    return log_requests_are_open(&client->session.requests) ? STATUS_NOT_FOUND : STATUS_OK;
}

enum log_trouble log_client_trouble(const struct log_client *client, const char **ret_text)
{
    *ret_text = client->session.text;
    return client->session.trouble;
}

/* ---- closing ---- */

bool log_client_close(struct log_client *client)
{
    double until_s = monotonic_s() + LOG_CLIENT_END_MS / 1000.0, left_s;
    bool ended;

    if (client == NULL)
        return true;
    client->closing = true;
    client->sink = client->session.sink = (struct log_client_sink){.ctx = NULL};
    log_proposals_flush(&client->proposals);
    while (client->outgoing.queue.used > 0 && serve_until(client, until_s))
        ;
    log_process_close_socket(&client->process);
    left_s = until_s - monotonic_s();
    ended = log_process_wait(&client->process, left_s > 0.0 ? (int)(left_s * 1000.0) : 0);
    free_client(client);
    return ended;
}
