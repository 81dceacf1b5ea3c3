/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The operations of a client of the sequenced protocol: dispatches what is received, and writes
 * what is due into as few datagrams as possible. The other files know what frames mean.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

/* A full window of the longest messages needs fewer; the rest is sent in the next tick. */
#define UPS_PER_TICK_MAX 40U

/*
 * If all LEAVEs are lost, a ghost stays for room.session_timeout. On a fast network these take nine
 * seconds; with 30 % lost each way, they go unanswered once in three thousand times.
 */
#define LEAVES_MAX 12U

static struct sequenced_client *of(struct client *base)
{
    return (struct sequenced_client *)base;
}

static const struct sequenced_client *of_const(const struct client *base)
{
    return (const struct sequenced_client *)base;
}

/* ---- receiving ---- */

static void receive(struct client *base, const struct moment *now, const void *bytes, size_t length)
{
    struct sequenced_client *client = of(base);
    enum sequenced_datagram datagram;

    if (sequenced_identify(bytes, length, &datagram) != 0)
        return;
    switch (datagram) {
    case SEQUENCED_CHALLENGE:
        sequenced_client_handshake_challenge(client, now, bytes, length);
        break;
    case SEQUENCED_WELCOME:
        sequenced_client_handshake_welcome(client, now, bytes, length);
        break;
    case SEQUENCED_REFUSAL:
        sequenced_client_handshake_refusal(client, now, bytes, length);
        break;
    case SEQUENCED_STRANGER:
        sequenced_client_receive_stranger(client, now, bytes, length);
        break;
    case SEQUENCED_DOWN:
        sequenced_client_receive_down(client, now, bytes, length);
        break;
    case SEQUENCED_EVENTS:
        if (sequenced_client_is_in(client))
            sequenced_client_events_receive(client, now, bytes, length);
        break;
    /* These are never sent to a client. */
    case SEQUENCED_HELLO:
    case SEQUENCED_JOIN:
    case SEQUENCED_UP:
        break;
    }
}

/* ---- requests of the user ---- */

static int say(struct client *base, const struct moment *now, const char *text, size_t length,
               uint32_t *ret_number)
{
    return sequenced_client_messages_queue(of(base), now, (struct octets_slice){text, length},
                                           SEQUENCED_WHAT_TEXT, ret_number);
}

static int rename_to(struct client *base, const struct moment *now, const char *name,
                     uint32_t *ret_number)
{
    struct octets_slice text = {name, strlen(name)};

    if (of(base)->session.exists)
        return sequenced_client_messages_queue(of(base), now, text, SEQUENCED_WHAT_NAME,
                                               ret_number);
    memcpy(base->requested_name, name, text.length + 1);
    sequenced_client_handshake_start(of(base), now->mono_ns);
    *ret_number = 0;
    return STATUS_OK;
}

static void moved(struct client *base, const struct moment *now)
{
    if (base->state == CLIENT_IN) {
        sequenced_client_window_begin(of(base), now);
        sequenced_client_heartbeat_ask(of(base), now);
    }
    /*
     * A cookie is valid for one address, so the attempt begins anew; but not one that was told to
     * wait, or waits for its user.
     */
    else if (base->state == CLIENT_JOINING &&
             of(base)->handshake.phase != SEQUENCED_CLIENT_PHASE_START)
        sequenced_client_handshake_start(of(base), now->mono_ns);
}

static bool is_free_to_go(const struct client *base)
{
    const struct sequenced_client *client = of_const(base);

    return client->handshake.due_ns == MOMENT_NEVER_NS ||
           (!client->session.exists && client->handshake.phase != SEQUENCED_CLIENT_PHASE_JOIN &&
            base->pending == 0);
}

/* ---- sending ---- */

static bool write_paths(struct sequenced_client *client, struct sequenced_client_up *up)
{
    for (; client->paths.count > 0; client->paths.count--) {
        struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_PATH,
                                           .challenge =
                                               client->paths.challenges[client->paths.count - 1]};

        if (!sequenced_client_up_add(up, &frame))
            return false;
    }
    return true;
}

static int64_t leave_due_ns(const struct sequenced_client *client)
{
    const struct client_leaving *leaving = &client->base.leaving;

    if (client->base.state == CLIENT_IN &&
        (!leaving->asked || (!leaving->at_once && client->base.pending > 0)))
        return MOMENT_NEVER_NS;
    return leaving->due_ns;
}

static bool write_leave(struct sequenced_client *client, const struct moment *now,
                        struct sequenced_client_up *up)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_LEAVE};

    if (leave_due_ns(client) > now->mono_ns || !sequenced_client_up_add(up, &frame))
        return leave_due_ns(client) > now->mono_ns;
    client->base.leaving.due_ns = now->mono_ns + rtt_timeout(&client->rtt, client->leaves);
    client->leaves++;
    if (client->base.state == CLIENT_IN)
        client_set_state(&client->base, CLIENT_LEAVING, CLIENT_NO_REASON, 0);
    return true;
}

/* The waits so far were for an unknown round trip. Those for gaps and messages follow by
 * themselves. */
static void follow_first_sample(struct sequenced_client *client, const struct moment *now)
{
    struct client_leaving *leaving = &client->base.leaving;

    client->rtt.first = false;
    sequenced_client_members_refresh(client, now);
    if (client->leaves > 0)
        leaving->due_ns =
            sequenced_client_earlier(leaving->due_ns, now->mono_ns + rtt_timeout(&client->rtt, 0));
}

/* When the next UP is due. */
static int64_t up_due_ns(const struct sequenced_client *client)
{
    int64_t due_ns = sequenced_client_earlier(client->reports.due_ns, leave_due_ns(client));

    if (client->paths.count > 0)
        return INT64_MIN;
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_gaps_due_ns(client));
    if (client->base.state != CLIENT_IN)
        return due_ns;
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_members_due_ns(client));
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_history_due_ns(client));
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_messages_due_ns(client));
    return sequenced_client_earlier(due_ns, sequenced_client_heartbeat_due_ns(client));
}

/* In order of urgency. LEAVE is last, since the server ignores all that follows it. */
static void send_up(struct sequenced_client *client, const struct moment *now)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_client_up up = {.up = {.token = client->session.token,
                                            .run = client->session.run,
                                            .packet = ++client->session.packet},
                                     .writer = sequenced_write(bytes, sizeof(bytes))};
    bool fits;

    sequenced_client_gaps_count(client, now);
    sequenced_client_reports_write(client, now, &up.up);
    fits = sequenced_up_begin(&up.writer, &up.up) == 0;
    fits = fits && write_paths(client, &up) && sequenced_client_gaps_write(client, now, &up);
    if (client->base.state == CLIENT_IN)
        fits = fits && sequenced_client_members_write(client, now, &up) &&
               sequenced_client_heartbeat_write(client, now, &up) &&
               sequenced_client_messages_write(client, now, &up) &&
               sequenced_client_history_write(client, now, &up);
    if (fits)
        write_leave(client, now, &up);
    client->heartbeat.sent_ns = now->mono_ns;
    client_send(&client->base, bytes, up.writer.length);
}

/* Ends or resumes a session that no longer works. */
static void check_session(struct sequenced_client *client, const struct moment *now)
{
    if (client->base.state == CLIENT_LEAVING && client->leaves >= LEAVES_MAX &&
        client->base.leaving.due_ns <= now->mono_ns) {
        client_end(&client->base, CLIENT_LEFT);
    } else if (client->base.state == CLIENT_IN && sequenced_client_messages_exhausted(client)) {
        sequenced_client_handshake_lose_session(client);
        sequenced_client_handshake_return(client, now);
    } else if (client->base.state == CLIENT_IN &&
               (sequenced_client_heartbeat_is_broken(client, now) ||
                client->session.packet >= UINT32_MAX - UPS_PER_TICK_MAX)) {
        sequenced_client_handshake_return(client, now);
    }
}

static int64_t next_tick(const struct client *base)
{
    const struct sequenced_client *client = of_const(base);

    if (base->state == CLIENT_JOINING)
        return client->handshake.due_ns;
    return sequenced_client_earlier(up_due_ns(client), sequenced_client_events_due_ns(client));
}

static void tick(struct client *base, const struct moment *now)
{
    struct sequenced_client *client = of(base);

    if (sequenced_client_is_in(client)) {
        if (sequenced_client_events_due_ns(client) <= now->mono_ns)
            sequenced_client_events_deliver(client, now);
        sequenced_client_messages_refresh(client, now);
        if (client->rtt.first)
            follow_first_sample(client, now);
        check_session(client, now);
        sequenced_client_history_tick(client, now);
    }
    for (unsigned i = 0; sequenced_client_is_in(client) && i < UPS_PER_TICK_MAX; i++) {
        sequenced_client_messages_prepare(client, now);
        if (up_due_ns(client) > now->mono_ns)
            break;
        send_up(client, now);
    }
    client_go_if_free(base);
    if (base->state == CLIENT_JOINING)
        sequenced_client_handshake_tick(client, now);
}

/* ---- what it knows ---- */

static uint32_t members(const struct client *base)
{
    return of_const(base)->members.complete ? base->members.here : of_const(base)->session.members;
}

static bool has_members(const struct client *base)
{
    return of_const(base)->members.complete;
}

static bool session(const struct client *base, struct client_session *ret_session)
{
    const struct sequenced_client *client = of_const(base);

    if (!client->session.exists)
        return false;
    *ret_session = (struct client_session){.epoch = client->session.epoch,
                                           .token = client->session.token,
                                           .position = sequenced_client_history_position(client),
                                           .said = sequenced_client_messages_sent(client),
                                           .decided = sequenced_client_messages_decided(client)};
    return true;
}

int64_t sequenced_client_round_trip_ns(const struct client *client)
{
    return of_const(client)->rtt.smoothed_ns;
}

/* ---- creating and ending ---- */

static void settle(struct client *base)
{
    sequenced_client_history_stop(of(base));
    of(base)->session.exists = false;
    sequenced_client_messages_end(of(base));
}

static void release(struct client *base)
{
    byte_queue_done(&of(base)->history.held);
    sequenced_client_reorder_done(&of(base)->reorder);
}

static int ask_past(struct client *base, const struct moment *now,
                    const struct client_past_query *query)
{
    return sequenced_client_history_ask(of(base), now, query);
}

static bool history(const struct client *base, struct client_history *ret_history)
{
    if (of_const(base)->history.offer.events == 0)
        return false;
    *ret_history = of_const(base)->history.offer;
    return true;
}

static bool asks_past(const struct client *base)
{
    return of_const(base)->history.active;
}

static const struct client_ops ops = {.release = release,
                                      .ask_past = ask_past,
                                      .history = history,
                                      .asks_past = asks_past,
                                      .receive = receive,
                                      .tick = tick,
                                      .next_tick = next_tick,
                                      .say = say,
                                      .rename = rename_to,
                                      .moved = moved,
                                      .is_free_to_go = is_free_to_go,
                                      .settle = settle,
                                      .members = members,
                                      .has_members = has_members,
                                      .session = session};

static void adopt_saved(struct sequenced_client *client, const struct client_session *session)
{
    client->session.exists = true;
    client->session.restarted = true;
    client->session.epoch = session->epoch;
    client->session.token = session->token;
    client->session.position = session->position;
    client->messages.said = session->said;
    client->messages.sent = session->said;
    client->messages.first = session->said + 1;
    client->messages.own_from = session->said + 1;
    client->messages.notified = session->decided;
}

int sequenced_client_new(const struct client_setup *setup, const struct client_session *resume,
                         size_t reorder_bytes, struct client **ret_client)
{
    struct sequenced_client *client;
    struct client *base;
    int status;

    if (reorder_bytes < SEQUENCED_CLIENT_REORDER_MIN_BYTES ||
        (resume != NULL && (resume->position > OCTETS_VARINT_MAX || resume->said == UINT32_MAX ||
                            resume->decided > resume->said)))
        return STATUS_INVALID;
    status = client_create(sizeof(*client), &ops, setup, &base);
    if (status != STATUS_OK)
        return status;
    client = of(base);
    base->was_heard = true;
    base->room = client->session.room;
    if (setup->past != NULL) {
        client->history.wanted = true;
        client->history.first = *setup->past;
    }
    client->messages.first = 1;
    client->messages.own_from = 1;
    client->blocked_ns = MOMENT_NEVER_NS;
    client->prompt_from = UINT64_MAX;
    sequenced_client_reports_begin(client);
    if (resume != NULL)
        adopt_saved(client, resume);
    sequenced_client_handshake_start(client, INT64_MIN);
    if (sequenced_client_reorder_init(&client->reorder, reorder_bytes) != STATUS_OK) {
        client_free(base);
        return STATUS_NO_MEMORY;
    }
    *ret_client = base;
    return STATUS_OK;
}
