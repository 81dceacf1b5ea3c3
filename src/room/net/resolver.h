/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Resolves a host name while the loop goes on: a name server may take half a minute to fail, and
 * meanwhile lines are typed and keys pressed.
 */
#ifndef ROOMD_ROOM_NET_RESOLVER_H
#define ROOMD_ROOM_NET_RESOLVER_H

#include "io/watch.h"

#include <ev.h>
#include <stddef.h>
#include <sys/socket.h>

/* More are ignored: nobody waits until that many have been tried. */
#define RESOLVER_ADDRESSES_MAX 16

struct resolver_address {
    struct sockaddr_storage bytes; /* unused bytes are zero */
    socklen_t length;
};

/*
 * The result: at most RESOLVER_ADDRESSES_MAX addresses, in the order in which they should be tried;
 * or none, and `words` say what to check. Both are borrowed for the call, which must not end the
 * resolver.
 */
typedef void (*resolver_sink)(void *ctx, const struct resolver_address *list, size_t count,
                              const char *words);

/* All fields are private. */
struct resolver {
    struct ev_loop *loop; /* borrowed */
    const char *host, *port;
    resolver_sink sink;
    void *ctx;
    struct watch arrived;
    int end;                        /* of the pipe that the thread closes */
    struct resolver_lookup *lookup; /* NULL: no look-up is running */
};

/* Loop and strings are borrowed until resolver_done. */
void resolver_init(struct resolver *resolver, struct ev_loop *loop, const char *host,
                   const char *port, resolver_sink sink, void *ctx);

/*
 * Starts a look-up, unless one is running. If the host is a numeric address, the sink is called
 * from within.
 */
void resolver_start(struct resolver *resolver);

/* May be called during a look-up; does not wait for it. */
void resolver_done(struct resolver *resolver);

#endif
