/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a client of the sequenced protocol is made of, for the files of this folder. Each owns one
 * struct here, and may look at the others'.
 *
 * Datagrams are sent by the tick alone; everything else only says when something is due.
 * `..._due_ns` tells that (MOMENT_NEVER_NS: never), `..._write` puts the frames that are due into
 * an UP and stops where it is full. What was written is not due any more.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_STATE_H
#define ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_STATE_H

#include "core/client/client_base.h"
#include "core/sequenced_client/rtt.h"
#include "core/sequenced_client/sequenced_client_reorder.h"
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <roomd/sequenced_client.h>

/* How messages, LEAVE and MEMBERS are asked again (doc/protocol.md, 2.10). */
#define SEQUENCED_CLIENT_AGAIN_LEAST_NS (200 * MOMENT_NS_PER_MS)
#define SEQUENCED_CLIENT_AGAIN_MOST_NS  (10 * MOMENT_NS_PER_S)

struct sequenced_client;

/* An UP that is being filled. */
struct sequenced_client_up {
    struct sequenced_up up;
    struct octets_writer writer;
};

/* ---- handshake ---- */

enum sequenced_client_phase {
    SEQUENCED_CLIENT_PHASE_START, /* the next attempt waits for its time, or for the user */
    SEQUENCED_CLIENT_PHASE_GREETING,
    SEQUENCED_CLIENT_PHASE_ASKING, /* JOIN is out */
    SEQUENCED_CLIENT_PHASE_DONE,
};

struct sequenced_client_handshake {
    enum sequenced_client_phase phase;
    int64_t due_ns;
    int64_t begun_ns;   /* this attempt */
    int64_t sent_ns;    /* the last datagram */
    int64_t expires_ns; /* the cookie is not used any longer */
    uint64_t nonce;
    unsigned sent; /* how often this datagram was */
    unsigned cookies_refused;
    uint8_t cookie_len;
    char cookie[SEQUENCED_COOKIE_MAX_BYTES];
    bool begun; /* there was an attempt before */
};

/* Begins an attempt at `at_ns`, MOMENT_NEVER_NS: when it is told to. */
void sequenced_client_handshake_start(struct sequenced_client *client, int64_t at_ns);

/* The server does not seem to know the session, or does not answer: the way back begins. */
void sequenced_client_handshake_return(struct sequenced_client *client, const struct moment *now);
void sequenced_client_handshake_challenge(struct sequenced_client *client, const struct moment *now,
                                          const void *bytes, size_t length);
void sequenced_client_handshake_welcome(struct sequenced_client *client, const struct moment *now,
                                        const void *bytes, size_t length);
void sequenced_client_handshake_refusal(struct sequenced_client *client, const struct moment *now,
                                        const void *bytes, size_t length);
void sequenced_client_handshake_tick(struct sequenced_client *client, const struct moment *now);

/* The session is not there any more. */
void sequenced_client_handshake_lose_session(struct sequenced_client *client);

/* ---- the session ---- */

struct sequenced_client_session {
    bool exists;    /* a session that the server may still know */
    bool restarted; /* it is another program's, and was not resumed yet */
    uint64_t epoch;
    uint64_t token;
    uint64_t position;
    uint16_t run;
    uint32_t packet;  /* of the last UP */
    uint32_t members; /* as WELCOME said */
    uint32_t timeout_s;
    char room[SEQUENCED_ROOM_MAX_BYTES + 1];
};

/* ---- events ---- */

struct sequenced_client_reports {
    int64_t due_ns;
    unsigned events; /* EVENTS since the last report */
};

void sequenced_client_events_receive(struct sequenced_client *client, const struct moment *now,
                                     const void *bytes, size_t length);

/* Gives on what can be given on, and looks what is missing then. */
void sequenced_client_events_deliver(struct sequenced_client *client, const struct moment *now);

/* When events that wait for a name will wait no longer. */
int64_t sequenced_client_events_due_ns(const struct sequenced_client *client);

/* The position is to be reported by then. */
void sequenced_client_events_report(struct sequenced_client *client, int64_t at_ns);

/* ---- gaps ---- */

/* More gaps than that at a time are looked at when these close. */
#define SEQUENCED_CLIENT_GAPS_MAX 32U

struct sequenced_client_gap {
    uint64_t first;
    uint64_t last;
    int64_t seen_ns;
    int64_t asked_ns; /* if `asked` */
    unsigned asked;   /* how often since something of it came */
    bool was_asked;
};

struct sequenced_client_gaps {
    uint64_t head; /* that was told in this run; 0 = none */
    size_t count;
    struct sequenced_client_gap gaps[SEQUENCED_CLIENT_GAPS_MAX]; /* rising */
    int64_t lossy_until_ns; /* something was asked for lately: reports are wanted sooner */
};

/* Finds the gaps anew. */
void sequenced_client_gaps_update(struct sequenced_client *client, const struct moment *now);

/* The server has sent everything up to there. */
void sequenced_client_gaps_head(struct sequenced_client *client, const struct moment *now,
                                uint64_t head);
int64_t sequenced_client_gaps_due_ns(const struct sequenced_client *client);
bool sequenced_client_gaps_write(struct sequenced_client *client, const struct moment *now,
                                 struct sequenced_client_up *up);

/* ---- members ---- */

/* How the list of members, which is the base's, is asked for. */
struct sequenced_client_members {
    bool asking;
    bool complete;  /* all names of authors are known, or can't be */
    uint32_t after; /* what pages have spoken for so far */
    uint64_t since; /* behind that event, all joins were seen */
    uint64_t head;  /* the latest that a page was made at */
    int64_t due_ns; /* of the next request */
    unsigned asked; /* how often for this page */
};

/* Asks for everything. With `gap`, names that were known before are not believed any longer. */
void sequenced_client_members_ask(struct sequenced_client *client, const struct moment *now,
                                  bool gap);
void sequenced_client_members_page(struct sequenced_client *client, const struct moment *now,
                                   const struct sequenced_down_frame *frame);

/* The member with that number, NULL where nobody knows; false where a page may still tell. */
bool sequenced_client_members_author(struct sequenced_client *client, uint32_t number,
                                     const struct listed_member **ret_listed);

/* An event was given on. */
void sequenced_client_members_event(struct sequenced_client *client,
                                    const struct sequenced_event *event);

/* Everybody is gone, for the session is. */
void sequenced_client_members_forget(struct sequenced_client *client);
int64_t sequenced_client_members_due_ns(const struct sequenced_client *client);
bool sequenced_client_members_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_client_up *up);

/* ---- messages ---- */

struct sequenced_client_message {
    int64_t due_ns;
    uint16_t length;
    uint8_t what;
    bool settled;
    bool kept; /* the server has it, and waits for those before */
    unsigned repeated;
    char text[CLIENT_TEXT_MAX_BYTES];
};

/* Numbers are those of the contract, which go on when a session is lost; the number of the session
 * is that less `base`, modulo 2^32. */
struct sequenced_client_messages {
    uint32_t said;
    uint32_t sent;
    uint32_t first; /* the lowest that is not settled; said + 1 = none */
    uint32_t base;
    uint32_t own_from;  /* number of the session; those before are of a program before */
    uint64_t own_after; /* events up to there are of a program before */
    uint32_t notified;  /* while its session was not resumed yet: that program knew the outcomes up
                           to there */
    bool progressed;    /* something was decided since sequenced_client_messages_refresh */
    uint32_t slow_from; /* from that number on, nothing is sent until then */
    int64_t slow_until_ns;
    struct sequenced_client_message ring[CLIENT_PENDING_MAX]; /* n at n % CLIENT_PENDING_MAX */
};

int sequenced_client_messages_queue(struct sequenced_client *client, const struct moment *now,
                                    struct octets_slice text, uint8_t what, uint32_t *ret_number);

/* The session goes on, and the server has decided on all up to `said`; `head` is that of the
 * transcript. `restarted`: what was sent before was sent by another program. */
void sequenced_client_messages_resumed(struct sequenced_client *client, const struct moment *now,
                                       uint32_t said, uint64_t head, bool restarted);

/* The session is lost: what was sent is unknown, what was not is said in the next one. */
void sequenced_client_messages_lost(struct sequenced_client *client);

/* It is out: nothing will be sent. */
void sequenced_client_messages_end(struct sequenced_client *client);

/* Number of the message that made an event of ours, 0 where none did. */
uint32_t sequenced_client_messages_own(const struct sequenced_client *client, uint64_t seq,
                                       uint16_t said);

/* Its event has come. */
void sequenced_client_messages_acknowledged(struct sequenced_client *client, uint32_t number);
void sequenced_client_messages_taken(struct sequenced_client *client, const struct moment *now,
                                     const struct sequenced_down_frame *frame);
void sequenced_client_messages_not_taken(struct sequenced_client *client, const struct moment *now,
                                         const struct sequenced_down_frame *frame);

/* Number within the session of the last message sent. */
uint32_t sequenced_client_messages_sent(const struct sequenced_client *client);

/* Number within the session up to which all outcomes were told. */
uint32_t sequenced_client_messages_decided(const struct sequenced_client *client);

/* All numbers of the session are used. */
bool sequenced_client_messages_exhausted(const struct sequenced_client *client);
/* Where something was decided, what is under way is not waited for as long as if nobody answered.
 */
void sequenced_client_messages_refresh(struct sequenced_client *client, const struct moment *now);
int64_t sequenced_client_messages_due_ns(const struct sequenced_client *client);
bool sequenced_client_messages_write(struct sequenced_client *client, const struct moment *now,
                                     struct sequenced_client_up *up);

/* ---- heartbeat ---- */

/* In a row, until somebody has answered. */
#define SEQUENCED_CLIENT_HEARTBEATS 6U

struct sequenced_client_heartbeat {
    int64_t sent_ns;  /* last UP */
    int64_t heard_ns; /* last datagram of the session */
    int64_t interval_ns;
    bool asking;       /* a HEARTBEAT is to be sent, or not answered yet */
    unsigned asked;    /* how far it is in the waits */
    int64_t asking_ns; /* since when */
    int64_t again_ns;
    int64_t asked_ns[SEQUENCED_CLIENT_HEARTBEATS];
    uint32_t first; /* echo of the first of them */
    uint32_t echo;  /* of the last one */
};

void sequenced_client_heartbeat_begin(struct sequenced_client *client, const struct moment *now);
void sequenced_client_heartbeat_ask(struct sequenced_client *client, const struct moment *now);
void sequenced_client_heartbeat_answer(struct sequenced_client *client, const struct moment *now,
                                       uint32_t echo);

/* Nobody answers. */
bool sequenced_client_heartbeat_is_broken(const struct sequenced_client *client,
                                          const struct moment *now);
int64_t sequenced_client_heartbeat_due_ns(const struct sequenced_client *client);
bool sequenced_client_heartbeat_write(struct sequenced_client *client, const struct moment *now,
                                      struct sequenced_client_up *up);

/* ---- what the server tells ---- */

/* More that come at once are of nobody's use: the last path is the one that counts. */
#define SEQUENCED_CLIENT_PATHS_MAX 3U

struct sequenced_client_paths {
    uint64_t challenges[SEQUENCED_CLIENT_PATHS_MAX];
    size_t count;
};

void sequenced_client_receive_down(struct sequenced_client *client, const struct moment *now,
                                   const void *bytes, size_t length);
void sequenced_client_receive_stranger(struct sequenced_client *client, const struct moment *now,
                                       const void *bytes, size_t length);

/* ---- all of it ---- */

struct sequenced_client {
    struct client base; /* first */
    struct rtt rtt;
    struct sequenced_client_handshake handshake;
    struct sequenced_client_session session;
    struct sequenced_client_reorder reorder;
    struct sequenced_client_reports reports;
    int64_t blocked_ns; /* events wait for a name since then; MOMENT_NEVER_NS = they do not */
    struct sequenced_client_gaps gaps;
    struct sequenced_client_members members;
    struct sequenced_client_messages messages;
    struct sequenced_client_heartbeat heartbeat;
    struct sequenced_client_paths paths;
    unsigned leaves; /* sent */
};

/* The server knows the session, as far as is known. */
static inline bool sequenced_client_is_in(const struct sequenced_client *client)
{
    return client->base.state == CLIENT_IN || client->base.state == CLIENT_LEAVING;
}

/* Puts a frame into an UP; false where it has no place, so that another is needed. */
static inline bool sequenced_client_up_add(struct sequenced_client_up *up,
                                           const struct sequenced_up_frame *frame)
{
    return sequenced_up_add(&up->writer, &up->up, frame) == 0;
}

static inline int64_t sequenced_client_earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

#endif
