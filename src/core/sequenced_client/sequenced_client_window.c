/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * How much this client may have in flight (doc/protocol.md, 2.5): UPs with messages. Each is in
 * flight until one of its messages is acknowledged, or is sent again because nothing was heard of
 * it. UPs without messages are never held back.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

static uint32_t milliseconds(const struct moment *now)
{
    return (uint32_t)((uint64_t)now->mono_ns / (uint64_t)MOMENT_NS_PER_MS);
}

void sequenced_client_window_begin(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_window *window = &client->window;

    congestion_init(&window->path, milliseconds(now));
    congestion_join(&window->path, &window->flow);
    if (client->rtt.smoothed_ns != 0)
        congestion_guess(&window->flow, (uint32_t)(client->rtt.smoothed_ns / 1000));
    window->opens_ns = INT64_MIN;
    window->missing = 0;
    window->lost = 0;
    for (size_t i = 0; i < CLIENT_PENDING_MAX; i++)
        client->messages.ring[i].up = 0;
}

void sequenced_client_window_open(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_window *window = &client->window;
    uint32_t paced_ms;

    window->opens_ns = INT64_MIN;
    window->is_open =
        congestion_may_send(&window->path, SEQUENCED_DATAGRAM_MAX_BYTES, milliseconds(now));
    if (window->is_open)
        return;
    paced_ms = congestion_paced(&window->path, milliseconds(now));
    window->opens_ns = paced_ms > 0 ? now->mono_ns + paced_ms * MOMENT_NS_PER_MS : MOMENT_NEVER_NS;
}

void sequenced_client_window_sent(struct sequenced_client *client, const struct moment *now,
                                  size_t bytes)
{
    congestion_sent(&client->window.path, &client->window.flow, bytes, milliseconds(now));
}

/* The UP that holds this message is in flight no longer. False: it was not. */
static bool land(struct sequenced_client *client, const struct sequenced_client_message *message)
{
    struct sequenced_client_messages *messages = &client->messages;
    uint32_t up = message->up;

    if (up == 0)
        return false;
    for (uint32_t number = messages->first; number <= messages->sent; number++) {
        struct sequenced_client_message *other = &messages->ring[number % CLIENT_PENDING_MAX];

        if (other->up == up)
            other->up = 0;
    }
    client->window.opens_ns = INT64_MIN;
    return true;
}

void sequenced_client_window_received(struct sequenced_client *client, const struct moment *now,
                                      const struct sequenced_client_message *message)
{
    struct congestion_flow *flow = &client->window.flow;

    if (land(client, message))
        congestion_report(&client->window.path, flow, (uint16_t)(flow->received + 1), flow->lost,
                          milliseconds(now));
}

void sequenced_client_window_missing(struct sequenced_client *client, uint16_t missing)
{
    struct sequenced_client_window *window = &client->window;
    uint16_t more = (uint16_t)(missing - window->missing);

    window->missing = missing;
    if (more <= INT16_MAX)
        window->lost += more;
    if (window->lost > window->flow.flight)
        window->lost = window->flow.flight;
}

/* An answer that is late is no sign of a loss, but the server may have reported one. */
void sequenced_client_window_given_up(struct sequenced_client *client,
                                      const struct sequenced_client_message *message)
{
    struct sequenced_client_window *window = &client->window;

    if (!land(client, message))
        return;
    if (window->lost > 0) {
        window->lost--;
        congestion_lost(&window->path, &window->flow, 1);
    } else {
        congestion_settle(&window->path, &window->flow, 1);
    }
}

void sequenced_client_window_sample(struct sequenced_client *client, int64_t elapsed_ns)
{
    rtt_sample(&client->rtt, elapsed_ns);
    if (elapsed_ns >= 0 && elapsed_ns / 1000 <= UINT32_MAX)
        congestion_sample(&client->window.path, &client->window.flow,
                          (uint32_t)(elapsed_ns / 1000));
}
