/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The messages of a plain client, each sent once and in order. Sent ones are kept for a while, to
 * recognise echoes.
 */
#include "core/plain_client/plain_client_state.h"

#include <roomd/sequenced.h>
#include <roomd/status.h>
#include <string.h>

/*
 * A server echoes a line within a round trip; the same words of the same name much later are not
 * ours.
 */
#define ECHO_NS (10 * MOMENT_NS_PER_S)

static struct plain_client_message *message_at(struct plain_client_messages *messages,
                                               uint32_t number)
{
    return &messages->ring[number % CLIENT_PENDING_MAX];
}

int plain_client_messages_queue(struct plain_client *client, struct octets_slice text, bool renames,
                                uint32_t *ret_number)
{
    struct plain_client_messages *messages = &client->messages;
    struct plain_client_message *message;

    if (client->base.pending >= CLIENT_PENDING_MAX || messages->said == UINT32_MAX)
        return STATUS_FULL;
    message = message_at(messages, ++messages->said);
    message->length = (uint16_t)text.length;
    message->renames = renames;
    message->echoed = renames;
    memcpy(message->text, text.bytes, text.length);
    client->base.pending++;
    *ret_number = messages->said;
    return STATUS_OK;
}

/* ---- sending ---- */

static void rename_now(struct plain_client *client, const struct moment *now, uint32_t number)
{
    const struct plain_client_message *message = message_at(&client->messages, number);
    char name[ROOM_NAME_MAX_BYTES + 1];

    memcpy(name, message->text, message->length);
    name[message->length] = '\0';
    if (!plain_client_join_is_sendable(name))
        client_tell_outcome(&client->base, number, CLIENT_REFUSED, SEQUENCED_WHY_BAD_NAME);
    else if (strcmp(name, client->base.requested_name) == 0)
        client_tell_outcome(&client->base, number, CLIENT_TAKEN, 0);
    else
        plain_client_join_rename(client, now, number, name);
}

/* It is sent before the outcome is reported, since the sink may queue a message in its place. */
static void send_message(struct plain_client *client, const struct moment *now, uint32_t number)
{
    struct plain_client_message *message = message_at(&client->messages, number);

    if (message->length > client->base.text_max_bytes) {
        message->echoed = true;
        client_tell_outcome(&client->base, number, CLIENT_REFUSED, SEQUENCED_WHY_TOO_LONG);
        return;
    }
    message->sent_ns = now->mono_ns;
    client->messages.spoken = true;
    client->warned = false;
    plain_client_send(client, DIALECT_CHAT_VERBS, client->base.requested_name,
                      (struct octets_slice){message->text, message->length});
    client_tell_outcome(&client->base, number, CLIENT_SENT, 0);
}

void plain_client_messages_tick(struct plain_client *client, const struct moment *now)
{
    struct plain_client_messages *messages = &client->messages;
    /* Messages that the sink queues meanwhile wait for the next tick. */
    uint32_t last = messages->said;

    while (messages->sent != last && client->base.state == CLIENT_IN) {
        /* A client that leaves at once needs no other name. */
        if (message_at(messages, messages->sent + 1)->renames && client->base.leaving.at_once)
            break;
        messages->sent++;
        if (message_at(messages, messages->sent)->renames)
            rename_now(client, now, messages->sent);
        else
            send_message(client, now, messages->sent);
    }
}

/* ---- echoes ---- */

uint32_t plain_client_messages_echo(struct plain_client *client, const struct moment *now,
                                    struct octets_slice name, struct octets_slice text)
{
    struct plain_client_messages *messages = &client->messages;
    uint32_t kept = messages->said < CLIENT_PENDING_MAX ? messages->said : CLIENT_PENDING_MAX;

    if (name.length != strlen(client->base.name) ||
        memcmp(name.bytes, client->base.name, name.length) != 0)
        return 0;
    for (uint32_t number = messages->said - kept + 1; kept > 0 && number <= messages->sent;
         number++) {
        struct plain_client_message *message = message_at(messages, number);

        if (message->echoed || message->sent_ns + ECHO_NS < now->mono_ns ||
            message->length != text.length || memcmp(message->text, text.bytes, text.length) != 0)
            continue;
        message->echoed = true;
        return number;
    }
    return 0;
}

/* ---- the end ---- */

void plain_client_messages_end(struct plain_client *client)
{
    struct plain_client_messages *messages = &client->messages;

    if (client->join.rename != 0)
        client_tell_outcome(&client->base, client->join.rename, CLIENT_UNKNOWN, 0);
    while (messages->sent != messages->said)
        client_tell_outcome(&client->base, ++messages->sent, CLIENT_REFUSED, 0);
}
