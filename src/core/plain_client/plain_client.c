/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The operations of a plain client: dispatches what is received, sends what is due, and leaves. The
 * other files know what requests and answers mean.
 */
#include "core/plain_client/plain_client_state.h"

#include "core/model/text.h"

#include <roomd/status.h>
#include <string.h>

#define KEEPALIVE_MIN_NS MOMENT_NS_PER_S

/* The wait for the bye: three times a second. */
#define LEAVE_WAIT_NS MOMENT_NS_PER_S
#define LEAVE_WAITS   3U

/* Datagrams that were in flight when the exit arrived have arrived by then. */
#define LEAVE_IN_FLIGHT_NS (MOMENT_NS_PER_S / 2)

static struct plain_client *of(struct client *base)
{
    return (struct plain_client *)base;
}

/* ---- receiving ---- */

static void receive(struct client *base, const struct moment *now, const void *bytes, size_t length)
{
    struct plain_client *client = of(base);
    struct octets_slice name;
    uint32_t replies;

    if (length == 0)
        return;
    replies = plain_read_replies(&client->read, bytes, length, &name);
    if (replies != 0 && plain_client_join_answer(client, now, replies, name))
        return;
    if (base->state == CLIENT_LEAVING && now->mono_ns >= client->exit.sent_ns + LEAVE_IN_FLIGHT_NS)
        client->exit.room_active = true;
    plain_client_lines_receive(client, now, bytes, length);
}

/* ---- requests of the user ---- */

static bool is_blank(const char *text, size_t length)
{
    size_t at = 0, step;
    int32_t codepoint;

    while ((step = text_next(text + at, length - at, &codepoint)) > 0 && text_is_space(codepoint))
        at += step;
    return at == length;
}

static int say(struct client *base, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number)
{
    char clean[CLIENT_TEXT_MAX_BYTES];

    (void)now;
    length = text_clean(text, length, clean);
    if (is_blank(clean, length))
        return STATUS_INVALID;
    return plain_client_messages_queue(of(base), (struct octets_slice){clean, length}, false,
                                       ret_number);
}

static int rename_to(struct client *base, const struct moment *now, const char *name,
                     uint32_t *ret_number)
{
    struct plain_client *client = of(base);

    if (base->state == CLIENT_IN || client->join.rename != 0)
        return plain_client_messages_queue(client, (struct octets_slice){name, strlen(name)}, true,
                                           ret_number);
    plain_client_set_name(client, name);
    client->join.moved = false;
    client->join.leaves_before = false;
    plain_client_join_start(client, now->mono_ns);
    *ret_number = 0;
    return STATUS_OK;
}

static void moved(struct client *base, const struct moment *now)
{
    plain_client_join_moved(of(base), now);
}

/* ---- leaving ---- */

static bool is_free_to_go(const struct client *base)
{
    const struct plain_client_join *join = &((const struct plain_client *)base)->join;

    return join->due_ns == MOMENT_NEVER_NS || (!join->asking && base->pending == 0);
}

static void send_exit(struct plain_client *client, const struct moment *now)
{
    client->exit.sent_ns = now->mono_ns;
    client->exit.room_active = false;
    plain_client_send(client, DIALECT_EXIT_VERBS, client->base.requested_name,
                      (struct octets_slice){"", 0});
}

static void start_leaving(struct plain_client *client, const struct moment *now)
{
    send_exit(client, now);
    /* There is no bye to wait for. */
    if (client->base.leaving.at_once || client->base.was_heard) {
        client_end(&client->base, CLIENT_LEFT);
        return;
    }
    client->base.leaving.due_ns = now->mono_ns + LEAVE_WAIT_NS;
    client_set_state(&client->base, CLIENT_LEAVING, CLIENT_NO_REASON, 0);
}

static void wait_for_bye(struct plain_client *client, const struct moment *now)
{
    if (++client->exit.waits == LEAVE_WAITS) {
        client_end(&client->base, CLIENT_LEFT);
        return;
    }
    if (client->exit.room_active || client->keepalive_ns > 0)
        send_exit(client, now);
    client->base.leaving.due_ns = now->mono_ns + LEAVE_WAIT_NS;
}

static int64_t leave_due_ns(const struct plain_client *client)
{
    if (client->base.state == CLIENT_LEAVING)
        return client->base.leaving.due_ns;
    return client->base.state == CLIENT_IN && client->base.leaving.asked
               ? client->base.leaving.due_ns
               : MOMENT_NEVER_NS;
}

/* ---- time ---- */

static int64_t next_tick(const struct client *base)
{
    const struct plain_client *client = (const struct plain_client *)base;

    if (base->state == CLIENT_LEAVING)
        return base->leaving.due_ns;
    if (base->state == CLIENT_IN && client->messages.sent != client->messages.said)
        return INT64_MIN;
    return client->join.due_ns < leave_due_ns(client) ? client->join.due_ns : leave_due_ns(client);
}

static void tick(struct client *base, const struct moment *now)
{
    struct plain_client *client = of(base);

    plain_client_messages_tick(client, now);
    client_go_if_free(base);
    if (leave_due_ns(client) <= now->mono_ns) {
        if (base->state == CLIENT_LEAVING)
            wait_for_bye(client, now);
        else if (base->leaving.at_once || base->pending == 0)
            start_leaving(client, now);
    }
    plain_client_join_tick(client, now);
}

/* ---- creating and ending ---- */

static void settle(struct client *base)
{
    plain_client_messages_end(of(base));
}

static void release(struct client *base)
{
    hash_index_done(&of(base)->members.by_name);
}

static const struct client_ops ops = {.release = release,
                                      .receive = receive,
                                      .tick = tick,
                                      .next_tick = next_tick,
                                      .say = say,
                                      .rename = rename_to,
                                      .moved = moved,
                                      .is_free_to_go = is_free_to_go,
                                      .settle = settle};

static bool has_bye(const struct plain_client *client)
{
    const struct verbs *words = &client->dialect->verbs[DIALECT_EXIT_VERBS];
    const struct reply *bye = dialect_bye(client->dialect, words->word[0], words->length[0]);

    return bye->length > 0 || bye->has_name;
}

int plain_client_new(const struct client_setup *setup, const struct dialect *dialect,
                     int64_t keepalive_ns, struct client **ret_client)
{
    struct plain_client *client;
    int status = client_create(sizeof(*client), &ops, setup, ret_client);

    if (status != STATUS_OK)
        return status;
    client = of(*ret_client);
    client->dialect = dialect;
    plain_read_init(&client->read, dialect);
    plain_client_set_name(client, setup->name);
    client->base.was_heard = !has_bye(client);
    client->keepalive_ns = keepalive_ns;
    if (keepalive_ns > 0 && keepalive_ns < KEEPALIVE_MIN_NS)
        client->keepalive_ns = KEEPALIVE_MIN_NS;
    plain_client_join_start(client, INT64_MIN);
    return STATUS_OK;
}
