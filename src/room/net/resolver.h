/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Looks up the addresses of a host while the loop goes on. A name server may take half a minute to
 * say that it does not know, and meanwhile lines are typed and keys pressed.
 */
#ifndef ROOMD_ROOM_NET_RESOLVER_H
#define ROOMD_ROOM_NET_RESOLVER_H

#include <ev.h>
#include <stddef.h>
#include <sys/socket.h>

/* More are left out: nobody waits until so many have had their turns. */
#define RESOLVER_ADDRESSES_MAX 16

struct resolver_address {
    struct sockaddr_storage bytes; /* what is not used is zero */
    socklen_t length;
};

/*
 * What came of it: addresses, at most RESOLVER_ADDRESSES_MAX, in the order in which they are to be
 * tried; or none, and the words say what to check. Both are borrowed for the call. It must not end
 * the resolver.
 */
typedef void (*resolver_sink)(void *ctx, const struct resolver_address *list, size_t count,
                              const char *words);

/* Its fields are its own. */
struct resolver {
    struct ev_loop *loop; /* borrowed */
    const char *host, *port;
    resolver_sink sink;
    void *ctx;
    ev_io arrived;
    struct resolver_lookup *lookup; /* NULL: nothing is looked up */
};

/* Loop and names are borrowed for its life. */
void resolver_init(struct resolver *resolver, struct ev_loop *loop, const char *host,
                   const char *port, resolver_sink sink, void *ctx);

/*
 * Begins, where it has not begun already. For what is an address as it stands, the sink is told
 * from within the call.
 */
void resolver_start(struct resolver *resolver);

/* Also while it looks up: nobody waits for that. */
void resolver_done(struct resolver *resolver);

#endif
