/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Heartbeats (doc/protocol.md, 2.8): they keep the path open, reveal a loss at the end, measure the
 * round-trip time, and detect a server that is gone.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/* NATs forget after 30 s and more (RFC 8085, 3.5). */
#define INTERVAL_MAX_NS (25 * MOMENT_NS_PER_S)

/* Probe even while sending if nothing has been received for this long. */
#define SILENCE_NS (60 * MOMENT_NS_PER_S)

/*
 * How long to wait for an answer after each HEARTBEAT; after the last, the path is broken. The
 * short ones are for an unknown round-trip time, on which all timers depend, and for TAKEN after a
 * resumption, on which new messages depend.
 */
static const int64_t waits_ns[SEQUENCED_CLIENT_HEARTBEATS] = {
    MOMENT_NS_PER_S / 4, MOMENT_NS_PER_S / 2, MOMENT_NS_PER_S,
    2 * MOMENT_NS_PER_S, 4 * MOMENT_NS_PER_S, 4 * MOMENT_NS_PER_S};

#define FIRST_WITHOUT_HURRY 2U

/* A fifth more or less, at random. */
static int64_t random_interval(struct sequenced_client *client)
{
    int64_t interval_ns = (int64_t)client->session.timeout_s * MOMENT_NS_PER_S / 3;

    /* A timeout of 0 is no reason to send without a pause. */
    if (interval_ns < MOMENT_NS_PER_S)
        interval_ns = MOMENT_NS_PER_S;
    interval_ns = sequenced_client_earlier(interval_ns, INTERVAL_MAX_NS);
    return interval_ns + interval_ns / 5 -
           2 * (interval_ns - prng_jitter(&client->base.prng, interval_ns));
}

void sequenced_client_heartbeat_begin(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_heartbeat *heartbeat = &client->heartbeat;

    heartbeat->sent_ns = now->mono_ns;
    heartbeat->heard_ns = now->mono_ns;
    heartbeat->interval_ns = random_interval(client);
    heartbeat->asking = false;
    /*
     * All timers depend on the round-trip time; if the handshake had to be repeated, it is still
     * unknown. After a resumption TAKEN comes with the answer.
     */
    if (client->rtt.smoothed_ns == 0 || client->messages.resuming)
        sequenced_client_heartbeat_ask(client, now);
}

void sequenced_client_heartbeat_ask(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_heartbeat *heartbeat = &client->heartbeat;

    heartbeat->asking = true;
    heartbeat->asked =
        client->rtt.smoothed_ns == 0 || client->messages.resuming ? 0 : FIRST_WITHOUT_HURRY;
    heartbeat->first = heartbeat->echo + 1;
    heartbeat->retry_ns = now->mono_ns;
    heartbeat->asking_ns = now->mono_ns;
}

int64_t sequenced_client_heartbeat_due_ns(const struct sequenced_client *client)
{
    const struct sequenced_client_heartbeat *heartbeat = &client->heartbeat;

    if (heartbeat->asking)
        return heartbeat->retry_ns;
    return sequenced_client_earlier(heartbeat->sent_ns + heartbeat->interval_ns,
                                    heartbeat->heard_ns + SILENCE_NS);
}

bool sequenced_client_heartbeat_is_broken(const struct sequenced_client *client,
                                          const struct moment *now)
{
    const struct sequenced_client_heartbeat *heartbeat = &client->heartbeat;

    return heartbeat->asking && heartbeat->asked == SEQUENCED_CLIENT_HEARTBEATS &&
           heartbeat->retry_ns <= now->mono_ns && heartbeat->heard_ns <= heartbeat->asking_ns;
}

bool sequenced_client_heartbeat_write(struct sequenced_client *client, const struct moment *now,
                                      struct sequenced_client_up *up)
{
    struct sequenced_client_heartbeat *heartbeat = &client->heartbeat;
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = heartbeat->echo + 1};

    if (sequenced_client_heartbeat_due_ns(client) > now->mono_ns ||
        sequenced_client_heartbeat_is_broken(client, now))
        return true;
    if (!sequenced_client_up_add(up, &frame))
        return false;
    /* All answers were lost, but something was received, so the server is there: start again. */
    if (!heartbeat->asking || heartbeat->asked == SEQUENCED_CLIENT_HEARTBEATS)
        sequenced_client_heartbeat_ask(client, now);
    heartbeat->echo++;
    heartbeat->asked_ns[heartbeat->echo - heartbeat->first] = now->mono_ns;
    heartbeat->retry_ns = now->mono_ns + waits_ns[heartbeat->asked];
    heartbeat->asked++;
    return true;
}

void sequenced_client_heartbeat_answer(struct sequenced_client *client, const struct moment *now,
                                       uint32_t echo)
{
    struct sequenced_client_heartbeat *heartbeat = &client->heartbeat;

    if (!heartbeat->asking || echo - heartbeat->first >= heartbeat->echo + 1 - heartbeat->first)
        return;
    sequenced_client_window_sample(client,
                                   now->mono_ns - heartbeat->asked_ns[echo - heartbeat->first]);
    heartbeat->asking = false;
    heartbeat->interval_ns = random_interval(client);
}
