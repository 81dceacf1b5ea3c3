/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The way to the server: a connected UDP socket on the loop, to one after the other of the addresses that the host's name has. Knows bytes, and nothing of rooms; and not when an address has had its turn.
 */
#ifndef ROOMD_ROOM_NET_UDP_LINK_H
#define ROOMD_ROOM_NET_UDP_LINK_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

/* "[2001:db8::7%eth0]:8888" and its NUL. */
#define LINK_TEXT_BYTES 96

/* None may free the link. */
struct link_sink {
    /* A datagram of the server; borrowed for the call. */
    void (*datagram)(void *ctx, const void *bytes, size_t length);
    /* Nobody listens there (ECONNREFUSED), or there is no way to it: an errno. */
    void (*unreachable)(void *ctx, int error);
    /* The addresses were looked up, or the old ones have another round. `stays`: it is connected to one of them, and that was asked for. */
    void (*looked_up)(void *ctx, bool stays);
    /* There is none; the words say what to check, and are borrowed for the call. */
    void (*no_address)(void *ctx, const char *words);
    void *ctx;
};

struct link;

/* Nothing is opened yet. The loop is borrowed for its life, the sink is copied. STATUS_NO_MEMORY. */
int link_new(struct ev_loop *loop, const char *host, const char *port, const struct link_sink *sink,
             struct link **ret_link);
/* NULL is legal. */
void link_free(struct link *link);

/* Looks up the host's addresses; what comes of it is told, perhaps from within the call. With `stay`, it stays with the address that it has, where that is still one of them. */
void link_look_up(struct link *link, bool stay);

enum link_next {
    LINK_CONNECTED,
    LINK_ROUND_OVER, /* all have had their turns, or there is none: look up */
    LINK_NO_WAY,     /* the same, and none of this round could be tried at all; `ret_error` is the last errno */
};

/* Connects to the next address whose turn it is. To the one that it has, it stays connected. */
enum link_next link_next(struct link *link, int *ret_error);

/* How many addresses the host has, as far as they were looked up. */
size_t link_addresses(const struct link *link);

/* Sends, at once or not at all: whoever speaks over UDP repeats it anyway. */
void link_send(struct link *link, const void *bytes, size_t length);

/* The address that it is connected to, for people; empty before there is one. */
const char *link_address(const struct link *link);

#endif
