/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The contract of a client: what comes is handed to whom it is for, what is due is put into as few datagrams as will hold it. What any of it means stands in the other files.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include "core/model/name.h"
#include "core/model/prng.h"
#include "core/model/text.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <stdlib.h>
#include <string.h>

/* A window of messages of the longest kind fills fewer; the rest is due in the next turn. */
#define UPS_MAX 40U

/* Who could not say that it leaves is a ghost for room.session_timeout; where a third is lost each way, that happens once in two hundred times. */
#define LEAVES_MAX 8U

/* ---- what all files use ---- */

/* ---- from beginning to end ---- */

static void set_name(struct client *client, const char *name)
{
    memcpy(client->requested_name, name, strlen(name) + 1);
}

static void take_up(struct client *client, const struct client_session *session)
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

int client_new(const struct client_setup *setup, struct client **ret_client)
{
    struct client *client;
    int status = name_check(setup->name);

    if (status != 0)
        return status;
    if (setup->reorder_bytes < CLIENT_REORDER_MIN_BYTES ||
        (setup->resume != NULL && (setup->resume->position > OCTETS_VARINT_MAX || setup->resume->said == UINT32_MAX ||
                                   setup->resume->decided > setup->resume->said)))
        return STATUS_INVALID;
    client = calloc(1, sizeof(*client));
    if (client == NULL)
        return STATUS_NO_MEMORY;
    status = sequenced_client_reorder_new(setup->reorder_bytes, &client->reorder);
    if (status != 0) {
        free(client);
        return status;
    }
    client->sink = setup->sink;
    memcpy(client->seed, setup->seed, sizeof(client->seed));
    set_name(client, setup->name);
    client->session.max_text_bytes = CLIENT_TEXT_MAX_BYTES;
    client->messages.first = 1;
    client->messages.own_from = 1;
    client->blocked_ns = MOMENT_NEVER_NS;
    client->reports.due_ns = MOMENT_NEVER_NS;
    if (setup->resume != NULL)
        take_up(client, setup->resume);
    sequenced_client_handshake_start(client, INT64_MIN);
    *ret_client = client;
    return STATUS_OK;
}

void client_free(struct client *client)
{
    if (client == NULL)
        return;
    member_list_done(&client->members.list);
    sequenced_client_reorder_free(client->reorder);
    free(client);
}

/* ---- what comes ---- */

void client_receive(struct client *client, const struct moment *now, const void *bytes, size_t length)
{
    enum sequenced_datagram datagram;

    if (client->state == CLIENT_OUT || sequenced_identify(bytes, length, &datagram) != 0)
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
        if (client->state == CLIENT_IN || client->state == CLIENT_LEAVING)
            sequenced_client_events_receive(client, now, bytes, length);
        break;
    case SEQUENCED_HELLO: /* nobody's to send to a client */
    case SEQUENCED_JOIN:
    case SEQUENCED_UP:
        break;
    }
}

int client_say(struct client *client, const struct moment *now, const char *text, size_t length, uint32_t *ret_number)
{
    if (length == 0 || client->state == CLIENT_LEAVING || client->state == CLIENT_OUT || client->leaving.asked)
        return STATUS_INVALID;
    if (length > client->session.max_text_bytes)
        return STATUS_TOO_LONG;
    if (!text_is_utf8(text, length))
        return STATUS_NOT_UTF8;
    return sequenced_client_messages_queue(client, now, (struct octets_slice){text, length}, SEQUENCED_WHAT_TEXT,
                                           ret_number);
}

int client_rename(struct client *client, const struct moment *now, const char *name, uint32_t *ret_number)
{
    int status = name_check(name);

    if (status != 0)
        return status;
    if (client->state == CLIENT_LEAVING || client->state == CLIENT_OUT || client->leaving.asked)
        return STATUS_INVALID;
    if (client->session.exists)
        return sequenced_client_messages_queue(client, now, (struct octets_slice){name, strlen(name)},
                                               SEQUENCED_WHAT_NAME, ret_number);
    set_name(client, name);
    sequenced_client_handshake_start(client, now->mono_ns);
    *ret_number = 0;
    return STATUS_OK;
}

/*
 * Nothing keeps it: it is not in, and has nothing to say. While a JOIN is out, the server may have let it in, and it waits for the answer to be able to leave. A name that was refused won't be asked for
 * again.
 */
static bool is_free_to_go(const struct client *client)
{
    if (client->state != CLIENT_JOINING)
        return false;
    if (client->leaving.at_once || client->handshake.due_ns == MOMENT_NEVER_NS)
        return true;
    return !client->session.exists && client->handshake.phase != SEQUENCED_CLIENT_PHASE_ASKING &&
           sequenced_client_messages_pending(client) == 0;
}

void client_leave(struct client *client, const struct moment *now, bool at_once)
{
    bool impatient = client->state == CLIENT_LEAVING && at_once;

    if (client->state == CLIENT_OUT)
        return;
    client->leaving.asked = true;
    client->leaving.at_once = client->leaving.at_once || at_once;
    if (client->state != CLIENT_LEAVING)
        client->leaving.due_ns = now->mono_ns;
    if (impatient || is_free_to_go(client))
        sequenced_client_end(client, CLIENT_LEFT);
}

void client_moved(struct client *client, const struct moment *now)
{
    if (client->state == CLIENT_IN)
        sequenced_client_heartbeat_ask(client, now);
    /* A cookie is for one address, so the attempt begins anew. Who was told to wait, or waits for its user, goes on waiting. */
    else if (client->state == CLIENT_JOINING && client->handshake.phase != SEQUENCED_CLIENT_PHASE_START)
        sequenced_client_handshake_start(client, now->mono_ns);
}

/* ---- what goes ---- */

static bool write_paths(struct client *client, struct sequenced_client_up *up)
{
    for (; client->paths.count > 0; client->paths.count--) {
        struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_PATH,
                                           .challenge = client->paths.challenges[client->paths.count - 1]};

        if (!sequenced_client_up_add(up, &frame))
            return false;
    }
    return true;
}

static int64_t leave_due_ns(const struct client *client)
{
    const struct sequenced_client_leaving *leaving = &client->leaving;

    if (client->state == CLIENT_IN &&
        (!leaving->asked || (!leaving->at_once && sequenced_client_messages_pending(client) > 0)))
        return MOMENT_NEVER_NS;
    return leaving->due_ns;
}

static bool write_leave(struct client *client, const struct moment *now, struct sequenced_client_up *up)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_LEAVE};

    if (leave_due_ns(client) > now->mono_ns || !sequenced_client_up_add(up, &frame))
        return leave_due_ns(client) > now->mono_ns;
    client->leaving.due_ns =
        now->mono_ns + rtt_timeout(&client->rtt, client->leaving.sent, SEQUENCED_CLIENT_AGAIN_LEAST_NS,
                                   SEQUENCED_CLIENT_AGAIN_MOST_NS);
    client->leaving.sent++;
    if (client->state == CLIENT_IN)
        sequenced_client_set_state(client, CLIENT_LEAVING, CLIENT_NO_REASON, 0);
    return true;
}

/* When an UP is to be sent. */
static int64_t up_due_ns(const struct client *client)
{
    int64_t due_ns = sequenced_client_earlier(client->reports.due_ns, leave_due_ns(client));

    if (client->paths.count > 0)
        return INT64_MIN;
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_gaps_due_ns(client));
    if (client->state != CLIENT_IN)
        return due_ns;
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_members_due_ns(client));
    due_ns = sequenced_client_earlier(due_ns, sequenced_client_messages_due_ns(client));
    return sequenced_client_earlier(due_ns, sequenced_client_heartbeat_due_ns(client));
}

/* In the order of what can't wait; LEAVE comes last, for nothing behind it is heard. */
static void send_up(struct client *client, const struct moment *now)
{
    uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct sequenced_client_up up = {.up = {.token = client->session.token,
                                            .run = client->session.run,
                                            .packet = ++client->session.packet,
                                            .position = client->session.position},
                                     .writer = sequenced_write(bytes, sizeof(bytes))};
    bool fits = sequenced_up_begin(&up.writer, &up.up) == 0;

    fits = fits && write_paths(client, &up) && sequenced_client_gaps_write(client, now, &up);
    if (client->state == CLIENT_IN)
        fits = fits && sequenced_client_members_write(client, now, &up) &&
               sequenced_client_heartbeat_write(client, now, &up) && sequenced_client_messages_write(client, now, &up);
    if (fits)
        write_leave(client, now, &up);
    client->reports = (struct sequenced_client_reports){.due_ns = MOMENT_NEVER_NS};
    client->heartbeat.sent_ns = now->mono_ns;
    sequenced_client_send(client, bytes, up.writer.length);
}

/* Something about the session does not work any more. */
static void check_session(struct client *client, const struct moment *now)
{
    if (client->state == CLIENT_LEAVING && client->leaving.sent >= LEAVES_MAX &&
        client->leaving.due_ns <= now->mono_ns) {
        sequenced_client_end(client, CLIENT_LEFT);
    } else if (client->state == CLIENT_IN && sequenced_client_messages_exhausted(client)) {
        sequenced_client_lose_session(client);
        sequenced_client_handshake_return(client, now);
    } else if (client->state == CLIENT_IN &&
               (sequenced_client_heartbeat_is_broken(client, now) || client->session.packet >= UINT32_MAX - UPS_MAX)) {
        sequenced_client_handshake_return(client, now);
    }
}

int64_t client_next_tick(const struct client *client)
{
    if (client->state == CLIENT_OUT)
        return MOMENT_NEVER_NS;
    if (client->state == CLIENT_JOINING)
        return client->handshake.due_ns;
    return sequenced_client_earlier(up_due_ns(client), sequenced_client_events_due_ns(client));
}

int64_t client_tick(struct client *client, const struct moment *now)
{
    if (client->state == CLIENT_IN || client->state == CLIENT_LEAVING) {
        if (sequenced_client_events_due_ns(client) <= now->mono_ns)
            sequenced_client_events_deliver(client, now);
        sequenced_client_messages_refresh(client, now);
        check_session(client, now);
    }
    for (unsigned i = 0; (client->state == CLIENT_IN || client->state == CLIENT_LEAVING) && i < UPS_MAX &&
                         up_due_ns(client) <= now->mono_ns;
         i++)
        send_up(client, now);
    if (client->leaving.asked && is_free_to_go(client))
        sequenced_client_end(client, CLIENT_LEFT);
    if (client->state == CLIENT_JOINING)
        sequenced_client_handshake_tick(client, now);
    return client_next_tick(client);
}

/* ---- what it knows ---- */

enum client_state client_state(const struct client *client)
{
    return client->state;
}

enum client_reason client_why(const struct client *client)
{
    return client->why;
}

const char *client_close_text(const struct client *client)
{
    return client->close_text;
}

uint32_t client_pending(const struct client *client)
{
    return sequenced_client_messages_pending(client);
}

uint64_t client_number(const struct client *client)
{
    return client->session.member;
}

const char *client_name(const struct client *client)
{
    return client->session.name;
}

const char *client_room(const struct client *client)
{
    return client->session.room;
}

size_t client_text_max_bytes(const struct client *client)
{
    return client->session.max_text_bytes;
}

uint32_t client_members(const struct client *client)
{
    return client->members.complete ? client->members.list.here : client->session.members;
}

int64_t client_round_trip_ns(const struct client *client)
{
    return client->rtt.smoothed_ns;
}

bool client_session(const struct client *client, struct client_session *ret_session)
{
    if (!client->session.exists)
        return false;
    *ret_session = (struct client_session){.epoch = client->session.epoch,
                                           .token = client->session.token,
                                           .position = client->session.position,
                                           .said = sequenced_client_messages_sent(client),
                                           .decided = sequenced_client_messages_decided(client)};
    return true;
}
