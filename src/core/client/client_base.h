/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The part that the clients of all protocols have in common: each begins with a struct client. What
 * a protocol does its own way is in its table of operations; the functions here do what is the same
 * for all, and call that table. The contract is roomd/client.h, and core/client.c.
 */
#ifndef ROOMD_CORE_CLIENT_CLIENT_BASE_H
#define ROOMD_CORE_CLIENT_CLIENT_BASE_H

#include "core/client/member_list.h"
#include "core/client/prng.h"

#include <roomd/client.h>

/*
 * What a protocol has to offer. Each is called with the struct client that its own state begins
 * with; after `settle`, none but `release`, `members` and `session`.
 */
struct client_ops {
    /* Gives back the memory that is the protocol's own. */
    void (*release)(struct client *client);
    void (*receive)(struct client *client, const struct moment *now, const void *bytes,
                    size_t length);
    void (*tick)(struct client *client, const struct moment *now);
    int64_t (*next_tick)(const struct client *client);
    /* A text of 1 to `text_max_bytes`, valid UTF-8; a name that can be one. It is not leaving. */
    int (*say)(struct client *client, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number);
    int (*rename)(struct client *client, const struct moment *now, const char *name,
                  uint32_t *ret_number);
    void (*moved)(struct client *client, const struct moment *now);
    /*
     * Asked while it is joining and wants to leave. False while the server may have let it in, or
     * let it in next: then it waits for the answer, to be able to leave. A name that was refused is
     * not asked for again.
     */
    bool (*is_free_to_go)(const struct client *client);
    /* It is out: gives every message that has none its outcome. */
    void (*settle)(struct client *client);
    /* How many are in the room; NULL: those on the list. */
    uint32_t (*members)(const struct client *client);
    /* NULL: the protocol has no sessions. */
    bool (*session)(const struct client *client, struct client_session *ret_session);
};

struct client_leaving {
    bool asked;   /* its user wants to, when everything is settled */
    bool at_once; /* not waiting for that */
    int64_t due_ns;
};

struct client {
    const struct client_ops *ops;
    struct client_carrier carrier;
    struct client_sink sink;
    struct prng prng;
    enum client_state state;
    enum client_reason why;
    struct client_leaving leaving;
    uint32_t number;
    uint32_t pending; /* messages without an outcome */
    bool was_heard;   /* as client_was_heard says */
    size_t text_max_bytes;
    const char *room;                             /* terminated; borrowed for its life */
    char requested_name[ROOM_NAME_MAX_BYTES + 1]; /* the name to join with */
    char name[ROOM_NAME_MAX_BYTES + 1];           /* as the others see it, once in */
    char close_text[CLIENT_CLOSE_TEXT_MAX_BYTES + 1];
    struct member_list members;
};

/*
 * Allocates `size` bytes, all zero, for a state that begins with a struct client, and fills that
 * in. STATUS_NO_MEMORY; STATUS_INVALID (no name), STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name).
 */
int client_create(size_t size, const struct client_ops *ops, const struct client_setup *setup,
                  struct client **ret_client);

void client_send(const struct client *client, const void *bytes, size_t length);
void client_set_state(struct client *client, enum client_state state, enum client_reason reason,
                      uint16_t wait_s);

/* Of a message that is pending, and is not any more. */
void client_tell_outcome(struct client *client, uint32_t number, enum client_outcome outcome,
                         uint8_t why);

/* A member comes or goes, and that is told; nothing is done where it is so already. */
void client_set_here(struct client *client, struct listed_member *listed, bool here);

/* It is out. */
void client_end(struct client *client, enum client_reason reason);

/* Ends it where it wants to leave and nothing keeps it. */
void client_go_if_free(struct client *client);

#endif
