/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A client as a machine: datagrams and time go in, datagrams and events come out. It knows no
 * sockets, no clock and no terminal; random bytes are an argument. There are two clients: one for
 * the sequenced protocol (roomd/sequenced_client.h) and one for the plain protocol
 * (roomd/plain_client.h). Those headers hold the constructors and what is special to each protocol;
 * this one holds everything else.
 *
 * Memory is bounded and allocated with the client, except for the list of members, which grows with
 * the room.
 */
#ifndef ROOMD_CLIENT_H
#define ROOMD_CLIENT_H

#include <roomd/event.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <roomd/refusal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLIENT_SEED_BYTES 32

/* Of one message, whatever the server says. */
#define CLIENT_TEXT_MAX_BYTES 1000

/* Of the server's text when it ends a session; a longer one is cut or left out. */
#define CLIENT_CLOSE_TEXT_MAX_BYTES 1200

/* Messages without an outcome, including those that may not be sent yet. */
#define CLIENT_PENDING_MAX 256

/* Further members are not listed, and their events may come without a name. */
#define CLIENT_MEMBERS_MAX 100000

/* Nobody knows how many events were missed. */
#define CLIENT_MISSED_UNKNOWN UINT64_MAX

struct client;

enum client_state {
    CLIENT_JOINING, /* no answer yet, or reconnecting after an interruption */
    CLIENT_IN,
    CLIENT_LEAVING,
    CLIENT_OUT, /* ended; see client_why */
};

/*
 * Why the client is out, or was refused. The codes of REFUSAL come first, under their numbers; a
 * later version of the protocol may send others, up to CLIENT_REFUSED_LAST.
 */
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
    CLIENT_REFUSED_UNKNOWN = 9, /* the server does not have the session: the client joins anew */
    CLIENT_REFUSED_LAST = 255,
    CLIENT_LEFT, /* the client asked to leave */
    CLIENT_KICKED,
    CLIENT_BANNED,
    CLIENT_TIMEOUT,
    CLIENT_CLOSED,      /* the program ended */
    CLIENT_ELSEWHERE,   /* the session was resumed by another program */
    CLIENT_DISPLACED,   /* it has said nothing, and made room in a full room */
    CLIENT_ENDED = 512, /* plus the number of a reason that this version does not know */
};

/* The outcome of a message. */
enum client_outcome {
    CLIENT_TAKEN,   /* it is in the transcript, once */
    CLIENT_REFUSED, /* never in the transcript; `why`: enum sequenced_why, or 0 = unknown */
    CLIENT_UNKNOWN, /* the session is lost: it may be in the transcript, and is not repeated */
    CLIENT_SENT,    /* it was sent by a protocol without acknowledgements (roomd/plain_client.h) */
};

/* What the room tells of its past. */
struct client_history {
    uint16_t events; /* so many are offered to newcomers */
    /* Seconds for which the room keeps events; 0: in memory only, UINT32_MAX: without limit. */
    uint32_t keep_s;
};

/* Which events of the past are wanted. */
struct client_past_query {
    /* With words: the last `most` events up to `last` that hold all of them, the latest first. */
    const char *words; /* separated by spaces; borrowed for the call */
    size_t words_len;
    uint64_t first;   /* without words: from this one on; 0: the last `most` */
    int64_t since_ns; /* and from that moment on, in nanoseconds since 1970 UTC; 0: of any time */
    uint64_t last;    /* up to this one; 0: up to the last that was delivered */
    uint32_t most;    /* without words and `first`: 0 = as many as are offered */
};

struct client_past_end {
    uint64_t events; /* that were delivered */
    uint64_t gone;   /* that are not kept any more */
    uint64_t first;  /* nothing earlier was looked at */
    bool more;       /* there is more before `first`, as far as is known */
    bool failed;     /* the room could not answer, or not all of it */
};

/*
 * Sends the datagrams. It is told each state before the sink is, because the link to the server
 * depends on it. Either function may be NULL; neither may change the client. Everything is borrowed
 * for the call.
 */
struct client_carrier {
    void (*send)(void *ctx, const void *bytes, size_t length);
    void (*state)(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s);
    void *ctx;
};

/*
 * The events of a client. Any function may be NULL. None may change the client, except by
 * client_say. Everything is borrowed for the call.
 */
struct client_sink {
    /*
     * An event, in order, once. Name and text are as in struct event, `author` is the member's
     * number, and `reason` may be one that this version does not know. The name is the author's,
     * empty if unknown. `own` is the number of our message that made the event, or 0.
     */
    void (*event)(void *ctx, const struct event *event, uint32_t own);
    void (*outcome)(void *ctx, uint32_t number, enum client_outcome outcome, uint8_t why);
    /*
     * So many events are lost for good: the room has forgotten them, or the client and its session,
     * so that it has joined anew. CLIENT_MISSED_UNKNOWN: the room has begun anew, and nobody knows.
     */
    void (*missed)(void *ctx, uint64_t count);
    /* An event of the past that was asked for, as of `event`; and all were delivered. */
    void (*past)(void *ctx, const struct event *event);
    void (*past_end)(void *ctx, const struct client_past_end *end);
    /*
     * The state has changed, or a join was refused. `reason` is set for CLIENT_OUT and for a
     * refusal; `wait_s` is the time until the client retries by itself. CLIENT_JOINING with
     * CLIENT_REFUSED_TAKEN or CLIENT_REFUSED_NAME waits for client_rename or client_leave; with any
     * other reason and 0, the client retries at once.
     */
    void (*state)(void *ctx, enum client_state state, enum client_reason reason, uint16_t wait_s);
    /* The list of members has changed. Joins and exits of the transcript come as events, too. */
    void (*member)(void *ctx, uint64_t number, const char *name, size_t name_len, bool here);
    /*
     * A line that is no event (roomd/plain_client.h); UTF-8, not terminated. It may hold anything
     * but a NUL and line breaks, so it has to be escaped before it is shown.
     */
    void (*line)(void *ctx, const char *text, size_t length);
    void *ctx;
};

/* The state that a program keeps in order to resume after its own restart. */
struct client_session {
    uint64_t epoch;
    uint64_t token;
    uint64_t position; /* last event that was delivered */
    uint32_t said;     /* last message that was sent */
    uint32_t decided;  /* the outcomes up to this message were delivered */
};

/* The arguments of every client. The same seed makes the same client. */
struct client_setup {
    uint8_t seed[CLIENT_SEED_BYTES]; /* from the system's random number generator */
    const char *name;                /* terminated, at most ROOM_NAME_MAX_BYTES; copied */
    /*
     * NULL, or asked for when it is in, without words: what happens meanwhile is delivered behind
     * that, unless it is more than a megabyte. Copied.
     */
    const struct client_past_query *past;
    struct client_carrier carrier;
    struct client_sink sink;
};

/* NULL is legal. */
void client_free(struct client *client);

/* A datagram came from the server's address. It may hold anything. */
void client_receive(struct client *client, const struct moment *now, const void *bytes,
                    size_t length);

/*
 * Does what is due, and returns when it has to be called next (monotonic), or MOMENT_NEVER_NS. The
 * result is in the past if the sink has called client_say meanwhile. Also to be called after
 * client_receive and client_say, and at client_next_tick. Nothing else sends.
 */
int64_t client_tick(struct client *client, const struct moment *now);
int64_t client_next_tick(const struct client *client);

/*
 * Queues a message and returns its number, from 1, in `ret_number`. It is sent when the state
 * allows it. STATUS_FULL: CLIENT_PENDING_MAX messages are pending. STATUS_TOO_LONG: more than
 * client_text_max_bytes. STATUS_INVALID: empty, or the client is out or leaving. STATUS_NOT_UTF8.
 */
int client_say(struct client *client, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number);

/*
 * Asks for another name, in order with the messages. A client that is not in yet tries this name at
 * once, and `ret_number` is 0. The same errors as above; a name has at most ROOM_NAME_MAX_BYTES.
 */
int client_rename(struct client *client, const struct moment *now, const char *name,
                  uint32_t *ret_number);

/*
 * Why every room refuses this name, NAME_FINE if none does for its form. A room has reasons of its
 * own, too: words of its dialects, or a lower room.max_name.
 */
enum name_fault client_name_fault(const char *name);

/*
 * Asks for events of the past. STATUS_FULL: the last question is not answered yet.
 * STATUS_NOT_FOUND: the room offers none, or it is not in. STATUS_TOO_LONG: more than 255 bytes of
 * words.
 */
int client_ask_past(struct client *client, const struct moment *now,
                    const struct client_past_query *query);

/*
 * Leaves, once the outcomes of all messages are known; with `at_once`, now. The server is told;
 * `at_once` while that is unanswered ends the client. An unanswered join is waited for, so that the
 * client can leave the room, but not with `at_once`.
 */
void client_leave(struct client *client, const struct moment *now, bool at_once);

/* This machine's address has changed, or its program was stopped for long: asks the server. */
void client_moved(struct client *client, const struct moment *now);

enum client_state client_state(const struct client *client);
enum client_reason client_why(const struct client *client);
/* The server's text when it ended the session; terminated, mostly empty. */
const char *client_close_text(const struct client *client);
/* Messages without an outcome. */
uint32_t client_pending(const struct client *client);
/* Its own number and name, and the room's name, as shown, once in; empty if not known. */
uint64_t client_number(const struct client *client);
const char *client_name(const struct client *client);
const char *client_room(const struct client *client);
/* Of one message, as far as the room's limit is known. */
size_t client_text_max_bytes(const struct client *client);
/* What the room offers of its past; false: nothing, as far as is known. */
bool client_history(const struct client *client, struct client_history *ret_history);
/* True while events of the past are still to come. */
bool client_asks_past(const struct client *client);
/* Members in the room, itself included, as far as known. */
uint32_t client_members(const struct client *client);
/* False until the list of members has come from the server. */
bool client_has_members(const struct client *client);
/*
 * The next listed member with a number above `after` (0: the first), in rising order. The name is
 * valid until the next call that changes the client.
 */
bool client_next_member(const struct client *client, uint64_t after, uint64_t *ret_number,
                        const char **ret_name, size_t *ret_name_len);
/* The session to keep over a restart; false if there is none, or the protocol has none. */
bool client_session(const struct client *client, struct client_session *ret_session);
/*
 * Once out: true unless the room may have missed some of the messages. In the sequenced protocol
 * each message has its outcome; in the plain one, the bye has come or the dialect has none.
 */
bool client_was_heard(const struct client *client);

#endif
