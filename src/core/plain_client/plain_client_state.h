/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a plain client is made of, for the files of this folder. Each owns one struct here, and may
 * look at the others'.
 */
#ifndef ROOMD_CORE_PLAIN_CLIENT_PLAIN_CLIENT_STATE_H
#define ROOMD_CORE_PLAIN_CLIENT_PLAIN_CLIENT_STATE_H

#include "base/octets.h"
#include "core/client/client_base.h"
#include "core/model/hash_index.h"
#include "core/plain_wire/plain_read.h"

#include <roomd/moment.h>
#include <roomd/plain_client.h>

struct plain_client;

/* ---- joining, and coming back ---- */

struct plain_client_join {
    bool asking;        /* a join is out for which no answer has come */
    bool begun;         /* there was an attempt before */
    bool was_in;        /* at any time */
    bool moved;         /* on its way back from another address */
    bool leaves_before; /* the exit goes out before the next join */
    int64_t due_ns;     /* of the next join; MOMENT_NEVER_NS = the user, or nobody, decides */
    int64_t wait_ns;    /* after the next join, before jitter */
    int64_t begun_ns;   /* this attempt */
    int64_t sent_ns;    /* the last join */
    int64_t in_ns;      /* when it was let in */
    int64_t pause_ns;   /* between two ways back, before jitter */
    unsigned sent;      /* how often for this name */
    int64_t
        bye_until_ns; /* until then a bye is the answer to an exit that was only for another name */
    uint32_t rename;  /* number of the rename that waits for its answer, or 0 */
    char before[ROOM_NAME_MAX_BYTES + 1]; /* the name before it */
};

/* A new attempt, at `at_ns`: what is on its way is no answer to it. */
void plain_client_join_start(struct plain_client *client, int64_t at_ns);

/* Without what would shift the fields of every request: any kind of space, and control characters.
 */
bool plain_client_join_is_sendable(const char *name);

/* The server has forgotten this client. */
void plain_client_join_return(struct plain_client *client, const struct moment *now);

/* Another address. */
void plain_client_join_moved(struct plain_client *client, const struct moment *now);

/* Exit and join. */
void plain_client_join_rename(struct plain_client *client, const struct moment *now,
                              uint32_t number, const char *name);

/* `replies` as plain_read_replies tells; true where they are an answer, or nothing that anybody
 * need see. */
bool plain_client_join_answer(struct plain_client *client, const struct moment *now,
                              uint32_t replies, struct octets_slice name);
void plain_client_join_tick(struct plain_client *client, const struct moment *now);

/* ---- lines ---- */

void plain_client_lines_receive(struct plain_client *client, const struct moment *now,
                                const char *bytes, size_t length);

/* ---- members ---- */

/* Of the base's list, whose `changed` has no meaning: lines have no order but that in which they
 * come. */
struct plain_client_members {
    struct hash_index by_name; /* to numbers */
    uint32_t numbers;          /* given so far */
};

/* Its number, 0 where it is not on the list. */
uint32_t plain_client_members_find(const struct plain_client *client, struct octets_slice name);

/* It is here: its number, 0 where the list has no place for it. */
uint32_t plain_client_members_enter(struct plain_client *client, struct octets_slice name);
void plain_client_members_leave(struct plain_client *client, struct octets_slice name);

/* This client is in, under its name. */
void plain_client_members_own(struct plain_client *client);
void plain_client_members_forget(struct plain_client *client);

/* ---- messages ---- */

struct plain_client_message {
    int64_t sent_ns;
    uint16_t length;
    bool renames; /* its text is a name */
    bool echoed;
    char text[CLIENT_TEXT_MAX_BYTES];
};

struct plain_client_messages {
    uint32_t said;
    uint32_t sent; /* or given up */
    bool spoken;   /* something since it was let in */
    struct plain_client_message
        ring[CLIENT_PENDING_MAX]; /* n at n % CLIENT_PENDING_MAX; kept behind `sent`, for echoes */
};

/* Cleaned already, and fits. STATUS_FULL. */
int plain_client_messages_queue(struct plain_client *client, struct octets_slice text, bool renames,
                                uint32_t *ret_number);

/* Sends what waits, up to a rename. */
void plain_client_messages_tick(struct plain_client *client, const struct moment *now);

/* Number of the message of ours that comes back in this line, or 0. */
uint32_t plain_client_messages_echo(struct plain_client *client, const struct moment *now,
                                    struct octets_slice name, struct octets_slice text);

/* It is out: nothing will be sent. */
void plain_client_messages_end(struct plain_client *client);

/* ---- leaving ---- */

struct plain_client_exit {
    bool overheard; /* the room has spoken long after it was sent */
    unsigned turns; /* of waiting */
    int64_t sent_ns;
};

/* ---- all of it ---- */

struct plain_client {
    struct client base; /* first */
    const struct dialect *dialect;
    struct plain_read read;
    int64_t keepalive_ns;
    bool warned; /* that it has said nothing for long, and must leave soon */
    struct plain_client_join join;
    struct plain_client_members members;
    struct plain_client_messages messages;
    struct plain_client_exit exit;
};

/* The name to join with, and to speak under. */
void plain_client_set_name(struct plain_client *client, const char *name);

/* VERB name, and where `text` has bytes, a space and those. */
void plain_client_send(struct plain_client *client, enum dialect_key verbs, const char *name,
                       struct octets_slice text);

#endif
