/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The driver of a client: its machine, the way to the server, and the clock, on the loop. Tries the addresses of the host one after the other, and anew when the room has been lost; and
 * goes on where a program that was killed has left off, unless it has only one message to say. Knows nothing of lines, screens and exit codes.
 */
#ifndef ROOMD_ROOM_DRIVER_H
#define ROOMD_ROOM_DRIVER_H

#include "room/options.h"

#include <ev.h>
#include <roomd/client.h>

struct driver;

/* What is wrong with the way to the room. The driver goes on trying in each case. */
enum driver_trouble {
    DRIVER_NO_ADDRESS, /* the host has none, or none that could be tried; the words say why */
    DRIVER_NOBODY,     /* nobody listens at any of its addresses; the words are the last of them */
};

struct driver_sink {
    /* What the machine tells, as roomd/client.h says; `send` is the driver's own. */
    struct client_sink protocol;
    /* Told once for each of its reasons until somebody has answered. */
    void (*trouble)(void *ctx, enum driver_trouble trouble, const char *words);
    /* Before the loop waits: the last moment to say something that leaves in this turn. */
    void (*turn)(void *ctx);
    /* Everything of this turn is done, and sent. What was told until then must have been shown when it returns: if this program is killed, the next one is not told of it again. */
    void (*done)(void *ctx);
    void *ctx;
};

/* Loop and options are borrowed for its life, the sink is copied. Nothing happens before driver_open. STATUS_NO_MEMORY, and what client_new says. */
int driver_new(struct ev_loop *loop, const struct options *options, const struct driver_sink *sink,
               struct driver **ret_driver);
void driver_open(struct driver *driver);
/* What was told must have been shown. NULL is legal. */
void driver_free(struct driver *driver);

/* As client_say, client_rename, client_leave. */
int driver_say(struct driver *driver, const char *text, size_t length, uint32_t *ret_number);
int driver_rename(struct driver *driver, const char *name, uint32_t *ret_number);
void driver_leave(struct driver *driver, bool at_once);

enum client_state driver_state(const struct driver *driver);
/* Messages whose outcome is not known. */
uint32_t driver_pending(const struct driver *driver);
/* Its name and the room's as shown, once in; empty where the room does not tell. Borrowed until the driver is called again. */
const char *driver_name(const struct driver *driver);
const char *driver_room(const struct driver *driver);
/* Of one message, as far as the room has told. */
size_t driver_text_max_bytes(const struct driver *driver);
/* How many are in the room, itself included; over the plain protocol, as far as was heard since it joined. */
uint32_t driver_members(const struct driver *driver);
/* As client_next_member. */
bool driver_next_member(const struct driver *driver, uint64_t after, uint64_t *ret_number, const char **ret_name,
                        size_t *ret_name_len);
/* The moment of this turn of the loop. */
const struct moment *driver_now(const struct driver *driver);
/*
 * Messages up to this number were said by a program before, which was killed, and whose session this driver goes on with. Of them, only those are told of whose outcome is not known.
 */
uint32_t driver_said_before(const struct driver *driver);
/* What the room has said as it ended the session; terminated, mostly empty. */
const char *driver_close_text(const struct driver *driver);
/* Once out: nothing says that the room has not heard what was said (over the plain protocol: the bye has come, or the dialect has none). */
bool driver_was_heard(const struct driver *driver);
/* It has been in, at any time. */
bool driver_was_in(const struct driver *driver);
/* The address that it tries or sits at, for people; empty before there is one. */
const char *driver_address(const struct driver *driver);

#endif
