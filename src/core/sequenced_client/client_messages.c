/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What this client says, until its fate is known (doc/protocol.md, 2.6). A message is repeated under its number, and under no other: so it never becomes two events.
 */
#include "core/sequenced_client/client_state.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

/* As many can a server tell apart by the bits of TAKEN. */
#define WINDOW 32U

/* A message that was repeated so often makes it ask whether anybody is there. */
#define UNANSWERED_MAX 4U

/* Of `said` in events. */
#define SAID_VALUES UINT16_MAX

/* Datagrams overtake each other by less. */
#define DISORDER_NS (10 * MOMENT_NS_PER_MS)

#define SLOW_UNIT_NS (10 * MOMENT_NS_PER_MS)

static struct client_message *message_at(struct client_saying *saying, uint32_t number)
{
    return &saying->messages[number % CLIENT_PENDING_MAX];
}

static uint32_t on_wire(const struct client_saying *saying, uint32_t number)
{
    return number - saying->base;
}

uint32_t client_say_sent(const struct client *client)
{
    return on_wire(&client->saying, client->saying.sent);
}

uint32_t client_say_decided(const struct client *client)
{
    const struct client_saying *saying = &client->saying;

    if (client->known.restarted)
        return saying->told;
    return on_wire(saying, saying->first <= saying->sent ? saying->first - 1 : saying->sent);
}

uint32_t client_say_pending(const struct client *client)
{
    const struct client_saying *saying = &client->saying;
    uint32_t pending = 0;

    for (uint32_t number = saying->first; number <= saying->said; number++)
        pending += saying->messages[number % CLIENT_PENDING_MAX].settled ? 0U : 1U;
    return pending;
}

int client_say_queue(struct client *client, const struct moment *now, struct octets_slice text, uint8_t what,
                     uint32_t *ret_number)
{
    struct client_saying *saying = &client->saying;
    struct client_message *message;

    /* The last number is never used, so that what stands behind it needs no care. */
    if (saying->said - (saying->first - 1) >= CLIENT_PENDING_MAX || saying->said >= UINT32_MAX - 1)
        return STATUS_FULL;
    saying->said++;
    message = message_at(saying, saying->said);
    *message = (struct client_message){.due_ns = now->mono_ns, .length = (uint16_t)text.length, .what = what};
    memcpy(message->text, text.bytes, text.length);
    *ret_number = saying->said;
    return STATUS_OK;
}

/* ---- fates ---- */

/* The place is given up before the sink hears of it: it may say something. */
static void settle(struct client *client, uint32_t number, enum client_fate fate, uint8_t why)
{
    struct client_saying *saying = &client->saying;
    struct client_message *message = message_at(saying, number);

    if (number < saying->first || number > saying->said || message->settled)
        return;
    message->settled = true;
    saying->progressed = true;
    while (saying->first <= saying->said && message_at(saying, saying->first)->settled)
        saying->first++;
    if (client->sink.fate != NULL)
        client->sink.fate(client->sink.ctx, number, fate, why);
}

static void settle_all(struct client *client, uint32_t from, uint32_t upto, enum client_fate fate)
{
    for (uint32_t number = from; number <= upto; number++)
        settle(client, number, fate, 0);
}

uint32_t client_say_own(const struct client *client, uint64_t seq, uint16_t said)
{
    const struct client_saying *saying = &client->saying;
    uint32_t latest = seq > saying->own_after ? client_say_sent(client) : saying->own_from - 1, back;

    if (said == 0 || latest == 0)
        return 0;
    back = ((uint32_t)sequenced_said(latest) + SAID_VALUES - said) % SAID_VALUES;
    if (back >= latest || (seq > saying->own_after && latest - back < saying->own_from))
        return 0;
    if (latest - back >= saying->own_from)
        return latest - back + saying->base;
    /* What the program before had sent behind what it had kept has numbers that ours have, too. */
    return latest - back < saying->base + saying->own_from ? latest - back : 0;
}

void client_say_acknowledged(struct client *client, uint32_t number)
{
    if (number <= client->saying.sent)
        settle(client, number, CLIENT_TAKEN, 0);
}

/*
 * A later one has come, so this one is lost, or out of order by a moment. It was sent before the later one, hence a round trip ago at least; only the first time, since it is not known which of its repetitions
 * the later one has overtaken (RFC 6675, 5).
 */
static void hasten_before(struct client_saying *saying, const struct moment *now, uint32_t kept)
{
    for (uint32_t number = saying->first; number < kept; number++) {
        struct client_message *message = message_at(saying, number);

        if (!message->settled && !message->kept && message->repeated == 0)
            message->due_ns = client_earlier(message->due_ns, now->mono_ns + DISORDER_NS);
    }
}

void client_say_taken(struct client *client, const struct moment *now, const struct sequenced_down_frame *frame)
{
    struct client_saying *saying = &client->saying;
    uint32_t first = saying->first, upto = frame->taken.upto, last = saying->sent, kept = 0;

    if (upto > client_say_sent(client))
        return;
    for (uint32_t number = first; number <= last; number++) {
        uint32_t wire = on_wire(saying, number);

        if (wire > upto && wire - upto <= WINDOW) {
            /* One settled by its event may have given its place to another. */
            bool has_come = number >= saying->first && (frame->taken.kept >> (wire - upto - 1) & 1U) != 0;

            if (has_come)
                message_at(saying, number)->kept = true;
            kept = has_come ? number : kept;
        } else if (wire <= upto && upto - wire < WINDOW) {
            bool refused = (frame->taken.refused >> (upto - wire) & 1U) != 0;

            settle(client, number, refused ? CLIENT_REFUSED : CLIENT_TAKEN, 0);
        }
    }
    hasten_before(saying, now, kept);
}

/* Decides nothing: the message and those after it wait. */
static void slow_down(struct client_saying *saying, const struct moment *now, uint32_t number, uint16_t wait_cs)
{
    saying->slow_from = number;
    saying->slow_until_ns = now->mono_ns + (wait_cs > 0 ? wait_cs : 1) * SLOW_UNIT_NS;
    for (; number <= saying->sent; number++) {
        message_at(saying, number)->due_ns = saying->slow_until_ns;
        message_at(saying, number)->repeated = 0;
        message_at(saying, number)->kept = false;
    }
}

void client_say_not_taken(struct client *client, const struct moment *now, const struct sequenced_down_frame *frame)
{
    struct client_saying *saying = &client->saying;
    uint32_t number = frame->not_taken.number + saying->base;

    if (frame->not_taken.number > client_say_sent(client) || number < saying->first || number > saying->sent ||
        message_at(saying, number)->settled)
        return;
    if (frame->not_taken.why == SEQUENCED_WHY_SLOW_DOWN)
        slow_down(saying, now, number, frame->not_taken.wait_cs);
    else
        settle(client, number, CLIENT_REFUSED, frame->not_taken.why);
}

/* ---- sessions ---- */

/* Messages of a program before this one, up to `sent`; more than a window can't have been under way. */
static void tell_unknown(struct client *client, uint32_t after, uint32_t sent)
{
    if (sent > after && sent - after > WINDOW)
        after = sent - WINDOW;
    for (; client->sink.fate != NULL && after < sent; after++)
        client->sink.fate(client->sink.ctx, after + 1, CLIENT_UNKNOWN, 0);
}

/* Numbers of the session that a program before this one has used are not ours: what it had under way is told as unknown, and ours go on behind what was decided. */
static void take_over(struct client *client, uint32_t said, uint64_t head)
{
    struct client_saying *saying = &client->saying;
    uint32_t before = client_say_sent(client), sent = saying->sent;

    settle_all(client, saying->first, sent, CLIENT_UNKNOWN);
    if (saying->base == 0)
        tell_unknown(client, said, before);
    saying->base = sent - said;
    saying->own_from = said + 1;
    saying->own_after = head;
}

void client_say_resumed(struct client *client, const struct moment *now, uint32_t said, uint64_t head, bool restarted)
{
    struct client_saying *saying = &client->saying;
    int64_t again_ns = now->mono_ns + client_trip_wait(&client->trip, 0, CLIENT_AGAIN_LEAST_NS, CLIENT_AGAIN_MOST_NS);

    if (restarted || said > client_say_sent(client)) {
        take_over(client, said, head);
        return;
    }
    saying->slow_until_ns = 0;
    for (uint32_t number = saying->first; number <= saying->sent; number++) {
        struct client_message *message = message_at(saying, number);

        /* What was decided is told by its own event; that may be on its way. */
        message->due_ns = on_wire(saying, number) > said ? now->mono_ns : again_ns;
        message->repeated = 0;
        message->kept = false;
    }
}

void client_say_lost(struct client *client)
{
    struct client_saying *saying = &client->saying;

    if (client->known.restarted)
        tell_unknown(client, saying->told, saying->sent);
    settle_all(client, saying->first, saying->sent, CLIENT_UNKNOWN);
    saying->base = saying->sent;
    saying->own_from = 1;
    saying->own_after = 0;
    saying->slow_until_ns = 0;
}

void client_say_end(struct client *client)
{
    struct client_saying *saying = &client->saying;

    if (client->known.restarted)
        tell_unknown(client, saying->told, saying->sent);
    settle_all(client, saying->first, saying->sent, CLIENT_UNKNOWN);
    settle_all(client, saying->first, saying->said, CLIENT_REFUSED);
}

bool client_say_exhausted(const struct client *client)
{
    const struct client_saying *saying = &client->saying;

    return saying->said > saying->sent && client_say_sent(client) == UINT32_MAX;
}

/* ---- sending ---- */

/* What is kept waits for those before it; the lowest of all has nobody to wait for. */
static int64_t message_due_ns(const struct client_saying *saying, uint32_t number)
{
    const struct client_message *message = &saying->messages[number % CLIENT_PENDING_MAX];

    if (message->settled || (message->kept && number > saying->first))
        return MOMENT_NEVER_NS;
    if (number >= saying->slow_from && saying->slow_until_ns > message->due_ns)
        return saying->slow_until_ns;
    return message->due_ns;
}

/* The last that may be under way. All that it counts from are settled, not only decided: the server's bits about those refused reach back no further. */
static uint32_t window_end(const struct client_saying *saying)
{
    uint32_t reach = UINT32_MAX - on_wire(saying, saying->sent); /* numbers that the session has left */
    uint32_t end = saying->said - saying->first < WINDOW ? saying->said : saying->first - 1 + WINDOW;

    return end > saying->sent && end - saying->sent > reach ? saying->sent + reach : end;
}

/* The doubling is for a server that does not answer (RFC 6298, 5.7). One that does has only missed some of them: with each wait doubled, one message in many would be waited for by all the others. */
void client_say_refresh(struct client *client, const struct moment *now)
{
    struct client_saying *saying = &client->saying;
    int64_t again_ns = now->mono_ns + client_trip_wait(&client->trip, 0, CLIENT_AGAIN_LEAST_NS, CLIENT_AGAIN_MOST_NS);

    if (!saying->progressed)
        return;
    saying->progressed = false;
    for (uint32_t number = saying->first; number <= saying->sent; number++) {
        struct client_message *message = message_at(saying, number);

        if (message->repeated > 0)
            message->due_ns = client_earlier(message->due_ns, again_ns);
        message->repeated = 0;
    }
}

int64_t client_say_due_ns(const struct client *client)
{
    const struct client_saying *saying = &client->saying;
    int64_t due_ns = MOMENT_NEVER_NS;

    if (saying->first > saying->said)
        return due_ns;
    for (uint32_t number = saying->first; number <= window_end(saying); number++)
        due_ns = client_earlier(due_ns, message_due_ns(saying, number));
    return due_ns;
}

static bool write_message(struct client *client, const struct moment *now, struct client_up *up, uint32_t number)
{
    struct client_saying *saying = &client->saying;
    struct client_message *message = message_at(saying, number);
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MESSAGE,
                                       .message = {.number = on_wire(saying, number),
                                                   .what = message->what,
                                                   .text = {message->text, message->length}}};

    if (!client_up_add(up, &frame))
        return false;
    if (number > saying->sent)
        saying->sent = number;
    else if (++message->repeated == UNANSWERED_MAX && !client->silence.asking)
        client_silence_ask(client, now);
    message->due_ns =
        now->mono_ns + client_trip_wait(&client->trip, message->repeated, CLIENT_AGAIN_LEAST_NS, CLIENT_AGAIN_MOST_NS);
    return true;
}

bool client_say_write(struct client *client, const struct moment *now, struct client_up *up)
{
    const struct client_saying *saying = &client->saying;

    if (saying->first > saying->said)
        return true;
    for (uint32_t number = saying->first; number <= window_end(saying); number++) {
        if (message_due_ns(saying, number) > now->mono_ns)
            continue;
        if (!write_message(client, now, up, number))
            return false;
    }
    return true;
}
