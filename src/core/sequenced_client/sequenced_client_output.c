/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What leaves a client: datagrams, and word of its state. */
#include "core/sequenced_client/sequenced_client_state.h"

#include "core/model/prng.h"

uint64_t sequenced_client_random(struct client *client)
{
    return prng_number(client->seed, ++client->drawn);
}

int64_t sequenced_client_jitter(struct client *client, int64_t wait_ns)
{
    return prng_jitter(sequenced_client_random(client), wait_ns);
}

void sequenced_client_send(struct client *client, const void *bytes, size_t length)
{
    if (client->sink.send != NULL)
        client->sink.send(client->sink.ctx, bytes, length);
}

void sequenced_client_set_state(struct client *client, enum client_state state, enum client_reason reason,
                                uint16_t wait_s)
{
    client->state = state;
    client->why = reason;
    if (client->sink.state != NULL)
        client->sink.state(client->sink.ctx, state, reason, wait_s);
}

bool sequenced_client_up_add(struct sequenced_client_up *up, const struct sequenced_up_frame *frame)
{
    return sequenced_up_add(&up->writer, &up->up, frame) == 0;
}
