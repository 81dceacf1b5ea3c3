/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The messages of this client, until their outcomes are known (doc/protocol.md, 2.6): what becomes
 * of them.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

/* Of `said` in events. */
#define SAID_VALUES UINT16_MAX

/* Datagrams overtake each other by less. */
#define DISORDER_NS (10 * MOMENT_NS_PER_MS)

#define SLOW_UNIT_NS (10 * MOMENT_NS_PER_MS)

uint32_t sequenced_client_messages_sent(const struct sequenced_client *client)
{
    return sequenced_client_message_number(&client->messages, client->messages.sent);
}

uint32_t sequenced_client_messages_decided(const struct sequenced_client *client)
{
    const struct sequenced_client_messages *messages = &client->messages;

    if (client->session.restarted)
        return messages->notified;
    return sequenced_client_message_number(
        messages, messages->first <= messages->sent ? messages->first - 1 : messages->sent);
}

int sequenced_client_messages_queue(struct sequenced_client *client, const struct moment *now,
                                    struct octets_slice text, uint8_t what, uint32_t *ret_number)
{
    struct sequenced_client_messages *messages = &client->messages;
    struct sequenced_client_message *message;

    /* The last number is never used, so that the number after it can't overflow. */
    if (messages->said - (messages->first - 1) >= CLIENT_PENDING_MAX ||
        messages->said >= UINT32_MAX - 1)
        return STATUS_FULL;
    messages->said++;
    message = sequenced_client_message_at(messages, messages->said);
    *message = (struct sequenced_client_message){
        .due_ns = now->mono_ns, .length = (uint16_t)text.length, .what = what};
    memcpy(message->text, text.bytes, text.length);
    client->base.pending++;
    *ret_number = messages->said;
    return STATUS_OK;
}

/* ---- outcomes ---- */

/* The place is freed before the outcome is reported, since the sink may say something. */
static void settle(struct sequenced_client *client, uint32_t number, enum client_outcome outcome,
                   uint8_t why)
{
    struct sequenced_client_messages *messages = &client->messages;
    struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

    if (number < messages->first || number > messages->said || message->settled)
        return;
    message->settled = true;
    messages->progressed = true;
    while (messages->first <= messages->said &&
           sequenced_client_message_at(messages, messages->first)->settled)
        messages->first++;
    client_tell_outcome(&client->base, number, outcome, why);
}

static void settle_all(struct sequenced_client *client, uint32_t from, uint32_t upto,
                       enum client_outcome outcome)
{
    for (uint32_t number = from; number <= upto; number++)
        settle(client, number, outcome, 0);
}

uint32_t sequenced_client_messages_own(const struct sequenced_client *client, uint16_t said)
{
    const struct sequenced_client_messages *messages = &client->messages;
    uint32_t latest = sequenced_client_messages_sent(client), back;

    if (said == 0 || latest == 0)
        return 0;
    back = ((uint32_t)sequenced_said(latest) + SAID_VALUES - said) % SAID_VALUES;
    if (back >= latest)
        return 0;
    if (latest - back >= messages->own_from)
        return latest - back + messages->base;
    /*
     * The earlier program may have sent messages after it saved its session; ours have the same
     * numbers.
     */
    return latest - back < messages->base + messages->own_from ? latest - back : 0;
}

/* The answer to a message that was sent once (RFC 6298, 3). */
static void sample(struct sequenced_client *client, const struct moment *now, uint32_t number)
{
    struct sequenced_client_message *message =
        sequenced_client_message_at(&client->messages, number);

    if (message->once)
        sequenced_client_window_sample(client, now->mono_ns - message->sent_ns);
    message->once = false;
}

/* The same, if the answer is its event: that may have waited for room in the server's window. */
static void sample_event(struct sequenced_client *client, const struct moment *now, uint32_t number)
{
    struct sequenced_client_message *message =
        sequenced_client_message_at(&client->messages, number);

    if (message->once)
        rtt_sample(&client->rtt, now->mono_ns - message->sent_ns);
    message->once = false;
}

void sequenced_client_messages_acknowledged(struct sequenced_client *client,
                                            const struct moment *now, uint32_t number, bool prompt)
{
    if (number < client->messages.first || number > client->messages.sent)
        return;
    if (prompt)
        sample_event(client, now, number);
    sequenced_client_window_received(client, now,
                                     sequenced_client_message_at(&client->messages, number));
    settle(client, number, CLIENT_TAKEN, 0);
}

void sequenced_client_messages_arrived(struct sequenced_client *client, const struct moment *now,
                                       uint32_t number)
{
    struct sequenced_client_message *message =
        sequenced_client_message_at(&client->messages, number);

    if (number < client->messages.first || number > client->messages.sent)
        return;
    sequenced_client_window_received(client, now, message);
    message->arrived = true;
}

void sequenced_client_messages_missed(struct sequenced_client *client)
{
    for (uint32_t number = client->messages.first; number <= client->messages.sent; number++)
        sequenced_client_message_at(&client->messages, number)->arrived = false;
}

/*
 * A later message was received, so this one is lost, or out of order by a moment. It was sent
 * before the later one, hence at least a round trip ago. Repeated messages are left out, since it
 * is not known which repetition the later one has overtaken (RFC 6675, 5).
 */
static void expedite_before(struct sequenced_client_messages *messages, const struct moment *now,
                            uint32_t kept)
{
    for (uint32_t number = messages->first; number < kept; number++) {
        struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

        if (!message->settled && !message->kept && message->repeated == 0)
            message->due_ns = sequenced_client_earlier(message->due_ns, now->mono_ns + DISORDER_NS);
    }
}

/* The latest of the messages that are newly kept is the one that was answered. */
static void keep(struct sequenced_client_messages *messages, uint32_t number, uint32_t *newest)
{
    struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

    if (message->kept)
        return;
    message->kept = true;
    messages->progressed = true;
    if (*newest != 0)
        sequenced_client_message_at(messages, *newest)->once = false;
    *newest = number;
}

/*
 * Reports the messages after `after` and up to `sent`, of an earlier program, as unknown. At most
 * one window of them can have been in flight.
 */
static void tell_unknown(struct sequenced_client *client, uint32_t after, uint32_t sent)
{
    if (sent > after && sent - after > SEQUENCED_CLIENT_UNDER_WAY)
        after = sent - SEQUENCED_CLIENT_UNDER_WAY;
    for (; client->base.sink.outcome != NULL && after < sent; after++)
        client->base.sink.outcome(client->base.sink.ctx, after + 1, CLIENT_UNKNOWN, 0);
}

/*
 * Numbers that an earlier program used in this session are not ours: its messages in flight are
 * reported as unknown, and ours continue after what was decided.
 */
static void adopt_session(struct sequenced_client *client, uint32_t said)
{
    struct sequenced_client_messages *messages = &client->messages;
    uint32_t before = sequenced_client_messages_sent(client), sent = messages->sent;

    settle_all(client, messages->first, sent, CLIENT_UNKNOWN);
    if (messages->base == 0)
        tell_unknown(client, said, before);
    messages->base = sent - said;
    messages->own_from = said + 1;
}

/* The first TAKEN after a resumption: the server has decided on all messages up to `said`. */
static void end_resuming(struct sequenced_client *client, const struct moment *now, uint32_t said)
{
    struct sequenced_client_messages *messages = &client->messages;

    messages->resuming = false;
    if (client->session.restarted || said > sequenced_client_messages_sent(client))
        adopt_session(client, said);
    client->session.restarted = false;
    for (uint32_t number = messages->first; number <= messages->sent; number++)
        sequenced_client_message_at(messages, number)->due_ns = now->mono_ns;
}

/* Its UP has come if it is decided, or kept. */
static void receive_up(struct sequenced_client *client, const struct moment *now,
                       const struct sequenced_down_frame *frame, uint32_t number)
{
    uint32_t wire = sequenced_client_message_number(&client->messages, number),
             upto = frame->taken.upto;

    if (number >= client->messages.first &&
        (wire <= upto || (wire - upto <= SEQUENCED_CLIENT_UNDER_WAY &&
                          (frame->taken.kept >> (wire - upto - 1) & 1U) != 0)))
        sequenced_client_window_received(client, now,
                                         sequenced_client_message_at(&client->messages, number));
}

void sequenced_client_messages_taken(struct sequenced_client *client, const struct moment *now,
                                     const struct sequenced_down_frame *frame)
{
    struct sequenced_client_messages *messages = &client->messages;
    uint32_t upto = frame->taken.upto, kept = 0, newest = 0, first, last;

    if (messages->resuming)
        end_resuming(client, now, upto);
    if (upto > sequenced_client_messages_sent(client))
        return;
    first = messages->first;
    last = messages->sent;
    for (uint32_t number = first; number <= last; number++) {
        uint32_t wire = sequenced_client_message_number(messages, number);

        receive_up(client, now, frame, number);
        if (wire > upto && wire - upto <= SEQUENCED_CLIENT_UNDER_WAY) {
            /* A message settled by its event may have given its place to another. */
            bool is_kept =
                number >= messages->first && (frame->taken.kept >> (wire - upto - 1) & 1U) != 0;

            if (is_kept)
                keep(messages, number, &newest);
            kept = is_kept ? number : kept;
        } else if (wire <= upto && upto - wire < SEQUENCED_CLIENT_UNDER_WAY) {
            bool refused = (frame->taken.refused >> (upto - wire) & 1U) != 0;

            settle(client, number, refused ? CLIENT_REFUSED : CLIENT_TAKEN, 0);
        }
    }
    if (newest != 0)
        sample(client, now, newest);
    expedite_before(messages, now, kept);
}

/* Decides nothing: the message and those after it wait. */
static void on_slow_down(struct sequenced_client *client, const struct moment *now, uint32_t number,
                         uint16_t wait_cs)
{
    struct sequenced_client_messages *messages = &client->messages;

    messages->slow_from = number;
    messages->slow_until_ns = now->mono_ns + (wait_cs > 0 ? wait_cs : 1) * SLOW_UNIT_NS;
    for (; number <= messages->sent; number++) {
        sequenced_client_window_received(client, now,
                                         sequenced_client_message_at(messages, number));
        sequenced_client_message_at(messages, number)->due_ns = messages->slow_until_ns;
        sequenced_client_message_at(messages, number)->repeated = 0;
        sequenced_client_message_at(messages, number)->kept = false;
    }
}

void sequenced_client_messages_not_taken(struct sequenced_client *client, const struct moment *now,
                                         const struct sequenced_down_frame *frame)
{
    struct sequenced_client_messages *messages = &client->messages;
    uint32_t number = frame->not_taken.number + messages->base;

    if (frame->not_taken.number > sequenced_client_messages_sent(client) ||
        number < messages->first || number > messages->sent ||
        sequenced_client_message_at(messages, number)->settled)
        return;
    sample(client, now, number);
    sequenced_client_window_received(client, now, sequenced_client_message_at(messages, number));
    if (frame->not_taken.why == SEQUENCED_WHY_SLOW_DOWN)
        on_slow_down(client, now, number, frame->not_taken.wait_cs);
    else
        settle(client, number, CLIENT_REFUSED, frame->not_taken.why);
}

/* ---- sessions ---- */

void sequenced_client_messages_resumed(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_messages *messages = &client->messages;

    messages->resuming = true;
    messages->slow_until_ns = 0;
    for (uint32_t number = messages->first; number <= messages->sent; number++) {
        struct sequenced_client_message *message = sequenced_client_message_at(messages, number);

        message->due_ns = now->mono_ns + rtt_timeout(&client->rtt, 0);
        message->sent_ns = now->mono_ns;
        message->repeated = 0;
        message->kept = message->arrived = message->once = false;
    }
}

void sequenced_client_messages_lost(struct sequenced_client *client)
{
    struct sequenced_client_messages *messages = &client->messages;

    if (client->session.restarted)
        tell_unknown(client, messages->notified, messages->sent);
    settle_all(client, messages->first, messages->sent, CLIENT_UNKNOWN);
    messages->base = messages->sent;
    messages->own_from = 1;
    messages->slow_until_ns = 0;
    messages->resuming = false;
}

void sequenced_client_messages_end(struct sequenced_client *client)
{
    struct sequenced_client_messages *messages = &client->messages;

    if (client->session.restarted)
        tell_unknown(client, messages->notified, messages->sent);
    settle_all(client, messages->first, messages->sent, CLIENT_UNKNOWN);
    settle_all(client, messages->first, messages->said, CLIENT_REFUSED);
}

bool sequenced_client_messages_exhausted(const struct sequenced_client *client)
{
    const struct sequenced_client_messages *messages = &client->messages;

    return messages->said > messages->sent && sequenced_client_messages_sent(client) == UINT32_MAX;
}
