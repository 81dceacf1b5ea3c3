/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Heartbeats (doc/protocol.md, 2.8): they keep the path open, show what was lost at the end, measure the round trip, and find out that nobody is there any more.
 */
#include "core/sequenced_client/client_state.h"

#include <roomd/moment.h>

/* NATs forget after 30 s and more (RFC 8085, 3.5). */
#define INTERVAL_MOST_NS (25 * MOMENT_NS_PER_S)

/* Who speaks all the time and hears nothing must ask, too. */
#define UNHEARD_NS (60 * MOMENT_NS_PER_S)

/* After each HEARTBEAT, the wait for its answer; then something is wrong. The short ones are for a round trip that isn't known yet: all timers wait for that. */
static const int64_t waits_ns[CLIENT_HEARTBEATS] = {MOMENT_NS_PER_S / 4, MOMENT_NS_PER_S / 2, MOMENT_NS_PER_S,
                                                    2 * MOMENT_NS_PER_S, 4 * MOMENT_NS_PER_S, 4 * MOMENT_NS_PER_S};

#define FIRST_OF_A_KNOWN_TRIP 2U

/* A fifth more or less, at random. */
static int64_t draw_interval(struct client *client)
{
    int64_t interval_ns = (int64_t)client->known.timeout_s * MOMENT_NS_PER_S / 3;

    /* A timeout of nothing is no reason to send without a pause. */
    if (interval_ns < MOMENT_NS_PER_S)
        interval_ns = MOMENT_NS_PER_S;
    interval_ns = client_earlier(interval_ns, INTERVAL_MOST_NS);
    return interval_ns + interval_ns / 5 - 2 * (interval_ns - client_shorten(client, interval_ns));
}

void client_silence_begin(struct client *client, const struct moment *now)
{
    struct client_silence *silence = &client->silence;

    silence->sent_ns = now->mono_ns;
    silence->heard_ns = now->mono_ns;
    silence->interval_ns = draw_interval(client);
    silence->asking = false;
    /* All timers wait for the round trip; where the handshake had to be repeated, it isn't known yet. */
    if (client->trip.smoothed_ns == 0)
        client_silence_ask(client, now);
}

void client_silence_ask(struct client *client, const struct moment *now)
{
    struct client_silence *silence = &client->silence;

    silence->asking = true;
    silence->asked = client->trip.smoothed_ns == 0 ? 0 : FIRST_OF_A_KNOWN_TRIP;
    silence->first = silence->echo + 1;
    silence->again_ns = now->mono_ns;
    silence->asking_ns = now->mono_ns;
}

int64_t client_silence_due_ns(const struct client *client)
{
    const struct client_silence *silence = &client->silence;

    if (silence->asking)
        return silence->again_ns;
    return client_earlier(silence->sent_ns + silence->interval_ns, silence->heard_ns + UNHEARD_NS);
}

bool client_silence_is_broken(const struct client *client, const struct moment *now)
{
    const struct client_silence *silence = &client->silence;

    return silence->asking && silence->asked == CLIENT_HEARTBEATS && silence->again_ns <= now->mono_ns &&
           silence->heard_ns <= silence->asking_ns;
}

bool client_silence_write(struct client *client, const struct moment *now, struct client_up *up)
{
    struct client_silence *silence = &client->silence;
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = silence->echo + 1};

    if (client_silence_due_ns(client) > now->mono_ns || client_silence_is_broken(client, now))
        return true;
    if (!client_up_add(up, &frame))
        return false;
    /* All answers were lost, but something was heard: somebody is there. */
    if (!silence->asking || silence->asked == CLIENT_HEARTBEATS)
        client_silence_ask(client, now);
    silence->echo++;
    silence->asked_ns[silence->echo - silence->first] = now->mono_ns;
    silence->again_ns = now->mono_ns + waits_ns[silence->asked];
    silence->asked++;
    return true;
}

void client_silence_answer(struct client *client, const struct moment *now, uint32_t echo)
{
    struct client_silence *silence = &client->silence;

    if (!silence->asking || echo - silence->first >= silence->echo + 1 - silence->first)
        return;
    client_trip_sample(&client->trip, now->mono_ns - silence->asked_ns[echo - silence->first]);
    silence->asking = false;
    silence->interval_ns = draw_interval(client);
}
