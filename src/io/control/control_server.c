/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Accepts connections, reads one frame each, and writes from one buffer per client. Nothing is
 * produced while that buffer is full or the client waits for an event: a client that does not read
 * costs its buffer and a timer.
 */
#include "io/control/control_server.h"

#include "base/log.h"
#include "io/control/control_listener.h"
#include "io/group.h"
#include "io/timer.h"
#include "io/watch.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Members are served between two turns. */
#define CONTROL_SERVER_ACCEPTS_PER_TURN 16
#define CONTROL_SERVER_CALLS_PER_TURN   32

/* Space for the last frames: the count of omitted lines, and the end. */
#define CONTROL_SERVER_RESERVE_BYTES 256

/* After accept() without descriptors or memory: it stays ready and would spin the loop. */
#define CONTROL_SERVER_ACCEPT_PAUSE_S 1.0

enum client_stage {
    CLIENT_READING,   /* the request, into the buffer */
    CLIENT_ANSWERING, /* calling `more` */
    CLIENT_WAITING,   /* `more` had nothing to say */
    CLIENT_ENDED,     /* the answer is complete; the buffer is being sent */
};

struct control_client {
    struct control_server *server;
    size_t index; /* in server->clients */
    int fd;
    uid_t uid;
    struct watch reader, writer;
    ev_timer timeout;
    enum client_stage stage;
    bool broken;     /* peer gone; freed at the next safe point */
    bool progressed; /* something was sent or received since `timeout` was set */
    ev_tstamp last_progress;
    unsigned omitted; /* lines that did not fit */
    size_t used;      /* bytes in the buffer */
    alignas(max_align_t) char state[CONTROL_SERVER_STATE_BYTES];
    char buffer[CONTROL_SERVER_BUFFER_BYTES];
};

struct control_server {
    struct ev_loop *loop; /* borrowed */
    struct control_listener *listener;
    struct control_server_sink sink;
    gid_t group;
    char forbidden[256]; /* the answer to users without permission */
    struct watch acceptor;
    ev_timer pause;
    bool pause_logged; /* logged since the last successful accept */
    uint32_t count, waiting;
    struct control_client *clients[CONTROL_SERVER_CLIENTS_MAX];
};

/* ---- one client ---- */

static void set_stage(struct control_client *client, enum client_stage stage)
{
    client->server->waiting -= client->stage == CLIENT_WAITING ? 1 : 0;
    client->server->waiting += stage == CLIENT_WAITING ? 1 : 0;
    client->stage = stage;
}

static void client_free(struct control_client *client)
{
    struct control_server *server = client->server;

    set_stage(client, CLIENT_ENDED);
    watch_stop(&client->reader);
    watch_stop(&client->writer);
    ev_timer_stop(server->loop, &client->timeout);
    close(client->fd);
    server->clients[client->index] = server->clients[--server->count];
    server->clients[client->index]->index = client->index;
    free(client);
}

static void flush(struct control_client *client)
{
    ssize_t sent;

    if (client->used == 0 || client->broken || client->stage == CLIENT_READING)
        return;
    sent = send(client->fd, client->buffer, client->used, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
        client->used -= (size_t)sent;
        memmove(client->buffer, client->buffer + sent, client->used);
        client->progressed = true;
        client->last_progress = ev_now(client->server->loop);
    } else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != ENOMEM) {
        client->broken = true;
    }
}

static bool has_space(const struct control_client *client, size_t bytes)
{
    return CONTROL_SERVER_BUFFER_BYTES - CONTROL_SERVER_RESERVE_BYTES - client->used >= bytes;
}

void control_client_say(struct control_client *client, enum control_frame_type type,
                        const char *text)
{
    size_t length = strlen(text);

    /* A new client's socket buffer is empty and much larger than ours. */
    if (!has_space(client, CONTROL_FRAME_HEADER_BYTES + length))
        flush(client);
    if (has_space(client, CONTROL_FRAME_HEADER_BYTES + length))
        client->used +=
            control_frame_write(client->buffer + client->used,
                                CONTROL_SERVER_BUFFER_BYTES - client->used, type, text, length);
    else
        client->omitted++;
}

void control_client_end(struct control_client *client, enum control_result result)
{
    char text[80];

    if (client->stage == CLIENT_ENDED)
        return;
    if (client->omitted > 0) {
        snprintf(text, sizeof(text),
                 "%u lines of this answer are left out: they were not read in time",
                 client->omitted);
        client->used += control_frame_write(client->buffer + client->used,
                                            CONTROL_SERVER_BUFFER_BYTES - client->used,
                                            CONTROL_FRAME_ERROR, text, strlen(text));
    }
    client->used += control_frame_write_end(client->buffer + client->used,
                                            CONTROL_SERVER_BUFFER_BYTES - client->used, result);
    set_stage(client, CLIENT_ENDED);
}

void *control_client_state(struct control_client *client)
{
    return client->state;
}

/* ---- answering ---- */

static void set_timeout(struct control_client *client)
{
    if (client->stage == CLIENT_WAITING && client->used == 0)
        ev_timer_stop(client->server->loop, &client->timeout);
    else if (client->progressed || !ev_is_active(&client->timeout))
        timer_start(client->server->loop, &client->timeout, CONTROL_SERVER_READ_TIMEOUT_S);
    client->progressed = false;
}

/* Ends every action on a client: frees it, or sets its watchers to what it waits for. */
static void settle(struct control_client *client)
{
    if (client->broken || (client->stage == CLIENT_ENDED && client->used == 0)) {
        client_free(client);
        return;
    }
    if (client->used > 0 || client->stage == CLIENT_ANSWERING)
        watch_start(&client->writer);
    else
        watch_stop(&client->writer);
    set_timeout(client);
}

/* Continues the answer while the client takes it, for at most one turn. */
static void answer(struct control_client *client)
{
    const struct control_server_sink *sink = &client->server->sink;

    for (unsigned calls = 0;
         calls < CONTROL_SERVER_CALLS_PER_TURN && client->stage == CLIENT_ANSWERING; calls++) {
        if (!has_space(client, CONTROL_SERVER_ITEM_MAX_BYTES))
            flush(client);
        if (client->broken || !has_space(client, CONTROL_SERVER_ITEM_MAX_BYTES))
            break;
        if (!sink->more(sink->ctx, client) && client->stage == CLIENT_ANSWERING)
            set_stage(client, CLIENT_WAITING);
    }
    flush(client);
    settle(client);
}

static void refuse(struct control_client *client, const char *why)
{
    client->used = 0;
    set_stage(client, CLIENT_ANSWERING);
    control_client_say(client, CONTROL_FRAME_ERROR, why);
    control_client_end(client, CONTROL_USAGE);
    answer(client);
}

/* Copies the line, because the buffer is needed for the answer. */
static void take_request(struct control_client *client, const struct control_request *request)
{
    const struct control_server_sink *sink = &client->server->sink;
    char line[CONTROL_FRAME_PAYLOAD_MAX_BYTES];
    struct control_request copy = *request;

    memcpy(line, request->line, request->length);
    copy.line = line;
    client->used = 0;
    client->progressed = true;
    client->last_progress = ev_now(client->server->loop);
    set_stage(client, CLIENT_ANSWERING);
    log_debug("roomctl (user %u): %.*s", (unsigned)client->uid, (int)copy.length, line);
    sink->request(sink->ctx, client, &copy);
    answer(client);
}

static void take_bytes(struct control_client *client)
{
    struct control_request request;
    struct control_frame frame;
    int length = control_frame_read(client->buffer, client->used, &frame);
    int status;

    if (length == 0)
        return;
    if (length == STATUS_TOO_LONG) {
        refuse(client, "nothing was done: the request is longer than 8 KiB, or none at all");
    } else if (length < 0) {
        refuse(client, "nothing was done: this is no request");
    } else if ((size_t)length < client->used) {
        refuse(client, "nothing was done: one request to a connection, and nothing behind it");
    } else {
        status = control_frame_read_request(&frame, &request);
        if (status == STATUS_OK)
            take_request(client, &request);
        else
            refuse(
                client,
                status == STATUS_NOT_FOUND
                    ? "nothing was done: roomctl and roomd are of different versions; restart roomd"
                    : "nothing was done: this is no request");
    }
}

static void on_readable(void *ctx)
{
    struct control_client *client = ctx;
    bool reading = client->stage == CLIENT_READING;
    char beyond;
    ssize_t length = reading ? recv(client->fd, client->buffer + client->used,
                                    CONTROL_SERVER_BUFFER_BYTES - client->used, 0)
                             : recv(client->fd, &beyond, 1, 0);

    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0 || !reading) { /* it has left, or sends more than one request */
        client_free(client);
        return;
    }
    client->used += (size_t)length;
    take_bytes(client);
}

static void on_writable(void *ctx)
{
    flush(ctx);
    answer(ctx);
}

static void on_timeout(struct ev_loop *loop, ev_timer *w, int revents)
{
    const struct control_client *client = w->data;

    (void)loop;
    (void)revents;
    log_debug("a roomctl of user %u has not %s in time", (unsigned)client->uid,
              client->stage == CLIENT_READING ? "said what it wants" : "read its answer");
    client_free(w->data);
}

/* ---- accepting ---- */

/*
 * For connections that are not served. A new socket takes this little at once; if it does not, the
 * client only sees the connection close.
 */
static void reject(int fd, const char *why, enum control_result result)
{
    char bytes[512];
    size_t length =
        control_frame_write(bytes, sizeof(bytes), CONTROL_FRAME_ERROR, why, strlen(why));

    length += control_frame_write_end(bytes + length, sizeof(bytes) - length, result);
    if (send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("a roomctl that was turned away could not be told so: %s", strerror(errno));
    close(fd);
}

/*
 * Faulty scripts must not lock out an administrator: when all places are taken, the client that has
 * been stuck longest is dropped.
 */
static bool evict_if_full(struct control_server *server)
{
    struct control_client *idlest = NULL;
    ev_tstamp now = ev_now(server->loop);

    if (server->count < CONTROL_SERVER_CLIENTS_MAX)
        return true;
    for (uint32_t i = 0; i < server->count; i++) {
        struct control_client *client = server->clients[i];
        bool stuck = client->stage == CLIENT_READING || client->used > 0;

        if (stuck && now - client->last_progress >= CONTROL_SERVER_STUCK_S &&
            (idlest == NULL || client->last_progress < idlest->last_progress))
            idlest = client;
    }
    if (idlest == NULL)
        return false;
    client_free(idlest);
    return true;
}

static void client_new(struct control_server *server, int fd, uid_t uid)
{
    struct control_client *client;

    if (!evict_if_full(server)) {
        reject(fd, "nothing was done: too many others are connected, and all are busy; try again",
               CONTROL_BUSY);
        return;
    }
    client = calloc(1, sizeof(*client));
    if (client == NULL) {
        reject(fd, "nothing was done: roomd has no memory for it; try again", CONTROL_BUSY);
        return;
    }
    client->server = server;
    client->fd = fd;
    client->uid = uid;
    client->last_progress = ev_now(server->loop);
    client->index = server->count;
    server->clients[server->count++] = client;
    watch_init(&client->reader, server->loop, "a roomctl", on_readable, client);
    watch_init(&client->writer, server->loop, "a roomctl", on_writable, client);
    watch_set(&client->reader, fd, EV_READ);
    watch_set(&client->writer, fd, EV_WRITE);
    ev_timer_init(&client->timeout, on_timeout, CONTROL_SERVER_REQUEST_TIMEOUT_S, 0.0);
    client->timeout.data = client;
    watch_start(&client->reader);
    timer_start(server->loop, &client->timeout, CONTROL_SERVER_REQUEST_TIMEOUT_S);
}

static void pause_accepting(struct control_server *server)
{
    if (!server->pause_logged)
        log_warn("the control socket takes nobody now");
    server->pause_logged = true;
    watch_stop(&server->acceptor);
    timer_start(server->loop, &server->pause, CONTROL_SERVER_ACCEPT_PAUSE_S);
}

static void on_connection(void *ctx)
{
    struct control_server *server = ctx;
    uid_t uid;

    for (unsigned accepts = 0; accepts < CONTROL_SERVER_ACCEPTS_PER_TURN; accepts++) {
        int fd = accept4(control_listener_fd(server->listener), NULL, NULL,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                pause_accepting(server);
            return;
        }
        server->pause_logged = false;
        if (group_has_peer(fd, server->group, &uid)) {
            client_new(server, fd, uid);
        } else {
            log_debug("user %u may not use the control socket", (unsigned)uid);
            reject(fd, server->forbidden, CONTROL_FORBIDDEN);
        }
    }
}

static void on_pause_over(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control_server *server = w->data;

    (void)loop;
    (void)revents;
    watch_start(&server->acceptor);
}

/* ---- opening and closing ---- */

int control_server_open(struct ev_loop *loop, const struct control_server_setup *setup,
                        struct control_server **ret_server)
{
    struct control_server *server = calloc(1, sizeof(*server));
    int status;

    if (server == NULL)
        return STATUS_NO_MEMORY;
    status = control_listener_open(setup->path, setup->group, &server->listener);
    if (status != STATUS_OK) {
        free(server);
        return status;
    }
    server->loop = loop;
    server->sink = setup->sink;
    server->group = setup->group;
    snprintf(server->forbidden, sizeof(server->forbidden),
             "nothing was done: you are neither root, nor the user that roomd runs as%s%s%s",
             setup->group_name[0] != '\0' ? ", nor in the group " : "", setup->group_name,
             setup->group_name[0] != '\0' && setup->group == GROUP_NONE
                 ? " (there is none of that name)"
                 : "");
    watch_init(&server->acceptor, loop, "the control socket", on_connection, server);
    watch_set(&server->acceptor, control_listener_fd(server->listener), EV_READ);
    ev_timer_init(&server->pause, on_pause_over, CONTROL_SERVER_ACCEPT_PAUSE_S, 0.0);
    server->pause.data = server;
    status = watch_check(&server->acceptor);
    if (status != STATUS_OK) {
        control_server_close(server);
        return status;
    }
    watch_start(&server->acceptor);
    *ret_server = server;
    return STATUS_OK;
}

uint32_t control_server_clients(const struct control_server *server)
{
    return server->count;
}

uint32_t control_server_waiting(const struct control_server *server)
{
    return server->waiting;
}

void control_server_wake(struct control_server *server)
{
    /* Downwards: a client that is freed is replaced by the last one, which was already called. */
    for (uint32_t i = server->count; i > 0 && server->waiting > 0; i--) {
        struct control_client *client = server->clients[i - 1];

        if (client->stage != CLIENT_WAITING)
            continue;
        set_stage(client, CLIENT_ANSWERING);
        answer(client);
    }
}

/* Lets a waiting client have the last events before the end. */
static void finish_answer(struct control_client *client)
{
    const struct control_server_sink *sink = &client->server->sink;

    set_stage(client, CLIENT_ANSWERING);
    while (client->stage == CLIENT_ANSWERING && has_space(client, CONTROL_SERVER_ITEM_MAX_BYTES) &&
           sink->more(sink->ctx, client))
        ;
    control_client_end(client, CONTROL_DONE);
}

void control_server_close(struct control_server *server)
{
    int error = errno;

    if (server == NULL)
        return;
    while (server->count > 0) {
        struct control_client *client = server->clients[server->count - 1];

        if (client->stage == CLIENT_WAITING)
            finish_answer(client);
        flush(client);
        client_free(client);
    }
    watch_stop(&server->acceptor);
    ev_timer_stop(server->loop, &server->pause);
    control_listener_close(server->listener);
    free(server);
    errno = error;
}
