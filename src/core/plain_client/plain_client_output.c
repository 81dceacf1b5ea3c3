/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What leaves a plain client: datagrams, and word of its state and of messages. */
#include "core/model/prng.h"
#include "core/plain_client/plain_client_state.h"
#include <string.h>

int64_t plain_client_jitter(struct plain_client *client, int64_t wait_ns)
{
    return prng_jitter(prng_number(client->seed, ++client->drawn), wait_ns);
}

static size_t add(char *request, size_t used, const char *bytes, size_t length)
{
    memcpy(request + used, bytes, length);
    return used + length;
}

void plain_client_send(struct plain_client *client, enum dialect_key verbs, const char *name, struct octets_slice text)
{
    const struct verbs *words = &client->dialect->verbs[verbs - DIALECT_JOIN_VERBS];
    char request[PLAIN_CLIENT_REQUEST_MAX_BYTES];
    size_t used = add(request, 0, words->word[0], words->length[0]);

    used = add(request, used, " ", 1);
    used = add(request, used, name, strlen(name));
    if (text.length > 0) {
        used = add(request, used, " ", 1);
        used = add(request, used, text.bytes, text.length);
    }
    if (client->sink.send != NULL)
        client->sink.send(client->sink.ctx, request, used);
}

void plain_client_set_state(struct plain_client *client, enum client_state state, enum client_reason reason,
                            uint16_t wait_s)
{
    client->state = state;
    client->why = reason;
    if (client->sink.state != NULL)
        client->sink.state(client->sink.ctx, state, reason, wait_s);
}

void plain_client_messages_outcome(struct plain_client *client, uint32_t number, enum client_outcome outcome,
                                   uint8_t why)
{
    if (client->sink.outcome != NULL)
        client->sink.outcome(client->sink.ctx, number, outcome, why);
}
