/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Drives a client on the loop: passes it the time and the server's datagrams, and sends its own.
 * Tries the host's addresses one after the other, and looks them up again when the room is lost.
 * Resumes the session of a program that was killed, unless there is only one message to say. Knows
 * nothing of lines, screens and exit codes.
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
    /* See struct udp_link_sink. */
    void (*trouble)(void *ctx, enum udp_link_trouble trouble, const char *words);
    /* Called before the loop waits: the last chance to say something that leaves in this turn. */
    void (*turn)(void *ctx);
    /*
     * Everything of this turn is done and sent. All events reported so far must have been shown
     * when it returns: if this program is killed, the next one does not get them again.
     */
    void (*done)(void *ctx);
    void *ctx;
};

/*
 * Callers may read the first four fields and call the client. The rest is private, but for
 * udp_link_address(&driver.link).
 */
struct driver {
    struct client *client; /* owned; NULL before driver_init and after driver_done */
    struct moment now;     /* of this turn of the loop */
    bool was_in;           /* it has been in at least once */
    /*
     * Messages up to this number were said by an earlier program that was killed and whose session
     * is resumed. Their outcome is reported only if it is unknown.
     */
    uint32_t said_before;

    struct ev_loop *loop;          /* borrowed */
    const struct options *options; /* borrowed */
    struct driver_sink sink;
    struct udp_link link;
    struct session_file *file; /* NULL: nothing is saved */
    uint64_t shown;            /* position that the next program resumes from */
    bool joining;              /* the last state reported was CLIENT_JOINING */
    struct clock clock;
    ev_check turn;
    ev_prepare work;
    ev_timer alarm; /* expires when client_tick is due */
};

/*
 * Loop and options are borrowed until driver_done; the sink is copied. Nothing happens before
 * driver_open. STATUS_NO_MEMORY, or what is wrong with the name; the driver is all zero then.
 */
int driver_init(struct driver *driver, struct ev_loop *loop, const struct options *options,
                const struct driver_sink *sink);
void driver_open(struct driver *driver);
/*
 * Everything reported so far must have been shown. Leaves the driver all zero; does nothing if it
 * is all zero already.
 */
void driver_done(struct driver *driver);

#endif
