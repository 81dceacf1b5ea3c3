/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The way to the server: one connected UDP socket on the loop, and which of the host's addresses
 * has its turn: each of them until somebody answers, and all of them, looked up anew, after a round
 * or when the room was lost. Is told how the client stands, and knows nothing else of it.
 */
#ifndef ROOMD_ROOM_NET_UDP_LINK_H
#define ROOMD_ROOM_NET_UDP_LINK_H

#include "room/net/resolver.h"

#include <roomd/client.h>

/* "[2001:db8::7%eth0]:8888" and its NUL. */
#define UDP_LINK_TEXT_BYTES 96

/* What is wrong with the way. It goes on trying in each case. */
enum udp_link_trouble {
    UDP_LINK_NO_ADDRESS, /* the host has none, or none that could be tried; the words say why */
    UDP_LINK_NOBODY, /* nobody listens at any of its addresses; the words are the last of them */
    UDP_LINK_TROUBLES,
};

/* None may close the link. */
struct udp_link_sink {
    /* A datagram of the server; borrowed for the call. */
    void (*datagram)(void *ctx, const void *bytes, size_t length);
    /* It goes to another address from now on, or the one it has may have lost us: what waits for an
     * answer is to be asked again. */
    void (*moved)(void *ctx);
    /* Told once for each of its reasons, until somebody has answered. */
    void (*trouble)(void *ctx, enum udp_link_trouble trouble, const char *words);
    void *ctx;
};

/* What its timer rings for. */
enum udp_link_plan {
    UDP_LINK_NEXT,    /* the next address */
    UDP_LINK_LOOK_UP, /* the host's addresses anew; the one in use may still be right */
    UDP_LINK_ASK,     /* the client is to ask whether the room is still there */
};

/* Its fields are its own. */
struct udp_link {
    struct ev_loop *loop; /* borrowed */
    struct udp_link_sink sink;
    struct resolver resolver;
    ev_io reader;
    int fd;                       /* -1: none */
    bool adrift;                  /* not connected any more, and its port is kept */
    struct resolver_address peer; /* that it was connected to; length 0: none */
    char text[UDP_LINK_TEXT_BYTES];

    struct resolver_address list[RESOLVER_ADDRESSES_MAX];
    size_t count;
    size_t next; /* index of the one that has its turn next */
    size_t left; /* have not had their turn in this round */
    bool stay;   /* the peer needs no turn where the host has it still */
    bool tried;  /* one of this round */
    int error;   /* of the last that could not be */

    enum client_state state;
    ev_timer timer;
    enum udp_link_plan plan;
    double again_s;  /* the next wait where nobody is there */
    bool doubted;    /* somebody says that the room is not there any more; the client was told */
    bool refused;    /* by the peer, since it has its turn */
    size_t refusals; /* in this round */
    bool told[UDP_LINK_TROUBLES];
};

/* Loop and names are borrowed for its life, the sink is copied. Nothing happens before
 * udp_link_open. */
void udp_link_init(struct udp_link *link, struct ev_loop *loop, const char *host, const char *port,
                   const struct udp_link_sink *sink);
void udp_link_open(struct udp_link *link);
void udp_link_close(struct udp_link *link);

/* What the client tells its carrier. */
void udp_link_state(struct udp_link *link, enum client_state state, enum client_reason reason,
                    uint16_t wait_s);

/* At once or not at all: what is said over UDP is repeated anyway. */
void udp_link_send(struct udp_link *link, const void *bytes, size_t length);

/* The address that it tries or has, for people; empty before there is one. */
const char *udp_link_address(const struct udp_link *link);

#endif
