/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The state of a plain client, for the files of this folder. Each file owns one struct here, and
 * may use the others'.
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
    bool asking;        /* a join was sent and is not answered */
    bool begun;         /* there was an attempt before */
    bool was_in;        /* at any time */
    bool moved;         /* coming back from another address */
    bool leaves_before; /* an exit is sent before the next join */
    int64_t due_ns;     /* of the next join; MOMENT_NEVER_NS: none without the user */
    int64_t wait_ns;    /* after the next join, before jitter */
    int64_t begun_ns;   /* this attempt */
    int64_t sent_ns;    /* the last join */
    int64_t in_ns;      /* when it was let in */
    int64_t pause_ns;   /* between two returns, before jitter */
    unsigned sent;      /* joins in this attempt */
    /* Until then, a bye answers the exit of a rename. */
    int64_t bye_until_ns;
    /* Number of the rename that is not answered yet, or 0. */
    uint32_t rename;
    char before[ROOM_NAME_MAX_BYTES + 1]; /* the name before it */
};

/* Begins a new attempt at `at_ns`; joins sent before it are forgotten, and so are their answers. */
void plain_client_join_start(struct plain_client *client, int64_t at_ns);

/*
 * False for a name that would shift the fields of a request: with any kind of space, or a control
 * character.
 */
bool plain_client_join_is_sendable(const char *name);

/* Joins again, since the server has forgotten this client. */
void plain_client_join_return(struct plain_client *client, const struct moment *now);

/* Joins again from another address. */
void plain_client_join_moved(struct plain_client *client, const struct moment *now);

/* Sends an exit under the old name and a join under the new one. */
void plain_client_join_rename(struct plain_client *client, const struct moment *now,
                              uint32_t number, const char *name);

/* `replies` as from plain_read_replies. True if they are an answer, or need not be shown. */
bool plain_client_join_answer(struct plain_client *client, const struct moment *now,
                              uint32_t replies, struct octets_slice name);
void plain_client_join_tick(struct plain_client *client, const struct moment *now);

/* ---- lines ---- */

void plain_client_lines_receive(struct plain_client *client, const struct moment *now,
                                const char *bytes, size_t length);

/* ---- members ---- */

/* An index into the base's list, whose `changed` is not used: lines have no sequence numbers. */
struct plain_client_members {
    struct hash_index by_name; /* leads to numbers */
    uint32_t numbers;          /* the last number given */
};

/* Its number; 0 if it is not listed. */
uint32_t plain_client_members_find(const struct plain_client *client, struct octets_slice name);

/* Lists the member if it is not listed yet. Returns its number; 0 if the list has no space. */
uint32_t plain_client_members_enter(struct plain_client *client, struct octets_slice name);
void plain_client_members_leave(struct plain_client *client, struct octets_slice name);

/* Lists this client under its name. */
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
    uint32_t sent; /* the last one sent or given up */
    bool spoken;   /* a message was sent since it was let in */
    /* Number n is at n % CLIENT_PENDING_MAX. Those up to `sent` are kept for echoes. */
    struct plain_client_message ring[CLIENT_PENDING_MAX];
};

/* The text is clean and fits. STATUS_FULL. */
int plain_client_messages_queue(struct plain_client *client, struct octets_slice text, bool renames,
                                uint32_t *ret_number);

/* Sends what is queued, up to a rename. */
void plain_client_messages_tick(struct plain_client *client, const struct moment *now);

/* The number of our message that this line echoes, or 0. */
uint32_t plain_client_messages_echo(struct plain_client *client, const struct moment *now,
                                    struct octets_slice name, struct octets_slice text);

/* It is out: reports an outcome for all that will not be sent. */
void plain_client_messages_end(struct plain_client *client);

/* ---- leaving ---- */

struct plain_client_exit {
    bool room_active; /* datagrams came long after the exit was sent */
    unsigned waits;   /* waits so far */
    int64_t sent_ns;
};

/* ---- all of it ---- */

struct plain_client {
    struct client base; /* must be first */
    const struct dialect *dialect;
    struct plain_read read;
    int64_t keepalive_ns;
    bool warned;    /* the server has announced that it will remove the client as idle */
    bool displaced; /* ... that it removes the client from a full room */
    struct plain_client_join join;
    struct plain_client_members members;
    struct plain_client_messages messages;
    struct plain_client_exit exit;
};

/* Sets the name to join and speak with. */
void plain_client_set_name(struct plain_client *client, const char *name);

/* Sends VERB and name, and if `text` is not empty a space and the text. */
void plain_client_send(struct plain_client *client, enum dialect_key verbs, const char *name,
                       struct octets_slice text);

#endif
