/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The messages of this client, until their outcomes are known (doc/protocol.md, 2.6). A message is
 * repeated under its number, and under no other, so it never becomes two events.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

/* TAKEN has bits for so many. */
#define WINDOW 32U

/* A message repeated so often triggers a heartbeat, to find out whether the server is there. */
#define UNANSWERED_MAX 4U

/* Of `said` in events. */
#define SAID_VALUES UINT16_MAX

/* Datagrams overtake each other by less. */
#define DISORDER_NS (10 * MOMENT_NS_PER_MS)

/* On a network that loses datagrams, so many of the next UPs repeat a message. */
#define REPEATS 1U

#define SLOW_UNIT_NS (10 * MOMENT_NS_PER_MS)

static struct sequenced_client_message *message_at(struct sequenced_client_messages *messages,
                                                   uint32_t number)
{
    return &messages->ring[number % CLIENT_PENDING_MAX];
}

static uint32_t session_number(const struct sequenced_client_messages *messages, uint32_t number)
{
    return number - messages->base;
}

uint32_t sequenced_client_messages_sent(const struct sequenced_client *client)
{
    return session_number(&client->messages, client->messages.sent);
}

uint32_t sequenced_client_messages_decided(const struct sequenced_client *client)
{
    const struct sequenced_client_messages *messages = &client->messages;

    if (client->session.restarted)
        return messages->notified;
    return session_number(messages,
                          messages->first <= messages->sent ? messages->first - 1 : messages->sent);
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
    message = message_at(messages, messages->said);
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
    struct sequenced_client_message *message = message_at(messages, number);

    if (number < messages->first || number > messages->said || message->settled)
        return;
    message->settled = true;
    messages->progressed = true;
    while (messages->first <= messages->said && message_at(messages, messages->first)->settled)
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
    struct sequenced_client_message *message = message_at(&client->messages, number);

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
        sample(client, now, number);
    settle(client, number, CLIENT_TAKEN, 0);
}

void sequenced_client_messages_arrived(struct sequenced_client *client, uint32_t number)
{
    if (number >= client->messages.first && number <= client->messages.sent)
        message_at(&client->messages, number)->arrived = true;
}

void sequenced_client_messages_missed(struct sequenced_client *client)
{
    for (uint32_t number = client->messages.first; number <= client->messages.sent; number++)
        message_at(&client->messages, number)->arrived = false;
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
        struct sequenced_client_message *message = message_at(messages, number);

        if (!message->settled && !message->kept && message->repeated == 0)
            message->due_ns = sequenced_client_earlier(message->due_ns, now->mono_ns + DISORDER_NS);
    }
}

/* The latest of the messages that are newly kept is the one that was answered. */
static void keep(struct sequenced_client_messages *messages, uint32_t number, uint32_t *newest)
{
    struct sequenced_client_message *message = message_at(messages, number);

    if (message->kept)
        return;
    message->kept = true;
    messages->progressed = true;
    if (*newest != 0)
        message_at(messages, *newest)->once = false;
    *newest = number;
}

/*
 * Reports the messages after `after` and up to `sent`, of an earlier program, as unknown. At most
 * one window of them can have been in flight.
 */
static void tell_unknown(struct sequenced_client *client, uint32_t after, uint32_t sent)
{
    if (sent > after && sent - after > WINDOW)
        after = sent - WINDOW;
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
        message_at(messages, number)->due_ns = now->mono_ns;
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
        uint32_t wire = session_number(messages, number);

        if (wire > upto && wire - upto <= WINDOW) {
            /* A message settled by its event may have given its place to another. */
            bool is_kept =
                number >= messages->first && (frame->taken.kept >> (wire - upto - 1) & 1U) != 0;

            if (is_kept)
                keep(messages, number, &newest);
            kept = is_kept ? number : kept;
        } else if (wire <= upto && upto - wire < WINDOW) {
            bool refused = (frame->taken.refused >> (upto - wire) & 1U) != 0;

            settle(client, number, refused ? CLIENT_REFUSED : CLIENT_TAKEN, 0);
        }
    }
    if (newest != 0)
        sample(client, now, newest);
    expedite_before(messages, now, kept);
}

/* Decides nothing: the message and those after it wait. */
static void on_slow_down(struct sequenced_client_messages *messages, const struct moment *now,
                         uint32_t number, uint16_t wait_cs)
{
    messages->slow_from = number;
    messages->slow_until_ns = now->mono_ns + (wait_cs > 0 ? wait_cs : 1) * SLOW_UNIT_NS;
    for (; number <= messages->sent; number++) {
        message_at(messages, number)->due_ns = messages->slow_until_ns;
        message_at(messages, number)->repeated = 0;
        message_at(messages, number)->kept = false;
    }
}

void sequenced_client_messages_not_taken(struct sequenced_client *client, const struct moment *now,
                                         const struct sequenced_down_frame *frame)
{
    struct sequenced_client_messages *messages = &client->messages;
    uint32_t number = frame->not_taken.number + messages->base;

    if (frame->not_taken.number > sequenced_client_messages_sent(client) ||
        number < messages->first || number > messages->sent ||
        message_at(messages, number)->settled)
        return;
    sample(client, now, number);
    if (frame->not_taken.why == SEQUENCED_WHY_SLOW_DOWN)
        on_slow_down(messages, now, number, frame->not_taken.wait_cs);
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
        struct sequenced_client_message *message = message_at(messages, number);

        message->due_ns = now->mono_ns + rtt_timeout(&client->rtt, 0);
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

/* ---- sending ---- */

/*
 * A message that the server keeps waits for those before it. One whose event waits for those before
 * it is as good as acknowledged.
 */
static int64_t message_due_ns(const struct sequenced_client_messages *messages, uint32_t number)
{
    const struct sequenced_client_message *message = &messages->ring[number % CLIENT_PENDING_MAX];

    if (message->settled || message->arrived || message->kept)
        return MOMENT_NEVER_NS;
    if (number >= messages->slow_from && messages->slow_until_ns > message->due_ns)
        return messages->slow_until_ns;
    return message->due_ns;
}

/*
 * The last message that may be in flight. All before the window are settled, not only decided: the
 * bits of TAKEN for refused messages reach back no further.
 */
static uint32_t window_end(const struct sequenced_client_messages *messages)
{
    /* Numbers that the session has left. */
    uint32_t reach = UINT32_MAX - session_number(messages, messages->sent);
    uint32_t end =
        messages->said - messages->first < WINDOW ? messages->said : messages->first - 1 + WINDOW;

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
        struct sequenced_client_message *message = message_at(messages, number);

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

int64_t sequenced_client_messages_due_ns(const struct sequenced_client *client)
{
    const struct sequenced_client_messages *messages = &client->messages;
    int64_t due_ns = MOMENT_NEVER_NS;

    if (messages->first > messages->said)
        return due_ns;
    for (uint32_t number = messages->first; number <= window_end(messages); number++)
        due_ns = sequenced_client_earlier(due_ns, message_due_ns(messages, number));
    return due_ns;
}

static bool add_message(struct sequenced_client *client, struct sequenced_client_up *up,
                        uint32_t number)
{
    const struct sequenced_client_message *message = message_at(&client->messages, number);
    struct sequenced_up_frame frame = {
        .kind = SEQUENCED_UP_MESSAGE,
        .message = {.number = session_number(&client->messages, number),
                    .what = message->what,
                    .text = {message->text, message->length}}};

    return sequenced_client_up_add(up, &frame);
}

static bool write_message(struct sequenced_client *client, const struct moment *now,
                          struct sequenced_client_up *up, uint32_t number)
{
    struct sequenced_client_messages *messages = &client->messages;
    struct sequenced_client_message *message = message_at(messages, number);

    if (!add_message(client, up, number))
        return false;
    message->again = sequenced_client_reports_is_lossy(client, now) ? REPEATS : 0;
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
    struct sequenced_client_message *message = message_at(messages, number);

    if (message->again == 0 || message->sent_ns == now->mono_ns ||
        message_due_ns(messages, number) == MOMENT_NEVER_NS ||
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

bool sequenced_client_messages_write(struct sequenced_client *client, const struct moment *now,
                                     struct sequenced_client_up *up)
{
    const struct sequenced_client_messages *messages = &client->messages;

    if (messages->first > messages->said)
        return true;
    for (uint32_t number = messages->first; number <= window_end(messages); number++) {
        if (message_due_ns(messages, number) > now->mono_ns)
            continue;
        if (!write_message(client, now, up, number))
            return false;
    }
    for (uint32_t number = messages->first; number <= messages->sent; number++) {
        if (!write_again(client, now, up, number))
            break;
    }
    return true;
}
