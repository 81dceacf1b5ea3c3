/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client as a machine: datagrams and time go in, datagrams and events come out. No sockets, no
 * clock, no terminal; random bytes are an argument. There are two: one for the sequenced protocol
 * (roomd/sequenced_client.h) and one for the plain one (roomd/plain_client.h). Each of these pages
 * says how to make its client, and what is special to it; everything else is here.
 *
 * Memory is bounded and allocated when a client is made, but for the list of members, which grows
 * with the room.
 */
#ifndef ROOMD_CLIENT_H
#define ROOMD_CLIENT_H

#include <roomd/event.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_SEED_BYTES 32

/* Of one message, whatever the server says. */
#define CLIENT_TEXT_MAX_BYTES 1000

/* Of what the server says as it ends a session; what is longer is cut or left out. */
#define CLIENT_CLOSE_TEXT_MAX_BYTES 1200

/* Messages that may wait for their outcome, those that may not be sent yet included. */
#define CLIENT_PENDING_MAX 256

/* In a larger room the rest is not listed, and what they say may come without a name. */
#define CLIENT_MEMBERS_MAX 100000

struct client;

enum client_state {
    CLIENT_JOINING, /* no answer yet, or on its way back after an interruption */
    CLIENT_IN,
    CLIENT_LEAVING,
    CLIENT_OUT, /* ended; client_why tells */
};

/* Why it is not in, or was refused. The codes of REFUSAL come first, under their numbers; a later
 * version may send others, up to CLIENT_REFUSED_LAST. */
enum client_reason {
    CLIENT_NO_REASON = 0,
    CLIENT_REFUSED_VERSION = 1,
    CLIENT_REFUSED_TAKEN = 2,
    CLIENT_REFUSED_NAME = 3,
    CLIENT_REFUSED_FULL = 4,
    CLIENT_REFUSED_BANNED = 5,
    CLIENT_REFUSED_COOKIE = 6,
    CLIENT_REFUSED_PLAIN = 7,
    CLIENT_REFUSED_LIMIT = 8,
    CLIENT_REFUSED_UNKNOWN = 9, /* the session is not there any more: it joins anew */
    CLIENT_REFUSED_LAST = 255,
    CLIENT_LEFT, /* it asked to */
    CLIENT_KICKED,
    CLIENT_BANNED,
    CLIENT_TIMEOUT,
    CLIENT_CLOSED,      /* the program ended */
    CLIENT_ELSEWHERE,   /* the session was resumed by another program */
    CLIENT_ENDED = 512, /* for a reason of a later day: its number is added */
};

/* What became of a message. */
enum client_outcome {
    CLIENT_TAKEN,   /* it is in the transcript, once */
    CLIENT_REFUSED, /* it is not, and will not be; `why` is an enum sequenced_why, or 0 where it is
                       not known any more */
    CLIENT_UNKNOWN, /* the session is lost: it may be in the transcript or not, and is not said
                       again */
    CLIENT_SENT, /* it was sent, over a protocol that tells nothing of it (roomd/plain_client.h) */
};

/*
 * Carries the datagrams, and is told of each state before the sink is, since the way to the server
 * depends on it. Either function may be NULL; neither may change the client. Everything is borrowed
 * for the call.
 */
struct client_carrier {
    void (*send)(void *ctx, const void *bytes, size_t length);
    void (*state)(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s);
    void *ctx;
};

/*
 * What a client tells. Any function may be NULL. None may change the client but by client_say.
 * Everything is borrowed for the call.
 */
struct client_sink {
    /*
     * An event, in order, once; name and text as in struct event, `author` is the member's number,
     * `reason` may be one of a later day. The name is the author's, empty where it can't be known.
     * `own`: the number of the message of ours that it is, or 0.
     */
    void (*event)(void *ctx, const struct event *event, uint32_t own);
    void (*outcome)(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why);
    /* So many events can't be had any more: the room has forgotten them. */
    void (*missed)(void *ctx, uint64_t count);
    /*
     * The state has changed, or it was refused. `reason` where it is CLIENT_OUT or was refused;
     * `wait_s`: it tries again by itself after so long. CLIENT_JOINING with CLIENT_REFUSED_TAKEN or
     * CLIENT_REFUSED_NAME waits for client_rename or client_leave; with any other reason and 0, it
     * tries again at once.
     */
    void (*state)(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s);
    /* A change of the list of members. Joins and exits of the transcript come as events, too. */
    void (*member)(void *ctx, uint64_t number, const char *name, size_t name_len, bool here);
    /*
     * A line that tells no event (roomd/plain_client.h); UTF-8, not terminated. It may hold
     * anything but a NUL and line breaks, so it has to be escaped where it is shown.
     */
    void (*line)(void *ctx, const char *text, size_t length);
    void *ctx;
};

/* What a program keeps to resume after its own restart. */
struct client_session {
    uint64_t epoch;
    uint64_t token;
    uint64_t position; /* last event that was given on */
    uint32_t said;     /* last message that was sent */
    uint32_t decided;  /* up to there, the outcomes of all were told */
};

/* What every client is made from. The same seed makes the same client. */
struct client_setup {
    uint8_t seed[CLIENT_SEED_BYTES]; /* from the system's random numbers */
    const char *name;                /* terminated, at most ROOM_NAME_MAX_BYTES; copied */
    struct client_carrier carrier;
    struct client_sink sink;
};

/* NULL is legal. */
void client_free(struct client *client);

/* A datagram came from the server's address. Whatever it holds, the client goes on. */
void client_receive(struct client *client, const struct moment *now, const void *bytes,
                    size_t length);

/*
 * Does what is due, and tells when it wants to be called next (monotonic), or MOMENT_NEVER_NS; a
 * moment that has passed where the sink has said something meanwhile. To be called after
 * client_receive and client_say too, or when client_next_tick has come. Nothing else sends.
 */
int64_t client_tick(struct client *client, const struct moment *now);
int64_t client_next_tick(const struct client *client);

/*
 * Says something; its number, from 1, goes to `ret_number`. It is sent when the state allows it.
 * STATUS_FULL: CLIENT_PENDING_MAX wait already. STATUS_TOO_LONG: more than client_text_max_bytes.
 * STATUS_INVALID: empty, or it has left or was told to. STATUS_NOT_UTF8.
 */
int client_say(struct client *client, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number);

/*
 * Asks for another name, in the order of what is said; where it is not in yet, it tries with this
 * one at once, and `ret_number` is 0. The same errors; a name has at most ROOM_NAME_MAX_BYTES.
 */
int client_rename(struct client *client, const struct moment *now, const char *name,
                  uint32_t *ret_number);

/*
 * Leaves: when the outcome of all it said is known, or `at_once`. That tells the server; `at_once`
 * while it waits for the answer ends it. While a join has no answer, it waits for that, to be able
 * to leave; `at_once` does not.
 */
void client_leave(struct client *client, const struct moment *now, bool at_once);

/* The address of this machine has changed, or its program was stopped for long: asks the server. */
void client_moved(struct client *client, const struct moment *now);

enum client_state client_state(const struct client *client);
enum client_reason client_why(const struct client *client);
/* What the server said as it ended the session; terminated, mostly empty. */
const char *client_close_text(const struct client *client);
/* Messages whose outcome is not known. */
uint32_t client_pending(const struct client *client);
/* Its own number and name, and the room's name, as shown, once in; empty where that is not told. */
uint64_t client_number(const struct client *client);
const char *client_name(const struct client *client);
const char *client_room(const struct client *client);
/* Of one message, as far as it is known what the room takes. */
size_t client_text_max_bytes(const struct client *client);
/* How many are in the room, itself included, as far as is known. */
uint32_t client_members(const struct client *client);
/*
 * The next member that is here, behind the number `after` (0: the first), by rising numbers, as far
 * as they are known. The name is valid until the next call that changes the client.
 */
bool client_next_member(const struct client *client, uint64_t after, uint64_t *ret_number,
                        const char **ret_name, size_t *ret_name_len);
/* To be kept over a restart; false where there is no session, or the protocol has none. */
bool client_session(const struct client *client, struct client_session *ret_session);
/*
 * Once out: nothing says that the room has not heard what was said. Over the sequenced protocol,
 * each message has its outcome; over the plain one, the bye has come, or the dialect has none.
 */
bool client_was_heard(const struct client *client);

#endif
