/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Drives a client on the loop: gives it the time and the datagrams of the server, and carries its
 * own. Tries the addresses of the host one after the other, and anew when the room has been lost;
 * goes on where a program that was killed has left off, unless it has only one message to say.
 * Knows nothing of lines, screens and exit codes.
 */
#ifndef ROOMD_ROOM_DRIVER_H
#define ROOMD_ROOM_DRIVER_H

#include "io/clock.h"
#include "room/net/udp_link.h"
#include "room/options.h"

#include <ev.h>
#include <roomd/client.h>

struct driver_sink {
    struct client_sink client;
    /* As udp_link.h says. */
    void (*trouble)(void *ctx, enum udp_link_trouble trouble, const char *words);
    /* Before the loop waits: the last moment to say something that leaves in this turn. */
    void (*turn)(void *ctx);
    /*
     * Everything of this turn is done, and sent. What was told until then must have been shown when
     * it returns: if this program is killed, the next one is not told of it again.
     */
    void (*done)(void *ctx);
    void *ctx;
};

/* The first four are for its users to read, and the client to be spoken to; the rest is its own,
 * but for udp_link_address. */
struct driver {
    struct client *client; /* owned; NULL: it was not initialised, or is done */
    struct moment now;     /* of this turn of the loop */
    bool was_in;           /* at any time */
    /*
     * Messages up to this number were said by a program before, which was killed, and whose session
     * goes on. Of them, only those are told of whose outcome is not known.
     */
    uint32_t said_before;

    struct ev_loop *loop;          /* borrowed */
    const struct options *options; /* borrowed */
    struct driver_sink sink;
    struct udp_link link;
    struct session_file *file; /* NULL: nothing is kept */
    uint64_t shown;            /* the position that a program after this one goes on from */
    bool joining;              /* as was told last */
    struct clock clock;
    ev_check turn;
    ev_prepare work;
    ev_timer alarm; /* what the client has to do */
};

/*
 * Loop and options are borrowed for its life, the sink is copied. Nothing happens before
 * driver_open. STATUS_NO_MEMORY, and what is wrong with the name; it is all zero then.
 */
int driver_init(struct driver *driver, struct ev_loop *loop, const struct options *options,
                const struct driver_sink *sink);
void driver_open(struct driver *driver);
/* What was told must have been shown. Nothing is done where it is all zero, as it is afterwards. */
void driver_done(struct driver *driver);

#endif
