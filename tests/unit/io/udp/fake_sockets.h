/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A fake kernel for the tests of the doors: it replaces the socket calls (see options.cmake) and
 * does what the test tells it to. Its descriptors are eventfds, so that a real loop can watch them.
 */
#ifndef ROOMD_TESTS_FAKE_SOCKETS_H
#define ROOMD_TESTS_FAKE_SOCKETS_H

#include "io/udp/udp.h"

#include <stdbool.h>
#include <sys/socket.h>

#define FAKE_SOCKETS_MAX   8
#define FAKE_DATAGRAMS_MAX 512
#define FAKE_ERRORS_MAX    64
#define FAKE_ICMP_MAX      8192
#define FAKE_OPTIONS_MAX   64

/* A datagram is identified by its first byte. */
struct fake_taken {
    struct endpoint peer;
    uint8_t local[ENDPOINT_ADDRESS_BYTES]; /* all zero: no source address was given */
    uint32_t local_interface;
    int socket;
    uint32_t length;
    uint8_t id;
    bool followed; /* the kernel is to report when its message leaves */
    uint32_t key;  /* if so, the number of its message */
};

struct fake_error {
    int id; /* of the datagram that meets it, once */
    int error;
    bool pinned_only; /* only with a source address, and then every time */
};

struct fake_arrival {
    struct endpoint peer;
    uint8_t local[ENDPOINT_ADDRESS_BYTES];    /* its destination */
    uint8_t spec_dst[ENDPOINT_ADDRESS_BYTES]; /* IPv4, if it differs from `local` */
    uint32_t drops;                           /* SO_RXQ_OVFL; 0 = not reported */
    uint32_t length;
    uint16_t family; /* if it is not the peer's */
    uint8_t id;
    int socket;
    int error; /* instead of a datagram; -1 = for ever */
};

/* An entry of the error queue: an ICMP error, or the report of a departure. */
struct fake_icmp {
    struct endpoint peer;     /* destination of the quoted datagram */
    struct endpoint offender; /* source of the error; the peer, unless it is changed */
    const char *quoted;       /* payload of the quoted datagram; NULL = nothing of it */
    int socket;
    uint16_t family; /* of msg_name, if it is not the peer's */
    uint8_t origin, type, code;
    uint32_t key; /* of the message that has left */
    bool silent;  /* without the control message that describes it */
    bool nobodys; /* without its source */
};

struct fake_option {
    int socket, level, name, value;
};

struct fake_sockets {
    struct fake_taken taken[FAKE_DATAGRAMS_MAX];
    size_t taken_count;
    struct fake_error errors[FAKE_ERRORS_MAX];
    size_t error_count;
    /* An error after other messages were taken is cleared and not reported: a pending one. */
    bool error_spent_by_partial;
    int max_per_call;            /* sendmmsg takes no more in one call; 0 = no limit */
    bool full[FAKE_SOCKETS_MAX]; /* EAGAIN */
    unsigned send_calls, receive_calls;
    int queued[FAKE_SOCKETS_MAX];        /* bytes of the send buffer in use */
    uint32_t next_key[FAKE_SOCKETS_MAX]; /* of the next message to be reported */
    bool key_spent_by_failure;           /* a message that is not taken uses up a number */
    int64_t now_ns;                      /* CLOCK_MONOTONIC; 0: that of this machine */
    int segments_error; /* every message with several datagrams fails with it; 0 = none does */
    unsigned messages_of_many; /* messages with several datagrams that were taken */

    struct fake_arrival arrivals[FAKE_DATAGRAMS_MAX];
    size_t arrival_count, arrival_next;

    struct fake_icmp icmp[FAKE_ICMP_MAX];
    size_t icmp_count, icmp_next;
    unsigned error_calls;          /* recvmmsg with MSG_ERRQUEUE */
    int pending[FAKE_SOCKETS_MAX]; /* the next call at this socket fails with it; 0 = none */
    size_t icmp_left_at_receive;   /* entries left when datagrams were last read */

    struct fake_option options[FAKE_OPTIONS_MAX];
    size_t option_count;
    int refuse_option;     /* setsockopt of this name fails with EPERM */
    int buffer_bytes;      /* the most a socket gets without force */
    uint32_t unread_bytes; /* in each receive buffer, as SO_MEMINFO says; the buffer has twice
                              buffer_bytes */
    int socket_error, bind_error;

    struct endpoint bound[FAKE_SOCKETS_MAX];
    int fds[FAKE_SOCKETS_MAX];
    int count;
};

extern struct fake_sockets fake;

/* Queues a datagram that arrives at a socket. The caller fills in the rest. */
struct fake_arrival *fake_arrive(int socket, uint8_t id, uint32_t length);

/*
 * Queues an ICMP error at a socket, pending there too: "port unreachable" for a datagram to `peer`.
 * The caller fills in the rest.
 */
struct fake_icmp *fake_icmp_arrive(int socket, const char *peer);

/* Queues the report that a message has left. */
void fake_left(int socket, uint32_t key);

/* Makes a socket ready for the loop, or not writable. */
void fake_set_readable(int socket);
void fake_set_full(int socket, bool full);

void fake_fail(int id, int error);

/* The value last set, or -1. */
int fake_option(int socket, int level, int name);

#endif
