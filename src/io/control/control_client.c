/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Reads one frame of a client, and writes from one buffer. Nothing is produced while that buffer is
 * full or the client waits for an event: a client that does not read costs its buffer and a timer.
 */
#include "io/control/control_state.h"

#include "base/log.h"
#include "io/control/control_receive.h"
#include "io/timer.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Members are served between two turns. */
#define CONTROL_SERVER_CALLS_PER_TURN 32

/* Space for the last frames: the count of omitted lines, and the end. */
#define CONTROL_SERVER_RESERVE_BYTES 256

static void set_stage(struct control_client *client, enum client_stage stage)
{
    client->server->waiting -= client->stage == CLIENT_WAITING ? 1 : 0;
    client->server->waiting += stage == CLIENT_WAITING ? 1 : 0;
    client->stage = stage;
}

static void set_holding(struct control_client *client, bool holding)
{
    client->server->holding -= client->holding ? 1 : 0;
    client->server->holding += holding ? 1 : 0;
    client->holding = holding;
}

void control_client_free(struct control_client *client)
{
    struct control_server *server = client->server;

    if (client->stage != CLIENT_READING && server->sink.gone != NULL)
        server->sink.gone(server->sink.ctx, client);
    if (client->file >= 0)
        close(client->file);
    set_stage(client, CLIENT_ENDED);
    set_holding(client, false);
    watch_stop(&client->reader);
    watch_stop(&client->writer);
    ev_timer_stop(server->loop, &client->timeout);
    close(client->fd);
    server->clients[client->index] = server->clients[--server->count];
    server->clients[client->index]->index = client->index;
    free(client);
}

/* What is held may be sent now, or is given up. */
static void check_hold(struct control_client *client)
{
    const struct control_server_sink *sink = &client->server->sink;
    enum control_hold hold = sink->held != NULL && client->sendable < client->used
                                 ? sink->held(sink->ctx, client)
                                 : CONTROL_SEND;

    if (hold == CONTROL_HOLD)
        return;
    if (hold == CONTROL_GIVE_UP) {
        client->used = client->sendable;
        client->omitted = 0;
        set_stage(client, CLIENT_ANSWERING);
        sink->give_up(sink->ctx, client);
    }
    client->sendable = client->used;
}

static void flush(struct control_client *client)
{
    ssize_t sent;

    if (client->broken || client->stage == CLIENT_READING)
        return;
    check_hold(client);
    if (client->sendable == 0)
        return;
    sent = send(client->fd, client->buffer, client->sendable, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
        client->used -= (size_t)sent;
        client->sendable -= (size_t)sent;
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

int control_client_take_file(struct control_client *client)
{
    int file = client->file;

    client->file = -1;
    return file;
}

void *control_client_state(struct control_client *client)
{
    return client->state;
}

/* ---- answering ---- */

static void set_timeout(struct control_client *client)
{
    if ((client->stage == CLIENT_WAITING && client->used == 0) || client->holding)
        ev_timer_stop(client->server->loop, &client->timeout);
    else if (client->progressed || !ev_is_active(&client->timeout))
        timer_start(client->server->loop, &client->timeout, CONTROL_SERVER_READ_TIMEOUT_S);
    client->progressed = false;
}

/* Ends every action on a client: frees it, or sets its watchers to what it waits for. */
static void settle(struct control_client *client)
{
    if (client->broken || (client->stage == CLIENT_ENDED && client->used == 0)) {
        control_client_free(client);
        return;
    }
    set_holding(client, client->sendable < client->used);
    if (client->sendable > 0 ||
        (client->stage == CLIENT_ANSWERING && has_space(client, CONTROL_SERVER_ITEM_MAX_BYTES)))
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
    client->used = client->sendable = 0;
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
    client->used = client->sendable = 0;
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

static ssize_t receive_request(struct control_client *client)
{
    ssize_t length;
    int file = -1;

    length = control_receive(client->fd, client->buffer + client->used,
                             CONTROL_SERVER_BUFFER_BYTES - client->used, &file);
    if (length < 0)
        return length;
    if (file >= 0 && client->file >= 0)
        close(file);
    else if (file >= 0)
        client->file = file;
    return length;
}

static void on_readable(void *ctx)
{
    struct control_client *client = ctx;
    bool reading = client->stage == CLIENT_READING;
    char beyond;
    ssize_t length = reading ? receive_request(client) : recv(client->fd, &beyond, 1, 0);

    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0 || !reading) { /* it has left, or sends more than one request */
        control_client_free(client);
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
    control_client_free(w->data);
}

int control_client_new(struct control_server *server, int fd, uid_t uid)
{
    struct control_client *client = calloc(1, sizeof(*client));

    if (client == NULL)
        return STATUS_NO_MEMORY;
    client->server = server;
    client->fd = fd;
    client->file = -1;
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
    return STATUS_OK;
}

void control_client_wake(struct control_client *client)
{
    if (client->stage != CLIENT_WAITING && !client->holding)
        return;
    if (client->stage == CLIENT_WAITING)
        set_stage(client, CLIENT_ANSWERING);
    answer(client);
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

void control_client_finish(struct control_client *client)
{
    if (client->stage == CLIENT_WAITING)
        finish_answer(client);
    flush(client);
    control_client_free(client);
}
