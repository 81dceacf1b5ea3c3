/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Accepts connections, rejects those that may not be served, and wakes clients. */
#include "io/control/control_server.h"

#include "base/log.h"
#include "io/control/control_listener.h"
#include "io/control/control_state.h"
#include "io/group.h"
#include "io/timer.h"

#include <errno.h>
#include <roomd/status.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Members are served between two turns. */
#define CONTROL_SERVER_ACCEPTS_PER_TURN 16

/* After accept() without descriptors or memory: it stays ready and would spin the loop. */
#define CONTROL_SERVER_ACCEPT_PAUSE_S 1.0

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
    control_client_free(idlest);
    return true;
}

static void client_new(struct control_server *server, int fd, uid_t uid)
{
    if (!evict_if_full(server)) {
        reject(fd, "nothing was done: too many others are connected, and all are busy; try again",
               CONTROL_BUSY);
        return;
    }
    if (control_client_new(server, fd, uid) != 0)
        reject(fd, "nothing was done: roomd has no memory for it; try again", CONTROL_BUSY);
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

uint32_t control_server_holding(const struct control_server *server)
{
    return server->holding;
}

void control_server_wake(struct control_server *server)
{
    /* Downwards: a client that is freed is replaced by the last one, which was already called. */
    for (uint32_t i = server->count; i > 0 && server->waiting + server->holding > 0; i--)
        control_client_wake(server->clients[i - 1]);
}

void control_server_close(struct control_server *server)
{
    int error = errno;

    if (server == NULL)
        return;
    while (server->count > 0) {
        struct control_client *client = server->clients[server->count - 1];

        control_client_finish(client);
    }
    watch_stop(&server->acceptor);
    ev_timer_stop(server->loop, &server->pause);
    control_listener_close(server->listener);
    free(server);
    errno = error;
}
