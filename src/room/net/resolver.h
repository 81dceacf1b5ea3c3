/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Looks up the addresses of a host while the loop goes on. A name server may take half a minute to say that it does not know, and meanwhile lines are typed and keys pressed.
 */
#ifndef ROOMD_ROOM_NET_RESOLVER_H
#define ROOMD_ROOM_NET_RESOLVER_H

#include "room/net/addresses.h"

#include <ev.h>

struct resolve_sink {
    /* At least one, at most ADDRESSES_MAX, in the order in which they are to be tried; borrowed for the call. */
    void (*found)(void *ctx, const struct address *list, size_t count);
    /* None; the words say what to check, and are borrowed for the call. */
    void (*failed)(void *ctx, const char *words);
    void *ctx;
};

struct resolve;

/* The loop is borrowed for its life, the rest is copied. STATUS_NO_MEMORY. */
int resolve_new(struct ev_loop *loop, const char *host, const char *port, const struct resolve_sink *sink,
                struct resolve **ret_resolve);

/* Begins, where it has not begun already. For what is an address as it stands, the sink is told from within the call. The sink must not free it. */
void resolve_start(struct resolve *resolve);

/* Also while it looks up: nobody waits for that. NULL is legal. */
void resolve_free(struct resolve *resolve);

#endif
