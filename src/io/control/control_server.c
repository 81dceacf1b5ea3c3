/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Accepting, reading one frame, and writing from one buffer a client. While that buffer is full, or the client waits for something to happen, nothing is produced and nothing wakes the loop: a client that does not read costs its buffer
 * and a timer.
 */
#include "io/control/control_server.h"

#include "base/log.h"
#include "io/control/control_listener.h"
#include "io/group.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between two turns members are served. */
#define CONTROL_ACCEPTS_PER_TURN 16
#define CONTROL_CALLS_PER_TURN   32

/* Kept free for the last words: how much was left out, and the end. */
#define CONTROL_RESERVE_BYTES 256

/* After accept() has failed for want of descriptors or memory: it is ready for ever, and would spin the loop. */
#define CONTROL_ACCEPT_PAUSE_S 1.0

enum control_stage {
    CONTROL_READING,   /* the request; it is in the buffer */
    CONTROL_ANSWERING, /* `more` is asked */
    CONTROL_WAITING,   /* `more` had nothing to say */
    CONTROL_ENDED,     /* what is in the buffer is all */
};

struct control_client {
    struct control *control;
    size_t index; /* in control->clients */
    int fd;
    uid_t uid;
    ev_io reader, writer;
    ev_timer patience;
    enum control_stage stage;
    bool broken;      /* it is gone: the next who may do so closes it */
    bool progressed;  /* since `patience` was set */
    ev_tstamp moved;  /* when it last came on */
    unsigned omitted; /* lines that did not fit */
    size_t used;      /* of the buffer */
    alignas(max_align_t) char state[CONTROL_STATE_BYTES];
    char buffer[CONTROL_BUFFER_BYTES];
};

struct control {
    struct ev_loop *loop; /* borrowed */
    struct control_socket *socket;
    struct control_sink sink;
    gid_t group;
    char forbidden[256]; /* what those are told who may not speak */
    ev_io listener;
    ev_timer pause;
    bool paused_before; /* since the last accept that worked: was said once */
    uint32_t count, waiting;
    struct control_client *clients[CONTROL_CLIENTS_MAX];
};

/* ---- one client ---- */

static void set_stage(struct control_client *client, enum control_stage stage)
{
    client->control->waiting -= client->stage == CONTROL_WAITING ? 1 : 0;
    client->control->waiting += stage == CONTROL_WAITING ? 1 : 0;
    client->stage = stage;
}

static void client_free(struct control_client *client)
{
    struct control *control = client->control;

    set_stage(client, CONTROL_ENDED);
    ev_io_stop(control->loop, &client->reader);
    ev_io_stop(control->loop, &client->writer);
    ev_timer_stop(control->loop, &client->patience);
    close(client->fd);
    control->clients[client->index] = control->clients[--control->count];
    control->clients[client->index]->index = client->index;
    free(client);
}

static void flush(struct control_client *client)
{
    ssize_t sent;

    if (client->used == 0 || client->broken || client->stage == CONTROL_READING)
        return;
    sent = send(client->fd, client->buffer, client->used, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
        client->used -= (size_t)sent;
        memmove(client->buffer, client->buffer + sent, client->used);
        client->progressed = true;
        client->moved = ev_now(client->control->loop);
    } else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS && errno != ENOMEM) {
        client->broken = true;
    }
}

static bool has_room(const struct control_client *client, size_t bytes)
{
    return CONTROL_BUFFER_BYTES - CONTROL_RESERVE_BYTES - client->used >= bytes;
}

void control_say(struct control_client *client, enum control_frame_type type, const char *text)
{
    size_t length = strlen(text);

    /* A client that has just come has an empty socket buffer, which takes much more than ours. */
    if (!has_room(client, CONTROL_FRAME_HEADER_BYTES + length))
        flush(client);
    if (has_room(client, CONTROL_FRAME_HEADER_BYTES + length))
        client->used +=
            control_frame_write(client->buffer + client->used, CONTROL_BUFFER_BYTES - client->used, type, text, length);
    else
        client->omitted++;
}

void control_end(struct control_client *client, enum control_result result)
{
    char text[80];

    if (client->stage == CONTROL_ENDED)
        return;
    if (client->omitted > 0) {
        snprintf(text, sizeof(text), "%u lines of this answer are left out: they were not read in time",
                 client->omitted);
        client->used += control_frame_write(client->buffer + client->used, CONTROL_BUFFER_BYTES - client->used,
                                            CONTROL_FRAME_ERROR, text, strlen(text));
    }
    client->used += control_frame_write_end(client->buffer + client->used, CONTROL_BUFFER_BYTES - client->used, result);
    set_stage(client, CONTROL_ENDED);
}

void *control_state(struct control_client *client)
{
    return client->state;
}

/* ---- its turn ---- */

static void set_patience(struct control_client *client)
{
    struct ev_loop *loop = client->control->loop;

    if (client->stage == CONTROL_WAITING && client->used == 0) {
        ev_timer_stop(loop, &client->patience);
    } else if (client->progressed || !ev_is_active(&client->patience)) {
        client->patience.repeat = CONTROL_READ_PATIENCE_S;
        ev_timer_again(loop, &client->patience);
    }
    client->progressed = false;
}

/* Whatever was done with a client ends here: it is closed, or its watchers are set to what it waits for. */
static void settle(struct control_client *client)
{
    struct ev_loop *loop = client->control->loop;

    if (client->broken || (client->stage == CONTROL_ENDED && client->used == 0)) {
        client_free(client);
        return;
    }
    if (client->used > 0 || client->stage == CONTROL_ANSWERING)
        ev_io_start(loop, &client->writer);
    else
        ev_io_stop(loop, &client->writer);
    set_patience(client);
}

/* Says on, as long as the client takes it, and no longer than a turn. */
static void answer(struct control_client *client)
{
    const struct control_sink *sink = &client->control->sink;

    for (unsigned calls = 0; calls < CONTROL_CALLS_PER_TURN && client->stage == CONTROL_ANSWERING; calls++) {
        if (!has_room(client, CONTROL_ITEM_MAX_BYTES))
            flush(client);
        if (client->broken || !has_room(client, CONTROL_ITEM_MAX_BYTES))
            break;
        if (!sink->more(sink->ctx, client) && client->stage == CONTROL_ANSWERING)
            set_stage(client, CONTROL_WAITING);
    }
    flush(client);
    settle(client);
}

static void refuse(struct control_client *client, const char *why)
{
    client->used = 0;
    set_stage(client, CONTROL_ANSWERING);
    control_say(client, CONTROL_FRAME_ERROR, why);
    control_end(client, CONTROL_USAGE);
    answer(client);
}

/* The buffer is needed for the answer. */
static void take_request(struct control_client *client, const struct control_request *request)
{
    const struct control_sink *sink = &client->control->sink;
    char line[CONTROL_FRAME_PAYLOAD_MAX_BYTES];
    struct control_request copy = *request;

    memcpy(line, request->line, request->length);
    copy.line = line;
    client->used = 0;
    client->progressed = true;
    client->moved = ev_now(client->control->loop);
    set_stage(client, CONTROL_ANSWERING);
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
            refuse(client, status == STATUS_NOT_FOUND
                               ? "nothing was done: roomctl and roomd are of different versions; restart roomd"
                               : "nothing was done: this is no request");
    }
}

static void on_readable(struct ev_loop *loop, ev_io *w, int revents)
{
    struct control_client *client = w->data;
    bool reading = client->stage == CONTROL_READING;
    char beyond;
    ssize_t length = reading ? recv(client->fd, client->buffer + client->used, CONTROL_BUFFER_BYTES - client->used, 0)
                             : recv(client->fd, &beyond, 1, 0);

    (void)loop;
    (void)revents;
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (length <= 0 || !reading) { /* it has left, or says more than it may */
        client_free(client);
        return;
    }
    client->used += (size_t)length;
    take_bytes(client);
}

static void on_writable(struct ev_loop *loop, ev_io *w, int revents)
{
    (void)loop;
    (void)revents;
    flush(w->data);
    answer(w->data);
}

static void on_impatient(struct ev_loop *loop, ev_timer *w, int revents)
{
    const struct control_client *client = w->data;

    (void)loop;
    (void)revents;
    log_debug("a roomctl of user %u has not %s in time", (unsigned)client->uid,
              client->stage == CONTROL_READING ? "said what it wants" : "read its answer");
    client_free(w->data);
}

/* ---- coming ---- */

/* For those who get no place. A new socket takes this little at once; if it does not, they see only that it was closed. */
static void turn_away(int fd, const char *why, enum control_result result)
{
    char bytes[512];
    size_t length = control_frame_write(bytes, sizeof(bytes), CONTROL_FRAME_ERROR, why, strlen(why));

    length += control_frame_write_end(bytes + length, sizeof(bytes) - length, result);
    if (send(fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
        log_debug("a roomctl that was turned away could not be told so: %s", strerror(errno));
    close(fd);
}

/* Scripts gone wrong must not keep an administrator out: whoever has stood still longest makes place. */
static bool make_place(struct control *control)
{
    struct control_client *stillest = NULL;
    ev_tstamp now = ev_now(control->loop);

    if (control->count < CONTROL_CLIENTS_MAX)
        return true;
    for (uint32_t i = 0; i < control->count; i++) {
        struct control_client *client = control->clients[i];
        bool stuck = client->stage == CONTROL_READING || client->used > 0;

        if (stuck && now - client->moved >= CONTROL_STUCK_S && (stillest == NULL || client->moved < stillest->moved))
            stillest = client;
    }
    if (stillest == NULL)
        return false;
    client_free(stillest);
    return true;
}

static void client_new(struct control *control, int fd, uid_t uid)
{
    struct control_client *client;

    if (!make_place(control)) {
        turn_away(fd, "nothing was done: too many others are connected, and all are busy; try again", CONTROL_BUSY);
        return;
    }
    client = calloc(1, sizeof(*client));
    if (client == NULL) {
        turn_away(fd, "nothing was done: roomd has no memory for it; try again", CONTROL_BUSY);
        return;
    }
    client->control = control;
    client->fd = fd;
    client->uid = uid;
    client->moved = ev_now(control->loop);
    client->index = control->count;
    control->clients[control->count++] = client;
    ev_io_init(&client->reader, on_readable, fd, EV_READ);
    ev_io_init(&client->writer, on_writable, fd, EV_WRITE);
    ev_timer_init(&client->patience, on_impatient, CONTROL_REQUEST_PATIENCE_S, 0.0);
    client->reader.data = client->writer.data = client->patience.data = client;
    ev_io_start(control->loop, &client->reader);
    ev_timer_start(control->loop, &client->patience);
}

static void pause_accepting(struct control *control)
{
    if (!control->paused_before)
        log_warn("the control socket takes nobody now");
    control->paused_before = true;
    ev_io_stop(control->loop, &control->listener);
    ev_timer_start(control->loop, &control->pause);
}

static void on_connection(struct ev_loop *loop, ev_io *w, int revents)
{
    struct control *control = w->data;
    uid_t uid;

    (void)loop;
    (void)revents;
    for (unsigned accepts = 0; accepts < CONTROL_ACCEPTS_PER_TURN; accepts++) {
        int fd = accept4(w->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

        if (fd < 0) {
            if (errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
                pause_accepting(control);
            return;
        }
        control->paused_before = false;
        if (group_has_peer(fd, control->group, &uid)) {
            client_new(control, fd, uid);
        } else {
            log_debug("user %u may not use the control socket", (unsigned)uid);
            turn_away(fd, control->forbidden, CONTROL_FORBIDDEN);
        }
    }
}

static void on_pause_over(struct ev_loop *loop, ev_timer *w, int revents)
{
    struct control *control = w->data;

    (void)revents;
    ev_io_start(loop, &control->listener);
}

/* ---- opening and closing ---- */

int control_open(struct ev_loop *loop, const struct control_setup *setup, struct control **ret_control)
{
    struct control *control = calloc(1, sizeof(*control));
    int status;

    if (control == NULL)
        return STATUS_NO_MEMORY;
    status = control_socket_open(setup->path, setup->group, &control->socket);
    if (status != STATUS_OK) {
        free(control);
        return status;
    }
    control->loop = loop;
    control->sink = setup->sink;
    control->group = setup->group;
    snprintf(control->forbidden, sizeof(control->forbidden),
             "nothing was done: you are neither root, nor the user that roomd runs as%s%s%s",
             setup->group_name[0] != '\0' ? ", nor in the group " : "", setup->group_name,
             setup->group_name[0] != '\0' && setup->group == GROUP_NONE ? " (there is none of that name)" : "");
    ev_io_init(&control->listener, on_connection, control_socket_fd(control->socket), EV_READ);
    ev_timer_init(&control->pause, on_pause_over, CONTROL_ACCEPT_PAUSE_S, 0.0);
    control->listener.data = control->pause.data = control;
    ev_io_start(loop, &control->listener);
    *ret_control = control;
    return STATUS_OK;
}

uint32_t control_clients(const struct control *control)
{
    return control->count;
}

uint32_t control_waiting(const struct control *control)
{
    return control->waiting;
}

void control_wake(struct control *control)
{
    /* Downwards: whoever is closed gives its place to the last, who was asked before. */
    for (uint32_t i = control->count; i > 0 && control->waiting > 0; i--) {
        struct control_client *client = control->clients[i - 1];

        if (client->stage != CONTROL_WAITING)
            continue;
        set_stage(client, CONTROL_ANSWERING);
        answer(client);
    }
}

/* What happened last is told first. */
static void say_goodbye(struct control_client *client)
{
    const struct control_sink *sink = &client->control->sink;

    set_stage(client, CONTROL_ANSWERING);
    while (client->stage == CONTROL_ANSWERING && has_room(client, CONTROL_ITEM_MAX_BYTES) &&
           sink->more(sink->ctx, client))
        ;
    control_end(client, CONTROL_DONE);
}

void control_close(struct control *control)
{
    int error = errno;

    if (control == NULL)
        return;
    while (control->count > 0) {
        struct control_client *client = control->clients[control->count - 1];

        if (client->stage == CONTROL_WAITING)
            say_goodbye(client);
        flush(client);
        client_free(client);
    }
    ev_io_stop(control->loop, &control->listener);
    ev_timer_stop(control->loop, &control->pause);
    control_socket_close(control->socket);
    free(control);
    errno = error;
}
