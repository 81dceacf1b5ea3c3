/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A seat in a room, whoever sits in it: the client's machine, the way to the server, and the clock, on the loop. Tries the addresses of the host one after the other, and anew when the room has been lost; and
 * goes on where a program that was killed has left off, unless it has only one message to say. Knows nothing of lines, screens and exit codes.
 */
#ifndef ROOMD_ROOM_DRIVER_H
#define ROOMD_ROOM_DRIVER_H

#include "room/options.h"

#include <ev.h>
#include <roomd/client.h>

struct seat;

/* What is wrong with the way to the room. The seat goes on trying in each case. */
enum seat_trouble {
    SEAT_NO_ADDRESS, /* the host has none, or none that could be tried; the words say why */
    SEAT_NOBODY,     /* nobody listens at any of its addresses; the words are the last of them */
};

struct seat_sink {
    /* What the machine tells, as roomd/client.h says; `send` is the seat's own. */
    struct client_sink protocol;
    /* Told once for each of its reasons until somebody has answered. */
    void (*trouble)(void *ctx, enum seat_trouble trouble, const char *words);
    /* Before the loop waits: the last moment to say something that leaves in this turn. */
    void (*turn)(void *ctx);
    /* Everything of this turn is done, and sent. What was told until then must have been shown when it returns: if this program is killed, the next one is not told of it again. */
    void (*done)(void *ctx);
    void *ctx;
};

/* Loop and options are borrowed for its life, the sink is copied. Nothing happens before seat_open. STATUS_NO_MEMORY, and what client_new says. */
int seat_new(struct ev_loop *loop, const struct options *options, const struct seat_sink *sink, struct seat **ret_seat);
void seat_open(struct seat *seat);
/* What was told must have been shown. NULL is legal. */
void seat_free(struct seat *seat);

/* As client_say, client_rename, client_leave. */
int seat_say(struct seat *seat, const char *text, size_t length, uint32_t *ret_number);
int seat_rename(struct seat *seat, const char *name, uint32_t *ret_number);
void seat_leave(struct seat *seat, bool at_once);

enum client_state seat_state(const struct seat *seat);
/* Messages whose outcome is not known. */
uint32_t seat_pending(const struct seat *seat);
/* Its name and the room's as shown, once in; empty where the room does not tell. Borrowed until the seat is called again. */
const char *seat_name(const struct seat *seat);
const char *seat_room(const struct seat *seat);
/* Of one message, as far as the room has told. */
size_t seat_text_max_bytes(const struct seat *seat);
/* How many are in the room, itself included; over the plain protocol, as far as was heard since it joined. */
uint32_t seat_members(const struct seat *seat);
/* As client_next_member. */
bool seat_next_member(const struct seat *seat, uint64_t after, uint64_t *ret_number, const char **ret_name,
                      size_t *ret_name_len);
/* The moment of this turn of the loop. */
const struct moment *seat_now(const struct seat *seat);
/*
 * Messages up to this number were said by a program before, which was killed, and whose session this seat goes on with. Of them, only those are told of whose outcome is not known.
 */
uint32_t seat_said_before(const struct seat *seat);
/* What the room has said as it ended the session; terminated, mostly empty. */
const char *seat_close_text(const struct seat *seat);
/* Once out: nothing says that the room has not heard what was said (over the plain protocol: the bye has come, or the dialect has none). */
bool seat_was_heard(const struct seat *seat);
/* It has been in, at any time. */
bool seat_was_in(const struct seat *seat);
/* The address that it tries or sits at, for people; empty before there is one. */
const char *seat_address(const struct seat *seat);

#endif
