/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The end of a plain client. */
#include "core/plain_client/plain_client_state.h"

void plain_client_end(struct plain_client *client, enum client_reason reason)
{
    client->state = CLIENT_OUT; /* before anything is told: nothing is said any more */
    plain_client_messages_end(client);
    plain_client_set_state(client, CLIENT_OUT, reason, 0);
}

void plain_client_messages_end(struct plain_client *client)
{
    struct plain_client_messages *messages = &client->messages;
    uint32_t rename = client->join.rename;

    client->join.rename = 0;
    if (rename != 0)
        plain_client_messages_outcome(client, rename, CLIENT_UNKNOWN, 0);
    while (messages->sent != messages->said)
        plain_client_messages_outcome(client, ++messages->sent, CLIENT_REFUSED, 0);
}
