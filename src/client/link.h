/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The way to the server: a connected UDP socket on the loop, to one after the other of the addresses that the host's name has. Knows bytes, and nothing of rooms.
 */
#ifndef ROOMD_CLIENT_LINK_H
#define ROOMD_CLIENT_LINK_H

#include <ev.h>
#include <stdbool.h>
#include <stddef.h>

/* "[2001:db8::7%eth0]:8888" and its NUL. */
#define LINK_TEXT_BYTES 96

struct link_sink {
    /* A datagram of the server; borrowed for the call. */
    void (*datagram)(void *ctx, const void *bytes, size_t length);
    /* Nobody listens there, or there is no way to it: an errno. */
    void (*unreachable)(void *ctx, int error);
    void *ctx;
};

struct link;

/* Nothing is opened yet. The sink is copied. STATUS_NO_MEMORY. */
int link_new(struct ev_loop *loop, const char *host, const char *port, const struct link_sink *sink,
             struct link **ret_link);
void link_free(struct link *link);

/*
 * Connects to the next of the host's addresses, which it looks up anew when the last one has had its turn. Blocks while it looks up. False where there is none that could be tried; `ret_why` then says so, for people.
 */
bool link_next(struct link *link, const char **ret_why);

/* How many addresses the host has, as far as they were looked up. */
size_t link_addresses(const struct link *link);

/* Sends, at once or not at all: whoever speaks over UDP repeats it anyway. */
void link_send(struct link *link, const void *bytes, size_t length);

/* The address that it is connected to, for people. */
const char *link_address(const struct link *link);

#endif
