/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The state of the control socket, for the two files that share it: clients, and their server. */
#ifndef ROOMD_IO_CONTROL_CONTROL_STATE_H
#define ROOMD_IO_CONTROL_CONTROL_STATE_H

#include "io/control/control_server.h"
#include "io/watch.h"

#include <stdalign.h>

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
    int file; /* that came with the request and was not taken, or -1 */
    uid_t uid;
    struct watch reader, writer;
    ev_timer timeout;
    enum client_stage stage;
    bool broken;     /* peer gone; freed at the next safe point */
    bool progressed; /* something was sent or received since `timeout` was set */
    ev_tstamp last_progress;
    unsigned omitted; /* lines that did not fit */
    size_t used;      /* bytes in the buffer */
    size_t sendable;  /* of these, the first that may be sent */
    bool holding;     /* the others wait for control_server_wake */
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
    uint32_t count, waiting, holding;
    struct control_client *clients[CONTROL_SERVER_CLIENTS_MAX];
};

/* Adds a client. STATUS_NO_MEMORY: the descriptor is still the caller's. */
int control_client_new(struct control_server *server, int fd, uid_t uid);
void control_client_free(struct control_client *client);
/* Goes on, if it waits. */
void control_client_wake(struct control_client *client);
/* Sends what the socket takes at once of the rest of its answer, and frees it. */
void control_client_finish(struct control_client *client);

#endif
