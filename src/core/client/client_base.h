/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The common part of the clients of all protocols: each begins with a struct client. The functions
 * here do the same for all; a protocol's own part is behind its table of operations. Knows no wire
 * format. The contract is roomd/client.h, implemented by core/client.c.
 */
#ifndef ROOMD_CORE_CLIENT_CLIENT_BASE_H
#define ROOMD_CORE_CLIENT_CLIENT_BASE_H

#include "core/client/member_list.h"
#include "core/client/prng.h"

#include <roomd/client.h>

/*
 * The operations of a protocol. Each is called with the struct client that its own state begins
 * with; after `settle`, only `release`, `members` and `session` are called.
 */
struct client_ops {
    /* Frees the memory that is the protocol's own. */
    void (*release)(struct client *client);
    void (*receive)(struct client *client, const struct moment *now, const void *bytes,
                    size_t length);
    void (*tick)(struct client *client, const struct moment *now);
    int64_t (*next_tick)(const struct client *client);
    /*
     * Not called once it is leaving. The text has 1 to `text_max_bytes` bytes of valid UTF-8; the
     * name has passed name_check.
     */
    int (*say)(struct client *client, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number);
    int (*rename)(struct client *client, const struct moment *now, const char *name,
                  uint32_t *ret_number);
    /* NULL, all three: the protocol has no past. */
    int (*ask_past)(struct client *client, const struct moment *now,
                    const struct client_past_query *query);
    bool (*history)(const struct client *client, struct client_history *ret_history);
    bool (*asks_past)(const struct client *client);
    void (*moved)(struct client *client, const struct moment *now);
    /*
     * Called while it is joining and wants to leave. False while the server may have let it in, or
     * may still do so: then it waits for the answer, to be able to leave. A name that was refused
     * is not requested again.
     */
    bool (*is_free_to_go)(const struct client *client);
    /* It is out: reports an outcome for every message that has none. */
    void (*settle)(struct client *client);
    /* How many members are in the room; NULL: those on the list. */
    uint32_t (*members)(const struct client *client);
    /* True once the list of members is known; NULL: always, as far as it can be. */
    bool (*has_members)(const struct client *client);
    /* NULL: the protocol has no sessions. */
    bool (*session)(const struct client *client, struct client_session *ret_session);
};

struct client_leaving {
    bool asked;   /* by the user; it leaves when everything is settled */
    bool at_once; /* without waiting for that */
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
    bool was_heard;   /* see client_was_heard */
    size_t text_max_bytes;
    const char *room;                             /* terminated; borrowed for the client's life */
    char requested_name[ROOM_NAME_MAX_BYTES + 1]; /* the name to join with */
    char name[ROOM_NAME_MAX_BYTES + 1];           /* as the others see it, once in */
    char close_text[CLIENT_CLOSE_TEXT_MAX_BYTES + 1];
    struct member_list members;
};

/*
 * Allocates `size` bytes, all zero, for a state that begins with a struct client, and fills that
 * in. The caller owns it; client_free frees it. STATUS_NO_MEMORY; STATUS_INVALID (no name),
 * STATUS_TOO_LONG, STATUS_NOT_UTF8 (the name).
 */
int client_create(size_t size, const struct client_ops *ops, const struct client_setup *setup,
                  struct client **ret_client);

void client_send(const struct client *client, const void *bytes, size_t length);
void client_set_state(struct client *client, enum client_state state, enum client_reason reason,
                      uint16_t wait_s);

/* Reports the outcome of a pending message, which is pending no longer. */
void client_tell_outcome(struct client *client, uint32_t number, enum client_outcome outcome,
                         uint8_t why);

/* Marks a member as here or not, and reports the change; does nothing if there is none. */
void client_set_here(struct client *client, struct listed_member *listed, bool here);

/* Settles all messages and reports CLIENT_OUT. */
void client_end(struct client *client, enum client_reason reason);

/* Ends the client if it was told to leave, is still joining, and need not wait for an answer. */
void client_go_if_free(struct client *client);

#endif
