/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The state of a client of the sequenced protocol, for the files of this folder. Each file owns one
 * struct here, and may use the others'.
 *
 * Only the tick sends datagrams; all other functions only set times. `..._due_ns` returns when
 * something is due (MOMENT_NEVER_NS: never). `..._write` adds the frames that are due to an UP and
 * returns false when it is full. Written frames are no longer due.
 */
#ifndef ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_STATE_H
#define ROOMD_CORE_SEQUENCED_CLIENT_SEQUENCED_CLIENT_STATE_H

#include "core/client/client_base.h"
#include "core/congestion/congestion.h"
#include "core/sequenced_client/rtt.h"
#include "core/sequenced_client/sequenced_client_history.h"
#include "core/sequenced_client/sequenced_client_reorder.h"
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <roomd/sequenced_client.h>

struct sequenced_client;

/* An UP that is being filled. */
struct sequenced_client_up {
    struct sequenced_up up;
    struct octets_writer writer;
};

/* ---- handshake ---- */

enum sequenced_client_phase {
    SEQUENCED_CLIENT_PHASE_START, /* the next attempt waits for its time, or for the user */
    SEQUENCED_CLIENT_PHASE_HELLO,
    SEQUENCED_CLIENT_PHASE_JOIN, /* JOIN was sent */
    SEQUENCED_CLIENT_PHASE_DONE,
};

struct sequenced_client_handshake {
    enum sequenced_client_phase phase;
    int64_t due_ns;
    int64_t begun_ns;   /* this attempt */
    int64_t sent_ns;    /* the last datagram */
    int64_t expires_ns; /* the cookie is not used after that */
    uint64_t nonce;
    unsigned sent; /* how often this datagram was sent */
    unsigned cookies_refused;
    uint8_t cookie_len;
    char cookie[SEQUENCED_COOKIE_MAX_BYTES];
    bool begun; /* there was an attempt before */
};

/* Begins an attempt at `at_ns`; MOMENT_NEVER_NS: when the user asks for it. */
void sequenced_client_handshake_start(struct sequenced_client *client, int64_t at_ns);

/* Starts to resume: the server seems to have lost the session, or does not answer. */
void sequenced_client_handshake_return(struct sequenced_client *client, const struct moment *now);

/* Starts to resume: the server restarts. */
void sequenced_client_handshake_restart(struct sequenced_client *client, const struct moment *now);
void sequenced_client_handshake_challenge(struct sequenced_client *client, const struct moment *now,
                                          const void *bytes, size_t length);
void sequenced_client_handshake_welcome(struct sequenced_client *client, const struct moment *now,
                                        const void *bytes, size_t length);
void sequenced_client_handshake_refusal(struct sequenced_client *client, const struct moment *now,
                                        const void *bytes, size_t length);
void sequenced_client_handshake_tick(struct sequenced_client *client, const struct moment *now);

/* Drops the session and all that belongs to it. */
void sequenced_client_handshake_lose_session(struct sequenced_client *client);

/* ---- the session ---- */

struct sequenced_client_session {
    bool exists; /* the server may still know the session */
    /* It is an earlier program's, and the server has not said yet how many messages that had. */
    bool restarted;
    bool lost; /* there is no other yet: what has happened since `position` is missed */
    uint64_t epoch;
    uint64_t token;
    uint64_t position;
    uint16_t run;
    uint32_t packet;  /* of the last UP */
    uint32_t members; /* how many are in, from the last page */
    uint32_t timeout_s;
    char room[SEQUENCED_ROOM_MAX_BYTES + 1];
};

/* ---- reports ---- */

/* The last UPs, whose answers can measure the round trip. */
#define SEQUENCED_CLIENT_UPS 256U

struct sequenced_client_reports {
    int64_t due_ns;         /* of the next one */
    int64_t latest_ns;      /* when the last event came; MOMENT_NEVER_NS: it was skipped */
    int64_t heard_ns;       /* when EVENTS came last */
    int64_t lossy_until_ns; /* something was lost lately */
    unsigned events;        /* EVENTS since the last report */
    uint16_t received;      /* EVENTS of this run */
    uint16_t lost;          /* datagrams that were missing in this run */
    uint32_t sampled;       /* number of the last UP that measured the round trip */
    int64_t sent_ns[SEQUENCED_CLIENT_UPS]; /* of UP n at n % SEQUENCED_CLIENT_UPS */
    uint32_t density;                      /* events in a datagram, smoothed, in 16ths */
};

/* A run begins. */
void sequenced_client_reports_begin(struct sequenced_client *client);

/* The position must be reported by `at_ns`. */
void sequenced_client_reports_due_at(struct sequenced_client *client, int64_t at_ns);

/* EVENTS have come, with so many events that were not sent before; 0: with nothing new. */
void sequenced_client_reports_received(struct sequenced_client *client, uint64_t events);

/* Events were missing; some may have come as repeats. */
void sequenced_client_reports_lost(struct sequenced_client *client, const struct moment *now,
                                   uint64_t events);

/* Something was lost, or the server may think so: for a while reports are not delayed. */
void sequenced_client_reports_lossy(struct sequenced_client *client, const struct moment *now);

/* The server has answered the UP with this number. */
void sequenced_client_reports_answered(struct sequenced_client *client, const struct moment *now,
                                       uint32_t packet);

/* True within 10 s of that. */
bool sequenced_client_reports_is_lossy(const struct sequenced_client *client,
                                       const struct moment *now);

/* Fills the fields of an UP with the report, which is no longer due. */
void sequenced_client_reports_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_up *up);

/* ---- events ---- */

void sequenced_client_events_receive(struct sequenced_client *client, const struct moment *now,
                                     const void *bytes, size_t length);

/* What the program is told of an event, with the name that the event itself has. */
struct event sequenced_client_told(const struct sequenced_event *from, const struct moment *now);

/* Delivers what is in order and has its authors' names, then updates the gaps. */
void sequenced_client_events_deliver(struct sequenced_client *client, const struct moment *now);

/* When events that wait for a name will be delivered without it. */
int64_t sequenced_client_events_due_ns(const struct sequenced_client *client);

/* ---- gaps ---- */

/*
 * Only so many are tracked; others are found when these close. Among the numbers that can be asked
 * for there are no more.
 */
#define SEQUENCED_CLIENT_GAPS_MAX (SEQUENCED_MISSING_MAX / 2)

struct sequenced_client_gap {
    uint64_t first;
    uint64_t last;
    int64_t due_ns;   /* of the first request */
    int64_t asked_ns; /* if `was_asked` */
    unsigned asked;   /* how often since part of it, or anything else, arrived */
    unsigned tried;   /* how often since part of it arrived */
    bool was_asked;
    bool again; /* the next UP asks for it once more */
};

struct sequenced_client_gaps {
    uint64_t head;             /* the highest told in this run; 0: none */
    uint64_t highest;          /* the last event that has come in this run; 0: none */
    int64_t reorders_until_ns; /* datagrams have overtaken others lately */
    size_t count;
    struct sequenced_client_gap gaps[SEQUENCED_CLIENT_GAPS_MAX]; /* rising */
};

/* Finds the gaps anew. */
void sequenced_client_gaps_update(struct sequenced_client *client, const struct moment *now);

/*
 * These events have come, and not as repeats. If nothing can have made the server send them again,
 * later ones have overtaken them: for a while gaps are given more time.
 */
void sequenced_client_gaps_note(struct sequenced_client *client, const struct moment *now,
                                uint64_t first, uint64_t last);

/* The server has sent everything up to `head`. */
void sequenced_client_gaps_head(struct sequenced_client *client, const struct moment *now,
                                uint64_t head);

int64_t sequenced_client_gaps_due_ns(const struct sequenced_client *client);

/* True if the server can't have sent events up to this one: it sends no more than a window. */
bool sequenced_client_gaps_beyond(const struct sequenced_client *client, uint64_t last);

/*
 * The server says that it has sent everything up to `head`, and nothing else. If a gap does not
 * close, what has come from beyond that is forged, or will be sent again.
 */
void sequenced_client_gaps_confirm(struct sequenced_client *client, const struct moment *now,
                                   uint64_t head);

/* Counts as lost what the next UP will ask for. */
void sequenced_client_gaps_count(struct sequenced_client *client, const struct moment *now);
bool sequenced_client_gaps_write(struct sequenced_client *client, const struct moment *now,
                                 struct sequenced_client_up *up);

/* ---- members ---- */

/* The state of the requests for the list of members, which is the base's. */
struct sequenced_client_members {
    bool asking;
    bool complete;  /* all names of authors are known, or can't be */
    uint32_t after; /* the pages so far cover the numbers up to this one */
    uint64_t since; /* all joins after this event were seen */
    /* The latest head of a page, or exit, after which former members can be dropped; 0: none. */
    uint64_t head;
    int64_t asked_ns; /* if `asked` */
    int64_t due_ns;   /* of the next request */
    unsigned asked;   /* how often this page was requested */
};

/* Requests the whole list. With `gap`, names known before are no longer trusted. */
void sequenced_client_members_ask(struct sequenced_client *client, const struct moment *now,
                                  bool gap);
void sequenced_client_members_page(struct sequenced_client *client, const struct moment *now,
                                   const struct sequenced_down_frame *frame);

/*
 * Finds the author with this number; NULL if the list does not have it. False: a page may still
 * bring it.
 */
bool sequenced_client_members_author(struct sequenced_client *client, uint32_t number,
                                     const struct listed_member **ret_listed);

/* The first round trip was measured: shortens the wait for a page. */
void sequenced_client_members_refresh(struct sequenced_client *client, const struct moment *now);

/* An event was delivered. */
void sequenced_client_members_event(struct sequenced_client *client,
                                    const struct sequenced_event *event);

/* Removes all members, since the session is lost. */
void sequenced_client_members_forget(struct sequenced_client *client);
int64_t sequenced_client_members_due_ns(const struct sequenced_client *client);
bool sequenced_client_members_write(struct sequenced_client *client, const struct moment *now,
                                    struct sequenced_client_up *up);

/* ---- messages ---- */

struct sequenced_client_message {
    int64_t due_ns;
    int64_t sent_ns; /* if `once` */
    uint16_t length;
    uint8_t what;
    bool settled;
    bool kept;    /* the server has it, and waits for those before it */
    bool arrived; /* its event has come, and waits for those before it */
    bool once;    /* it was sent once, so its answer measures the round trip */
    unsigned repeated;
    uint32_t up;    /* the number of the UP that it is in flight in; 0: none */
    unsigned again; /* so many of the next UPs repeat it, since the network loses some */
    char text[CLIENT_TEXT_MAX_BYTES];
};

/*
 * Numbers are those of the contract, which continue when a session is lost. The number within the
 * session is that less `base`, modulo 2^32.
 */
struct sequenced_client_messages {
    uint32_t said;
    uint32_t sent;
    uint32_t first; /* the lowest that is not settled; said + 1: none */
    uint32_t base;
    uint32_t own_from; /* number within the session; lower ones are an earlier program's */
    /* Of a session that is `restarted`: the earlier program knew the outcomes up to this one. */
    uint32_t notified;
    /* Resumed, and TAKEN has not come: no number is used that was not used before. */
    bool resuming;
    bool progressed;    /* something was kept or decided since sequenced_client_messages_refresh */
    uint32_t slow_from; /* from this number on, nothing is sent before slow_until_ns */
    int64_t slow_until_ns;
    struct sequenced_client_message ring[CLIENT_PENDING_MAX]; /* n at n % CLIENT_PENDING_MAX */
};

/* So many may be under way: TAKEN has bits for so many. */
#define SEQUENCED_CLIENT_UNDER_WAY 32U

static inline struct sequenced_client_message *sequenced_client_message_at(
    struct sequenced_client_messages *messages, uint32_t number)
{
    return &messages->ring[number % CLIENT_PENDING_MAX];
}

/* Its number within the session. */
static inline uint32_t sequenced_client_message_number(
    const struct sequenced_client_messages *messages, uint32_t number)
{
    return number - messages->base;
}

int sequenced_client_messages_queue(struct sequenced_client *client, const struct moment *now,
                                    struct octets_slice text, uint8_t what, uint32_t *ret_number);

/* The session was resumed. The next TAKEN says on which messages the server has decided. */
void sequenced_client_messages_resumed(struct sequenced_client *client, const struct moment *now);

/*
 * The session is lost: messages that were sent are unknown, the others are sent in the next
 * session.
 */
void sequenced_client_messages_lost(struct sequenced_client *client);

/* It is out: reports an outcome for all messages that have none. */
void sequenced_client_messages_end(struct sequenced_client *client);

/* The number of the message that made an event of ours; 0 if none did. */
uint32_t sequenced_client_messages_own(const struct sequenced_client *client, uint16_t said);

/* The message's event was delivered; `prompt`: as soon as it came, and it was not missing before.
 */
void sequenced_client_messages_acknowledged(struct sequenced_client *client,
                                            const struct moment *now, uint32_t number, bool prompt);

/* The message's event has come, and waits in the reorder buffer. */
void sequenced_client_messages_arrived(struct sequenced_client *client, const struct moment *now,
                                       uint32_t number);

/* Events in the reorder buffer were skipped. */
void sequenced_client_messages_missed(struct sequenced_client *client);
void sequenced_client_messages_taken(struct sequenced_client *client, const struct moment *now,
                                     const struct sequenced_down_frame *frame);
void sequenced_client_messages_not_taken(struct sequenced_client *client, const struct moment *now,
                                         const struct sequenced_down_frame *frame);

/* Number within the session of the last message sent. */
uint32_t sequenced_client_messages_sent(const struct sequenced_client *client);

/* Number within the session up to which all outcomes were reported. */
uint32_t sequenced_client_messages_decided(const struct sequenced_client *client);

/* True if all numbers of the session are used. */
bool sequenced_client_messages_exhausted(const struct sequenced_client *client);

/* ---- sending ---- */

/*
 * Shortens the waits for the messages in flight if something was kept or decided, since the server
 * answers, or if the first round trip was measured.
 */
void sequenced_client_messages_refresh(struct sequenced_client *client, const struct moment *now);
int64_t sequenced_client_messages_due_ns(const struct sequenced_client *client);

/*
 * To be called before sequenced_client_messages_due_ns tells whether an UP is due: gives up what
 * was waited for too long, and looks whether there is room in the window for what is due.
 */
void sequenced_client_messages_prepare(struct sequenced_client *client, const struct moment *now);
bool sequenced_client_messages_write(struct sequenced_client *client, const struct moment *now,
                                     struct sequenced_client_up *up);

/* ---- window ---- */

struct sequenced_client_window {
    struct congestion path;
    struct congestion_flow flow; /* of UPs that hold messages */
    int64_t opens_ns; /* none is sent before that; MOMENT_NEVER_NS: an answer makes room */
    uint16_t missing; /* UPs, as last reported */
    uint32_t lost;    /* of those in flight, so many are known to be lost */
    bool is_open;     /* there is room, and something is due */
};

/* A run begins, or the path has changed. */
void sequenced_client_window_begin(struct sequenced_client *client, const struct moment *now);

/* Messages are due: finds out when there is room for an UP, in `opens_ns`. */
void sequenced_client_window_open(struct sequenced_client *client, const struct moment *now);

/* An UP with messages was sent. */
void sequenced_client_window_sent(struct sequenced_client *client, const struct moment *now,
                                  size_t bytes);

/* So many UPs of this run are missing, as the server reports. */
void sequenced_client_window_missing(struct sequenced_client *client, uint16_t missing);

/* The UP that this message is in flight in has come, or is waited for no longer. */
void sequenced_client_window_received(struct sequenced_client *client, const struct moment *now,
                                      const struct sequenced_client_message *message);
void sequenced_client_window_given_up(struct sequenced_client *client,
                                      const struct sequenced_client_message *message);

/* A round trip with an answer that waited for nothing. */
void sequenced_client_window_sample(struct sequenced_client *client, int64_t elapsed_ns);

/* ---- heartbeat ---- */

/* In a row, until one is answered. */
#define SEQUENCED_CLIENT_HEARTBEATS 6U

struct sequenced_client_heartbeat {
    int64_t sent_ns;  /* last UP */
    int64_t heard_ns; /* last datagram of the session */
    int64_t interval_ns;
    bool asking;       /* a HEARTBEAT must be sent, or is not answered yet */
    unsigned asked;    /* index of the next wait */
    int64_t asking_ns; /* since when */
    int64_t retry_ns;
    int64_t asked_ns[SEQUENCED_CLIENT_HEARTBEATS];
    uint32_t first; /* echo of the first of them */
    uint32_t echo;  /* echo of the last one */
};

void sequenced_client_heartbeat_begin(struct sequenced_client *client, const struct moment *now);
void sequenced_client_heartbeat_ask(struct sequenced_client *client, const struct moment *now);
void sequenced_client_heartbeat_answer(struct sequenced_client *client, const struct moment *now,
                                       uint32_t echo);

/* True if none was answered, and nothing else was received. */
bool sequenced_client_heartbeat_is_broken(const struct sequenced_client *client,
                                          const struct moment *now);
int64_t sequenced_client_heartbeat_due_ns(const struct sequenced_client *client);
bool sequenced_client_heartbeat_write(struct sequenced_client *client, const struct moment *now,
                                      struct sequenced_client_up *up);

/* ---- paths, DOWN and STRANGER ---- */

/* More at a time are useless: only the last path counts. */
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
    struct client base; /* must be first */
    struct rtt rtt;
    struct sequenced_client_handshake handshake;
    struct sequenced_client_session session;
    struct sequenced_client_reorder reorder;
    struct sequenced_client_reports reports;
    int64_t blocked_ns; /* since when events wait for a name; MOMENT_NEVER_NS: they do not */
    /* Of the events being delivered, those from this on have just come, and were not missing. */
    uint64_t prompt_from;
    struct sequenced_client_gaps gaps;
    struct sequenced_client_members members;
    struct sequenced_client_history history;
    struct sequenced_client_messages messages;
    struct sequenced_client_window window;
    struct sequenced_client_heartbeat heartbeat;
    struct sequenced_client_paths paths;
    unsigned leaves; /* sent so far */
};

/* True while the server knows the session, as far as is known. */
static inline bool sequenced_client_is_in(const struct sequenced_client *client)
{
    return client->base.state == CLIENT_IN || client->base.state == CLIENT_LEAVING;
}

/* The last event that has come. */
static inline uint64_t sequenced_client_highest(const struct sequenced_client *client)
{
    return client->gaps.highest > client->session.position ? client->gaps.highest
                                                           : client->session.position;
}

/* Adds a frame to an UP. False: it does not fit, so another UP is needed. */
static inline bool sequenced_client_up_add(struct sequenced_client_up *up,
                                           const struct sequenced_up_frame *frame)
{
    return sequenced_up_add(&up->writer, frame) == 0;
}

static inline int64_t sequenced_client_earlier(int64_t a_ns, int64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

#endif
