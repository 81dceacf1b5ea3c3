/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Which of the host's addresses has its turn, and for how long: each of them until somebody answers, and all of them anew when the room was lost. Is told what state the protocol is in, and knows nothing else of it.
 */
#ifndef ROOMD_ROOM_NET_WAY_H
#define ROOMD_ROOM_NET_WAY_H

#include <ev.h>
#include <roomd/client.h>

/* None may free the way. */
struct way_sink {
    /* A datagram of the server; borrowed for the call. */
    void (*datagram)(void *ctx, const void *bytes, size_t length);
    /* It goes to another address from now on, or the one it has may have lost us: who waits for an answer asks again. */
    void (*moved)(void *ctx);
    /* The host has no address, or there is no way to any; the words say what to check. Told once, until somebody has answered. */
    void (*none)(void *ctx, const char *words);
    /* Nobody listens at any of them; this is the last one. Told once, until somebody has answered. */
    void (*refused)(void *ctx, const char *address);
    void *ctx;
};

struct way;

/* Nothing happens before way_open. The loop is borrowed for its life; the rest is copied. STATUS_NO_MEMORY. */
int way_new(struct ev_loop *loop, const char *host, const char *port, const struct way_sink *sink,
            struct way **ret_way);
void way_open(struct way *way);
/* NULL is legal. */
void way_free(struct way *way);

/* What the protocol's machine tells; may be called from within its calls, as it calls nobody back. */
void way_state(struct way *way, enum client_state state, enum client_reason reason, uint16_t wait_s);

/* At once or not at all. */
void way_send(struct way *way, const void *bytes, size_t length);

/* The address that it tries or has, for people; empty before there is one. */
const char *way_address(const struct way *way);

#endif
