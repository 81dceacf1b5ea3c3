/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Creates and ends clients, and reports to sink and carrier, the same for all protocols. */
#include "core/client/client_base.h"

#include "core/model/name.h"

#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

int client_create(size_t size, const struct client_ops *ops, const struct client_setup *setup,
                  struct client **ret_client)
{
    struct client *client;
    int status = name_check(setup->name);

    if (status != 0)
        return status;
    client = calloc(1, size);
    if (client == NULL)
        return STATUS_NO_MEMORY;
    client->ops = ops;
    client->carrier = setup->carrier;
    client->sink = setup->sink;
    memcpy(client->prng.seed, setup->seed, sizeof(client->prng.seed));
    memcpy(client->requested_name, setup->name, strlen(setup->name) + 1);
    client->text_max_bytes = CLIENT_TEXT_MAX_BYTES;
    client->room = "";
    *ret_client = client;
    return STATUS_OK;
}

void client_send(const struct client *client, const void *bytes, size_t length)
{
    if (client->carrier.send != NULL)
        client->carrier.send(client->carrier.ctx, bytes, length);
}

void client_set_state(struct client *client, enum client_state state, enum client_reason reason,
                      uint16_t wait_s)
{
    client->state = state;
    client->why = reason;
    if (client->carrier.state != NULL)
        client->carrier.state(client->carrier.ctx, state, reason, wait_s);
    if (client->sink.state != NULL)
        client->sink.state(client->sink.ctx, state, reason, wait_s);
}

void client_tell_outcome(struct client *client, uint32_t number, enum client_outcome outcome,
                         uint8_t why)
{
    client->pending--;
    if (client->sink.outcome != NULL)
        client->sink.outcome(client->sink.ctx, number, outcome, why);
}

void client_set_here(struct client *client, struct listed_member *listed, bool here)
{
    if (listed->here == here)
        return;
    member_list_set_here(&client->members, listed, here);
    if (client->sink.member != NULL)
        client->sink.member(client->sink.ctx, listed->number, listed->name, listed->name_len, here);
}

/* The state is set first, so that the sink can say nothing more. */
void client_end(struct client *client, enum client_reason reason)
{
    client->state = CLIENT_OUT;
    client->ops->settle(client);
    client_set_state(client, CLIENT_OUT, reason, 0);
}

void client_go_if_free(struct client *client)
{
    if (client->leaving.asked && client->state == CLIENT_JOINING &&
        (client->leaving.at_once || client->ops->is_free_to_go(client)))
        client_end(client, CLIENT_LEFT);
}
