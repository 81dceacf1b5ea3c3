/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The link to the server: one connected UDP socket on the loop, and the choice of the host's
 * address. Each address is tried until one answers. After a round without an answer, or when the
 * room is lost, the host is looked up again. It is told the client's state, and knows nothing
 * else of it.
 */
#ifndef ROOMD_ROOM_NET_UDP_LINK_H
#define ROOMD_ROOM_NET_UDP_LINK_H

#include "room/net/resolver.h"

#include <roomd/client.h>

/* "[2001:db8::7%eth0]:8888" and its NUL. */
#define UDP_LINK_TEXT_BYTES 96

/* Problems with the link. It keeps trying in each case. */
enum udp_link_trouble {
    UDP_LINK_NO_ADDRESS, /* the host has no usable address; the words say why */
    UDP_LINK_NOBODY,     /* nobody listens at any address; the words are the last one */
    UDP_LINK_TROUBLES,
};

/* No function may close the link. */
struct udp_link_sink {
    /* A datagram from the server; borrowed for the call. */
    void (*datagram)(void *ctx, const void *bytes, size_t length);
    /*
     * The link has another address now, or the current peer may have lost us: unanswered requests
     * should be repeated.
     */
    void (*moved)(void *ctx);
    /* Called once for each kind of trouble, until the server has answered. */
    void (*trouble)(void *ctx, enum udp_link_trouble trouble, const char *words);
    void *ctx;
};

/* What the timer expires for. */
enum udp_link_plan {
    UDP_LINK_NEXT,    /* try the next address */
    UDP_LINK_LOOK_UP, /* look up the host again; the current address may still be right */
    UDP_LINK_ASK,     /* make the client ask whether the room is still there */
};

/* All fields are private. */
struct udp_link {
    struct ev_loop *loop; /* borrowed */
    struct udp_link_sink sink;
    struct resolver resolver;
    struct watch reader;
    int fd;                       /* -1: none */
    bool disconnected;            /* the socket is not connected; its port is kept */
    struct resolver_address peer; /* the last one connected to; length 0: none */
    char text[UDP_LINK_TEXT_BYTES];

    struct resolver_address list[RESOLVER_ADDRESSES_MAX];
    size_t count;
    size_t next;    /* index of the address to try next */
    size_t left;    /* number of addresses not tried in this round */
    bool keep_peer; /* keep the peer if the host still has it */
    bool tried;     /* an address was tried in this round */
    int error;      /* of the last address that failed */

    enum client_state state;
    ev_timer timer;
    enum udp_link_plan plan;
    double backoff_s; /* the next wait while nobody listens */
    bool asked;       /* an error came while the client was in, and it was made to ask */
    bool refused;     /* the current address has refused */
    size_t refusals;  /* number of them in this round */
    bool reported[UDP_LINK_TROUBLES];
};

/*
 * Loop and strings are borrowed until udp_link_close; the sink is copied. Nothing happens before
 * udp_link_open.
 */
void udp_link_init(struct udp_link *link, struct ev_loop *loop, const char *host, const char *port,
                   const struct udp_link_sink *sink);
void udp_link_open(struct udp_link *link);
void udp_link_close(struct udp_link *link);

/* The state that the client tells its carrier. */
void udp_link_state(struct udp_link *link, enum client_state state, enum client_reason reason,
                    uint16_t wait_s);

/* Sends now or never: the protocols repeat what matters. */
void udp_link_send(struct udp_link *link, const void *bytes, size_t length);

/* The address that is tried or in use, for people; empty before the first. */
const char *udp_link_address(const struct udp_link *link);

#endif
