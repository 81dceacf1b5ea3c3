/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * A sequenced client under test, with the test as its server. The datagrams that the client sends
 * are kept and read one by one; its reports are kept, too. Time passes only when the test says so.
 */
#ifndef TESTS_SUPPORT_CLIENT_STAGE_H
#define TESTS_SUPPORT_CLIENT_STAGE_H

#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_events.h"
#include "core/sequenced_wire/sequenced_handshake.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <roomd/moment.h>
#include <roomd/sequenced_client.h>

#define CLIENT_STAGE_EPOCH  UINT64_C(0x1122334455667788)
#define CLIENT_STAGE_TOKEN  UINT64_C(0xa1a2a3a4a5a6a7a8)
#define CLIENT_STAGE_MEMBER 7U
#define CLIENT_STAGE_HERE   2U /* in each page */

#define CLIENT_STAGE_SENT_MAX   512U
#define CLIENT_STAGE_EVENTS_MAX 4096U

struct client_stage_datagram {
    size_t length;
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
};

struct client_stage_event {
    struct event event; /* its pointers lead into the next two */
    uint32_t own;
    char name[ROOM_NAME_MAX_BYTES + 1];
    char text[64];
};

struct client_stage {
    struct client *client;
    /* Set by client_stage_open; change it before client_stage_start. */
    struct client_setup setup;
    const struct client_session *resume; /* likewise; NULL: join anew */
    struct moment now;
    int64_t next_ns; /* from the last client_tick */

    struct client_stage_datagram sent[CLIENT_STAGE_SENT_MAX];
    size_t sent_count;
    size_t read; /* how many the server has read */

    struct client_stage_event *events; /* CLIENT_STAGE_EVENTS_MAX */
    size_t event_count;

    struct {
        uint32_t number;
        enum client_outcome outcome;
        uint8_t why;
    } outcomes[CLIENT_STAGE_SENT_MAX];
    size_t outcome_count;

    uint64_t missed;
    unsigned states; /* how many were reported */
    enum client_reason reason;
    uint16_t wait_s;

    char members[1024]; /* "+3 carol -3 carol …", as reported */

    int64_t round_trip_ms; /* of the handshake in client_stage_enter; below 100 */

    /* The values in the server's answers. */
    uint16_t run;
    uint64_t epoch;    /* of WELCOME */
    uint64_t position; /* of WELCOME */
    uint64_t head;
    uint32_t said;  /* told by TAKEN, right after a WELCOME of a resumed session */
    bool silent;    /* it is not told */
    uint64_t nonce; /* of the last HELLO or JOIN read */
};

void client_stage_open(struct client_stage *stage);
void client_stage_start(struct client_stage *stage);
void client_stage_new(struct client_stage *stage);
void client_stage_done(struct client_stage *stage);

/* Advances the time, with a tick whenever the client wants one, and one at the end. */
void client_stage_pass_ms(struct client_stage *stage, int64_t ms);
void client_stage_tick(struct client_stage *stage);

/* The next datagram that the client has sent and the server has not read; NULL if there is none. */
const struct client_stage_datagram *client_stage_next(struct client_stage *stage);
/* Drops all that was sent so far. */
void client_stage_lose(struct client_stage *stage);

/* Read the next datagram and keep its nonce; false if it is not a HELLO, or not a JOIN. */
bool client_stage_hello(struct client_stage *stage);
bool client_stage_join(struct client_stage *stage, struct sequenced_join *ret_join);

/*
 * Finds the next frame of that kind in the datagrams not read yet; those before it count as read.
 */
bool client_stage_frame(struct client_stage *stage, enum sequenced_up_kind kind,
                        struct sequenced_up_frame *ret_frame);

/* Reads all datagrams; returns the position of the last UP, and how many UPs there were. */
uint64_t client_stage_reported(struct client_stage *stage, size_t *ret_ups);

/* From the server. A tick follows each. */
void client_stage_receive(struct client_stage *stage, const void *bytes, size_t length);
void client_stage_challenge(struct client_stage *stage);
void client_stage_welcome(struct client_stage *stage, bool resumed);
void client_stage_refuse(struct client_stage *stage, uint8_t code, uint16_t wait);
void client_stage_stranger(struct client_stage *stage, uint64_t token);
void client_stage_down(struct client_stage *stage, const struct sequenced_down_frame *frame);

/* TAKEN; a page "3 carol, 4 -dave" (a former one), "" for an empty one. */
void client_stage_taken(struct client_stage *stage, uint32_t upto, uint32_t refused, uint32_t kept);
void client_stage_page(struct client_stage *stage, uint64_t head, uint32_t after, uint32_t last,
                       bool more, const char *members);
void client_stage_head(struct client_stage *stage, uint64_t head);

/* EVENTS with one event each. */
void client_stage_chat(struct client_stage *stage, uint64_t seq, uint32_t member, uint16_t said,
                       const char *text);
void client_stage_joined(struct client_stage *stage, uint64_t seq, uint32_t member, uint16_t said,
                         const char *name);
void client_stage_left(struct client_stage *stage, uint64_t seq, uint32_t member, uint16_t said,
                       uint8_t reason);

/*
 * Handshake, its own join as event `head`, a page with carol (3) and alice (7, the client): it is
 * in, and nothing is left to read.
 */
void client_stage_enter(struct client_stage *stage);

/* The numbers of all chats delivered, as "11 12 13". */
const char *client_stage_delivered(const struct client_stage *stage);

/* True if exactly one outcome was reported for the message, and it was this one. */
bool client_stage_outcome(const struct client_stage *stage, uint32_t number,
                          enum client_outcome outcome, uint8_t why);

/* Says it, and ticks. Returns the number of the message. */
uint32_t client_stage_say(struct client_stage *stage, const char *text);

/* Reads all datagrams; returns the numbers of the messages in them, as "1 2 3". */
const char *client_stage_messages(struct client_stage *stage);

/* NOT TAKEN, from the server. */
void client_stage_not_taken(struct client_stage *stage, uint32_t number, uint8_t why,
                            uint16_t wait_cs);

/* The numbers of the events that a MISSING asks for, as "12 14"; `position` is that of its UP. */
const char *client_stage_missing(const struct sequenced_up_frame *frame, uint64_t position);

#endif
