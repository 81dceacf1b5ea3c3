/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The clients of the control socket: who may speak there, one request each, and an answer that is
 * produced only as fast as it is read. Knows frames, but no commands.
 */
#ifndef ROOMD_IO_CONTROL_CONTROL_SERVER_H
#define ROOMD_IO_CONTROL_CONTROL_SERVER_H

#include "base/control_frame.h"

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Each has a buffer of CONTROL_SERVER_BUFFER_BYTES: 4 MiB together, and a quarter of the usual
 * limit on descriptors. */
#define CONTROL_SERVER_CLIENTS_MAX 256

/* A request comes in at once, from a program; somebody who connects and types has time to. */
#define CONTROL_SERVER_REQUEST_TIMEOUT_S 10

/* Who takes nothing of an answer for so long will not come back for it. */
#define CONTROL_SERVER_READ_TIMEOUT_S 60

/* When all places are taken, a client that has stood still for so long gives up its own. */
#define CONTROL_SERVER_STUCK_S 2

/* Holds a request, then the answer as it goes out: two of the longest frames. */
#define CONTROL_SERVER_BUFFER_BYTES (2 * CONTROL_FRAME_MAX_BYTES)

/* What one call of `more` may say at most, frames included. */
#define CONTROL_SERVER_ITEM_MAX_BYTES CONTROL_FRAME_MAX_BYTES

/* Of each client, for whoever answers it; cleared at the start. */
#define CONTROL_SERVER_STATE_BYTES 64

struct control_server;
struct control_client;

/* Who answers. Neither call may close the control, nor keep the client for longer than the call. */
struct control_server_sink {
    /* A request has come; the line is borrowed for the call. Until control_client_end was called,
     * `more` goes on with the answer. */
    void (*request)(void *ctx, struct control_client *client,
                    const struct control_request *request);
    /* There is room for the next item of the answer. False: nothing to say before
     * control_server_wake. */
    bool (*more)(void *ctx, struct control_client *client);
    void *ctx;
};

struct control_server_setup {
    const char *path;       /* as of control_listener_open */
    gid_t group;            /* who may speak beside root and our own user; or GROUP_NONE */
    const char *group_name; /* for the words to those who may not; may be empty */
    struct control_server_sink sink;
};

/* The setup is copied, its texts too. Errors as of control_listener_open. */
int control_server_open(struct ev_loop *loop, const struct control_server_setup *setup,
                        struct control_server **ret_server);

/* Tells those who wait for more that there is no more, as far as they take it at once, and closes
 * everything. NULL is legal. */
void control_server_close(struct control_server *server);

uint32_t control_server_clients(const struct control_server *server);

/* How many wait for control_server_wake. */
uint32_t control_server_waiting(const struct control_server *server);
/* Something has happened: those that wait are asked for more. */
void control_server_wake(struct control_server *server);

/* A line of the answer. What does not fit any more, as the client does not read, is counted, and
 * the client is told. */
void control_client_say(struct control_client *client, enum control_frame_type type,
                        const char *text);
/* The answer is complete. */
void control_client_end(struct control_client *client, enum control_result result);
/* CONTROL_SERVER_STATE_BYTES, aligned for anything. */
void *control_client_state(struct control_client *client);

#endif
