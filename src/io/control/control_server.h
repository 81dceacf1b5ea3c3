/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The clients of the control socket: checks permission, takes one request each, and produces the
 * answer only as fast as it is read. Knows frames, but no commands.
 */
#ifndef ROOMD_IO_CONTROL_CONTROL_SERVER_H
#define ROOMD_IO_CONTROL_CONTROL_SERVER_H

#include "base/control_frame.h"

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Each has a buffer of CONTROL_SERVER_BUFFER_BYTES: 4 MiB together, and a quarter of the usual
 * limit on descriptors.
 */
#define CONTROL_SERVER_CLIENTS_MAX 256

/* A program sends its request at once; this leaves time for a person who connects and types. */
#define CONTROL_SERVER_REQUEST_TIMEOUT_S 10

/* A client that takes nothing of an answer for this long is dropped. */
#define CONTROL_SERVER_READ_TIMEOUT_S 60

/* When all places are taken, a client that has made no progress for this long may be dropped. */
#define CONTROL_SERVER_STUCK_S 2

/* Holds the request, then the pending part of the answer: two of the longest frames. */
#define CONTROL_SERVER_BUFFER_BYTES (2 * CONTROL_FRAME_MAX_BYTES)

/* The most that one call of `more` may say, frame headers included. */
#define CONTROL_SERVER_ITEM_MAX_BYTES CONTROL_FRAME_MAX_BYTES

/* Per-client state for the sink; zeroed at the start. */
#define CONTROL_SERVER_STATE_BYTES 96

struct control_server;
struct control_client;

/* What may become of the part of an answer that was not sent yet. */
enum control_hold {
    CONTROL_SEND,
    CONTROL_HOLD,    /* not before control_server_wake */
    CONTROL_GIVE_UP, /* it is dropped, and the answer ends otherwise */
};

/* Produces the answers. Neither call may close the server or keep the client beyond the call. */
struct control_server_sink {
    /*
     * A request has arrived; its line is borrowed for the call. `more` is called for the rest of
     * the answer until control_client_end.
     */
    void (*request)(void *ctx, struct control_client *client,
                    const struct control_request *request);
    /*
     * The buffer has space for the next item of the answer. False: nothing to say before
     * control_server_wake.
     */
    bool (*more)(void *ctx, struct control_client *client);
    /* Asked whenever something could be sent. NULL: it may be. */
    enum control_hold (*held)(void *ctx, struct control_client *client);
    /* What was held was dropped: says so, and ends the answer. NULL if `held` never gives up. */
    void (*give_up)(void *ctx, struct control_client *client);
    /* The client is freed, with its state; its answer may not have ended. May be NULL. */
    void (*gone)(void *ctx, struct control_client *client);
    void *ctx;
};

struct control_server_setup {
    const char *path;       /* as in control_listener_open */
    gid_t group;            /* allowed besides root and our own user; or GROUP_NONE */
    const char *group_name; /* for the answer to users without permission; may be empty */
    struct control_server_sink sink;
};

/* Copies the setup and its texts. Returns the errors of control_listener_open. */
int control_server_open(struct ev_loop *loop, const struct control_server_setup *setup,
                        struct control_server **ret_server);

/*
 * Sends waiting clients the rest of their answers and the end, as far as the sockets take them at
 * once, and closes everything. NULL is legal.
 */
void control_server_close(struct control_server *server);

uint32_t control_server_clients(const struct control_server *server);

/* Number of clients that have nothing to be told before control_server_wake. */
uint32_t control_server_waiting(const struct control_server *server);
/* Number of clients whose answer is held. */
uint32_t control_server_holding(const struct control_server *server);
/* Calls `more` for the clients that wait, and `held` for those whose answer is held. */
void control_server_wake(struct control_server *server);

/*
 * Adds a line to the answer. If the client does not read and the line does not fit, it is counted,
 * and the client is told the count.
 */
void control_client_say(struct control_client *client, enum control_frame_type type,
                        const char *text);
/* Ends the answer. */
void control_client_end(struct control_client *client, enum control_result result);
/* The descriptor that came with the request, from now on the caller's, or -1. */
int control_client_take_file(struct control_client *client);
/* The client's CONTROL_SERVER_STATE_BYTES, aligned for any type. */
void *control_client_state(struct control_client *client);

#endif
