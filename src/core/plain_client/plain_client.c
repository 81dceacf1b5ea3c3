/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The contract of a plain client: what comes is handed to whom it is for, what is due is sent, and the end. What any of it means stands in the other files.
 */
#include "core/plain_client/plain_client_state.h"

#include "core/model/name.h"
#include "core/model/prng.h"
#include "core/model/text.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

#define KEEPALIVE_LEAST_NS MOMENT_NS_PER_S

/* For the bye: three turns of a second. */
#define LEAVE_TURN_NS MOMENT_NS_PER_S
#define LEAVE_TURNS   3U

/* What was under way when the exit arrived has come by then. */
#define LEAVE_UNDER_WAY_NS (MOMENT_NS_PER_S / 2)

/* ---- what all files use ---- */

/* ---- from beginning to end ---- */

int plain_client_new(const struct plain_client_setup *setup, struct plain_client **ret_client)
{
    struct plain_client *client;
    int status = name_check(setup->name);

    if (status != 0)
        return status;
    client = calloc(1, sizeof(*client));
    if (client == NULL)
        return STATUS_NO_MEMORY;
    client->sink = setup->sink;
    client->dialect = setup->dialect;
    plain_read_init(&client->read, setup->dialect);
    memcpy(client->seed, setup->seed, sizeof(client->seed));
    memcpy(client->requested_name, setup->name, strlen(setup->name) + 1);
    client->keepalive_ns = setup->keepalive_ns;
    if (client->keepalive_ns > 0 && client->keepalive_ns < KEEPALIVE_LEAST_NS)
        client->keepalive_ns = KEEPALIVE_LEAST_NS;
    plain_client_join_start(client, INT64_MIN);
    *ret_client = client;
    return STATUS_OK;
}

void plain_client_free(struct plain_client *client)
{
    if (client == NULL)
        return;
    plain_client_members_done(client);
    free(client);
}

/* ---- what comes ---- */

void plain_client_receive(struct plain_client *client, const struct moment *now, const void *bytes, size_t length)
{
    struct octets_slice name;
    uint32_t replies;

    if (client->state == CLIENT_OUT || length == 0)
        return;
    replies = plain_read_replies(&client->read, bytes, length, &name);
    if (replies != 0 && plain_client_join_answer(client, now, replies, name))
        return;
    if (client->state == CLIENT_LEAVING && now->mono_ns >= client->leaving.sent_ns + LEAVE_UNDER_WAY_NS)
        client->leaving.overheard = true;
    plain_client_lines_receive(client, now, bytes, length);
}

/* ---- what its user wants ---- */

static bool is_leaving(const struct plain_client *client)
{
    return client->state == CLIENT_LEAVING || client->state == CLIENT_OUT || client->leaving.asked;
}

static bool is_blank(const char *text, size_t length)
{
    size_t at = 0, step;
    int32_t codepoint;

    while ((step = text_next(text + at, length - at, &codepoint)) > 0 && text_is_space(codepoint))
        at += step;
    return at == length;
}

int plain_client_say(struct plain_client *client, const struct moment *now, const char *text, size_t length,
                     uint32_t *ret_number)
{
    char clean[CLIENT_TEXT_MAX_BYTES];

    (void)now;
    if (length == 0 || is_leaving(client))
        return STATUS_INVALID;
    if (length > CLIENT_TEXT_MAX_BYTES)
        return STATUS_TOO_LONG;
    if (!text_is_utf8(text, length))
        return STATUS_NOT_UTF8;
    length = text_clean(text, length, clean);
    if (is_blank(clean, length))
        return STATUS_INVALID;
    if (length > plain_client_messages_most(client))
        return STATUS_TOO_LONG;
    return plain_client_messages_queue(client, (struct octets_slice){clean, length}, false, ret_number);
}

int plain_client_rename(struct plain_client *client, const struct moment *now, const char *name, uint32_t *ret_number)
{
    int status = name_check(name);

    if (status != 0)
        return status;
    if (is_leaving(client))
        return STATUS_INVALID;
    if (client->state == CLIENT_IN || client->join.rename != 0)
        return plain_client_messages_queue(client, (struct octets_slice){name, strlen(name)}, true, ret_number);
    memcpy(client->requested_name, name, strlen(name) + 1);
    client->join.moved = false;
    client->join.leaves_before = false;
    plain_client_join_start(client, now->mono_ns);
    *ret_number = 0;
    return STATUS_OK;
}

void plain_client_moved(struct plain_client *client, const struct moment *now)
{
    plain_client_join_moved(client, now);
}

/* ---- leaving ---- */

/* While a join is out, the server may have let it in, and it waits for the answer to be able to leave. A name that was refused won't be asked for again. */
static bool is_free_to_go(const struct plain_client *client)
{
    if (client->state != CLIENT_JOINING)
        return false;
    if (client->leaving.at_once || client->join.due_ns == MOMENT_NEVER_NS)
        return true;
    return !client->join.asking && plain_client_pending(client) == 0;
}

void plain_client_leave(struct plain_client *client, const struct moment *now, bool at_once)
{
    bool impatient = client->leaving.at_once || client->state == CLIENT_LEAVING;

    if (client->state == CLIENT_OUT)
        return;
    if (!client->leaving.asked)
        client->leaving.due_ns = now->mono_ns;
    client->leaving.asked = true;
    client->leaving.at_once = client->leaving.at_once || at_once;
    if ((impatient && at_once) || is_free_to_go(client))
        plain_client_end(client, CLIENT_LEFT);
}

static void send_exit(struct plain_client *client, const struct moment *now)
{
    struct plain_client_leaving *leaving = &client->leaving;

    leaving->sent++;
    leaving->sent_ns = now->mono_ns;
    leaving->overheard = false;
    plain_client_send(client, DIALECT_EXIT_VERBS, client->requested_name, (struct octets_slice){"", 0});
}

static bool has_bye(const struct plain_client *client)
{
    const struct verbs *words = &client->dialect->verbs[DIALECT_EXIT_VERBS];
    const struct reply *bye = dialect_bye(client->dialect, words->word[0], words->length[0]);

    return bye->length > 0 || bye->has_name;
}

static void begin_to_leave(struct plain_client *client, const struct moment *now)
{
    send_exit(client, now);
    if (client->leaving.at_once || !has_bye(client)) {
        plain_client_end(client, CLIENT_LEFT);
        return;
    }
    client->leaving.due_ns = now->mono_ns + LEAVE_TURN_NS;
    plain_client_set_state(client, CLIENT_LEAVING, CLIENT_NO_REASON, 0);
}

static void wait_for_bye(struct plain_client *client, const struct moment *now)
{
    struct plain_client_leaving *leaving = &client->leaving;

    if (++leaving->turns == LEAVE_TURNS) {
        plain_client_end(client, CLIENT_LEFT);
        return;
    }
    if (leaving->overheard || client->keepalive_ns > 0)
        send_exit(client, now);
    leaving->due_ns = now->mono_ns + LEAVE_TURN_NS;
}

static int64_t leave_due_ns(const struct plain_client *client)
{
    if (client->state == CLIENT_LEAVING)
        return client->leaving.due_ns;
    return client->state == CLIENT_IN && client->leaving.asked ? client->leaving.due_ns : MOMENT_NEVER_NS;
}

/* ---- time ---- */

int64_t plain_client_next_tick(const struct plain_client *client)
{
    if (client->state == CLIENT_OUT)
        return MOMENT_NEVER_NS;
    if (client->state == CLIENT_LEAVING)
        return client->leaving.due_ns;
    if (client->state == CLIENT_IN && client->messages.sent != client->messages.said)
        return INT64_MIN;
    return client->join.due_ns < leave_due_ns(client) ? client->join.due_ns : leave_due_ns(client);
}

int64_t plain_client_tick(struct plain_client *client, const struct moment *now)
{
    plain_client_messages_tick(client, now);
    if (client->leaving.asked && is_free_to_go(client))
        plain_client_end(client, CLIENT_LEFT);
    if (leave_due_ns(client) <= now->mono_ns) {
        if (client->state == CLIENT_LEAVING)
            wait_for_bye(client, now);
        else if (client->leaving.at_once || plain_client_pending(client) == 0)
            begin_to_leave(client, now);
    }
    plain_client_join_tick(client, now);
    return plain_client_next_tick(client);
}

/* ---- what it knows ---- */

enum client_state plain_client_state(const struct plain_client *client)
{
    return client->state;
}

enum client_reason plain_client_why(const struct plain_client *client)
{
    return client->why;
}

const char *plain_client_close_text(const struct plain_client *client)
{
    return client->close_text;
}

uint64_t plain_client_number(const struct plain_client *client)
{
    return client->members.own;
}

const char *plain_client_name(const struct plain_client *client)
{
    return client->name;
}

size_t plain_client_text_max_bytes(const struct plain_client *client)
{
    return plain_client_messages_most(client);
}

uint32_t plain_client_members(const struct plain_client *client)
{
    return client->members.list.here;
}

bool plain_client_heard_bye(const struct plain_client *client)
{
    return client->leaving.bye;
}
