/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * When the messages of this client are sent, and sent again (doc/protocol.md, 2.6). A message is
 * repeated under its number, and under no other, so it never becomes two events.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>

/* A message repeated so often triggers a heartbeat, to find out whether the server is there. */
#define UNANSWERED_MAX 4U

/* What is due so soon is repeated along, so that it shares an UP. */
#define ALONG_NS MOMENT_NS_PER_MS

/* On a network that loses datagrams, so many of the next UPs repeat a message. */
#define REPEATS 1U

/*
 * Where something was lost lately: EVENTS have come that were sent later than its own would have
 * been, and none is missing.
 */
static bool is_lost(const struct sequenced_client *client,
                    const struct sequenced_client_message *message)
{
    int64_t heard_ns = client->reports.heard_ns;

    return heard_ns < client->reports.lossy_until_ns && client->gaps.count == 0 &&
           heard_ns >= message->sent_ns + rtt_answer(&client->rtt, message->repeated);
}

/*
 * A message that the server keeps waits for those before it. One whose event waits for those before
 * it is as good as acknowledged.
 */
static int64_t message_due_ns(const struct sequenced_client *client, uint32_t number)
{
    const struct sequenced_client_messages *messages = &client->messages;
    const struct sequenced_client_message *message = &messages->ring[number % CLIENT_PENDING_MAX];
    int64_t due_ns = message->due_ns;

    if (message->settled || message->arrived || message->kept)
        return MOMENT_NEVER_NS;
    if (number <= messages->sent && is_lost(client, message))
        due_ns = sequenced_client_earlier(due_ns, client->reports.heard_ns);
    if (number >= messages->slow_from && messages->slow_until_ns > due_ns)
        return messages->slow_until_ns;
    return due_ns;
}

/*
 * The last message that may be in flight. All before the window are settled, not only decided: the
 * bits of TAKEN for refused messages reach back no further.
 */
static uint32_t window_end(const struct sequenced_client_messages *messages)
{
    /* Numbers that the session has left. */
    uint32_t reach = UINT32_MAX - sequenced_client_message_number(messages, messages->sent);
    uint32_t end = messages->said - messages->first < SEQUENCED_CLIENT_UNDER_WAY
                       ? messages->said
                       : messages->first - 1 + SEQUENCED_CLIENT_UNDER_WAY;

    if (messages->resuming)
        return messages->sent;
    return end > messages->sent && end - messages->sent > reach ? messages->sent + reach : end;
}

/*
 * The back-off is for a server that does not answer (RFC 6298, 5.7). A server that answers has only
 * missed some messages: with doubled waits, a single one would often delay all the others.
 */
void sequenced_client_messages_refresh(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_messages *messages = &client->messages;
    int64_t retry_ns = now->mono_ns + rtt_timeout(&client->rtt, 0);

    if (!messages->progressed && !client->rtt.first)
        return;
    messages->progressed = false;
    for (uint32_t number = messages->first; number <= messages->sent; number++) {
        struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

        if (message->repeated > 0 || client->rtt.first)
            message->due_ns = sequenced_client_earlier(message->due_ns, retry_ns);
        message->repeated = 0;
        /* Those before it are decided, and so is this one, or its event is in flight. */
        if (message->kept && number == messages->first) {
            message->kept = false;
            message->due_ns = retry_ns;
        }
    }
}

/* What is in flight takes no more room when it is given up. */
int64_t sequenced_client_messages_due_ns(const struct sequenced_client *client)
{
    const struct sequenced_client_messages *messages = &client->messages;
    int64_t due_ns = MOMENT_NEVER_NS;

    if (messages->first > messages->said)
        return due_ns;
    for (uint32_t number = messages->first; number <= window_end(messages); number++) {
        int64_t own_ns = message_due_ns(client, number);

        if (messages->ring[number % CLIENT_PENDING_MAX].up == 0 && own_ns < client->window.opens_ns)
            own_ns = client->window.opens_ns;
        due_ns = sequenced_client_earlier(due_ns, own_ns);
    }
    return due_ns;
}

static bool is_due(const struct sequenced_client *client, uint32_t number, const struct moment *now)
{
    return message_due_ns(client, number) <=
           now->mono_ns + (number <= client->messages.sent ? ALONG_NS : 0);
}

/* Nothing happens before the wait of one of them is over. */
void sequenced_client_messages_prepare(struct sequenced_client *client, const struct moment *now)
{
    const struct sequenced_client_messages *messages = &client->messages;
    bool any = false;

    client->window.is_open = false;
    if (sequenced_client_messages_due_ns(client) > now->mono_ns)
        return;
    for (uint32_t number = messages->first; number <= window_end(messages); number++) {
        if (!is_due(client, number, now))
            continue;
        any = true;
        sequenced_client_window_given_up(client, &messages->ring[number % CLIENT_PENDING_MAX]);
    }
    if (any)
        sequenced_client_window_open(client, now);
}

static bool add_message(struct sequenced_client *client, struct sequenced_client_up *up,
                        uint32_t number)
{
    const struct sequenced_client_message *message =
        sequenced_client_message_at(&client->messages, number);
    struct sequenced_up_frame frame = {
        .kind = SEQUENCED_UP_MESSAGE,
        .message = {.number = sequenced_client_message_number(&client->messages, number),
                    .what = message->what,
                    .text = {message->text, message->length}}};

    return sequenced_client_up_add(up, &frame);
}

/* What a queue drops is no reason to send more. */
static bool may_repeat(const struct sequenced_client *client, const struct moment *now)
{
    return sequenced_client_reports_is_lossy(client, now) &&
           !congestion_is_queued(&client->window.path);
}

static bool write_message(struct sequenced_client *client, const struct moment *now,
                          struct sequenced_client_up *up, uint32_t number)
{
    struct sequenced_client_messages *messages = &client->messages;
    struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

    if (!add_message(client, up, number))
        return false;
    message->again = REPEATS;
    message->up = up->up.packet;
    message->once = number > messages->sent;
    message->sent_ns = now->mono_ns;
    if (number > messages->sent)
        messages->sent = number;
    else if (++message->repeated == UNANSWERED_MAX && !client->heartbeat.asking)
        sequenced_client_heartbeat_ask(client, now);
    message->due_ns = now->mono_ns + rtt_timeout(&client->rtt, message->repeated);
    return true;
}

/* Repeats a message that was sent lately, while there is an UP to do so. False: it does not fit. */
static bool write_again(struct sequenced_client *client, const struct moment *now,
                        struct sequenced_client_up *up, uint32_t number)
{
    struct sequenced_client_messages *messages = &client->messages;
    struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

    if (message->again == 0 || message->sent_ns == now->mono_ns ||
        message_due_ns(client, number) == MOMENT_NEVER_NS ||
        (number >= messages->slow_from && messages->slow_until_ns > now->mono_ns))
        return true;
    if (!add_message(client, up, number))
        return false;
    message->again--;
    message->once = false;
    message->sent_ns = now->mono_ns;
    message->due_ns = now->mono_ns + rtt_timeout(&client->rtt, message->repeated);
    return true;
}

/* All that is due, if there is room in the window. False: it does not fit into this UP. */
static bool write_due(struct sequenced_client *client, const struct moment *now,
                      struct sequenced_client_up *up)
{
    const struct sequenced_client_messages *messages = &client->messages;
    bool fits = true, any = false;

    if (!client->window.is_open)
        return true;
    client->window.is_open = false;
    for (uint32_t number = messages->first; fits && number <= window_end(messages); number++) {
        if (!is_due(client, number, now))
            continue;
        fits = write_message(client, now, up, number);
        any = any || fits;
    }
    if (any)
        sequenced_client_window_sent(client, now, up->writer.length);
    return fits;
}

bool sequenced_client_messages_write(struct sequenced_client *client, const struct moment *now,
                                     struct sequenced_client_up *up)
{
    const struct sequenced_client_messages *messages = &client->messages;

    if (messages->first > messages->said)
        return true;
    if (!write_due(client, now, up))
        return false;
    for (uint32_t number = messages->first; number <= messages->sent && may_repeat(client, now);
         number++) {
        if (!write_again(client, now, up, number))
            break;
    }
    return true;
}
