/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Joins of a plain client, and the server's answers: how it gets in, back in, and to another name.
 */
#include "core/plain_client/plain_client_state.h"

#include "base/utf8.h"
#include "core/model/name.h"
#include "core/model/text.h"

#include <roomd/sequenced.h>
#include <string.h>

#define WAIT_FIRST_NS MOMENT_NS_PER_S
#define WAIT_MAX_NS   (16 * MOMENT_NS_PER_S)

/* After so long in the room, the pause between two returns starts anew. */
#define STABLE_NS (30 * MOMENT_NS_PER_S)

#define FULL_WAIT_S 10

/* A repeated join has several answers; those after the first are ignored for so long. */
#define LATE_NS (20 * MOMENT_NS_PER_S)

/* How long the bye may take that answers the exit of a rename. */
#define BYE_NS (5 * MOMENT_NS_PER_S)

#define REFUSALS                                                                                   \
    (PLAIN_READ_BIT(DIALECT_NAME_TAKEN) | PLAIN_READ_BIT(DIALECT_NAME_BAD) |                       \
     PLAIN_READ_BIT(DIALECT_ROOM_FULL) | PLAIN_READ_BIT(DIALECT_BANNED))

/* In order of preference, if a dialect has the same words for several. */
static const struct {
    enum dialect_key key;
    enum client_reason reason;
    uint8_t why; /* of a rename */
} refusals[] = {
    {DIALECT_NAME_TAKEN, CLIENT_REFUSED_TAKEN, SEQUENCED_WHY_NAME_TAKEN},
    {DIALECT_NAME_BAD, CLIENT_REFUSED_NAME, SEQUENCED_WHY_BAD_NAME},
    {DIALECT_ROOM_FULL, CLIENT_REFUSED_FULL, 0},
    {DIALECT_BANNED, CLIENT_REFUSED_BANNED, 0},
};

static const struct octets_slice no_text = {"", 0};

/* An accept of an earlier join still counts. */
static void pause_until(struct plain_client *client, int64_t at_ns)
{
    client->join.asking = false;
    client->join.due_ns = at_ns;
}

void plain_client_join_start(struct plain_client *client, int64_t at_ns)
{
    pause_until(client, at_ns);
    client->join.sent = 0;
}

/* ---- sending ---- */

bool plain_client_join_is_sendable(const char *name)
{
    size_t length = strlen(name), at = 0, step;
    int32_t codepoint;

    while ((step = text_next(name + at, length - at, &codepoint)) > 0) {
        if (utf8_is_hostile(codepoint) || text_is_space(codepoint))
            return false;
        at += step;
    }
    return true;
}

static void send_join(struct plain_client *client, const struct moment *now)
{
    client->join.sent_ns = now->mono_ns;
    client->join.sent++;
    plain_client_send(client, DIALECT_JOIN_VERBS, client->base.requested_name, no_text);
}

static void begin(struct plain_client *client, const struct moment *now)
{
    struct plain_client_join *join = &client->join;

    join->asking = true;
    join->begun = true;
    join->begun_ns = now->mono_ns;
    join->wait_ns = WAIT_FIRST_NS;
    if (!join->leaves_before)
        return;
    join->leaves_before = false;
    join->bye_until_ns = now->mono_ns + BYE_NS;
    plain_client_send(client, DIALECT_EXIT_VERBS,
                      join->rename != 0 ? join->before : client->base.requested_name, no_text);
}

static void wait_for_user(struct plain_client *client, enum client_reason reason)
{
    pause_until(client, MOMENT_NEVER_NS);
    client_set_state(&client->base, CLIENT_JOINING, reason, 0);
}

void plain_client_join_tick(struct plain_client *client, const struct moment *now)
{
    struct plain_client_join *join = &client->join;

    if (join->due_ns > now->mono_ns ||
        (client->base.state != CLIENT_JOINING && client->base.state != CLIENT_IN))
        return;
    if (client->base.state == CLIENT_IN) {
        send_join(client, now);
        join->due_ns = now->mono_ns + client->keepalive_ns;
        return;
    }
    if (!plain_client_join_is_sendable(client->base.requested_name)) {
        wait_for_user(client, CLIENT_REFUSED_NAME);
        return;
    }
    if (!join->asking)
        begin(client, now);
    send_join(client, now);
    join->due_ns = now->mono_ns + prng_jitter(&client->base.prng, join->wait_ns);
    join->wait_ns = join->wait_ns * 2 < WAIT_MAX_NS ? join->wait_ns * 2 : WAIT_MAX_NS;
}

/* ---- ways back ---- */

/* No server may make the client join without a pause, whatever it answers. */
static int64_t after_pause(const struct plain_client *client, const struct moment *now,
                           int64_t pause_ns)
{
    int64_t at_ns = client->join.begun_ns + pause_ns;

    return client->join.begun && at_ns > now->mono_ns ? at_ns : now->mono_ns;
}

void plain_client_join_return(struct plain_client *client, const struct moment *now)
{
    struct plain_client_join *join = &client->join;

    if (join->pause_ns == 0 || now->mono_ns - join->in_ns >= STABLE_NS)
        join->pause_ns = WAIT_FIRST_NS;
    plain_client_join_start(client,
                            after_pause(client, now,
                                        join->pause_ns > WAIT_FIRST_NS
                                            ? prng_jitter(&client->base.prng, join->pause_ns)
                                            : join->pause_ns));
    join->pause_ns = join->pause_ns * 2 < WAIT_MAX_NS ? join->pause_ns * 2 : WAIT_MAX_NS;
    plain_client_members_forget(client);
    client_set_state(&client->base, CLIENT_JOINING, CLIENT_NO_REASON, 0);
}

void plain_client_join_moved(struct plain_client *client, const struct moment *now)
{
    if (client->base.state == CLIENT_IN) {
        client->join.moved = true;
        plain_client_join_start(client, after_pause(client, now, WAIT_FIRST_NS));
        client_set_state(&client->base, CLIENT_JOINING, CLIENT_NO_REASON, 0);
    } else if (client->base.state == CLIENT_JOINING && client->join.asking) {
        plain_client_join_start(client, now->mono_ns);
    }
}

void plain_client_join_rename(struct plain_client *client, const struct moment *now,
                              uint32_t number, const char *name)
{
    struct plain_client_join *join = &client->join;

    memcpy(join->before, client->base.requested_name, sizeof(join->before));
    plain_client_set_name(client, name);
    join->rename = number;
    join->leaves_before = true;
    plain_client_join_start(client, now->mono_ns);
    client_set_state(&client->base, CLIENT_JOINING, CLIENT_NO_REASON, 0);
}

/* ---- answers ---- */

/* An answer with a name in it is for the client of that name. */
static bool is_for_us(const struct plain_client *client, struct octets_slice name)
{
    char folded[ROOM_NAME_MAX_BYTES];
    int length = text_fold(client->base.requested_name, strlen(client->base.requested_name), folded,
                           sizeof(folded));

    if (name.length == 0)
        return true;
    if (length < 0)
        return name.length == strlen(client->base.requested_name) &&
               memcmp(name.bytes, client->base.requested_name, name.length) == 0;
    return name_matches(name.bytes, name.length, folded, (size_t)length);
}

/* Takes its name as the server writes it, if the accept holds one. */
static void take_name(struct plain_client *client, struct octets_slice name)
{
    char text[ROOM_NAME_MAX_BYTES + 1] = "";

    if (name.length <= ROOM_NAME_MAX_BYTES)
        memcpy(text, name.bytes, name.length);
    if (name_check(text) == 0 && plain_client_join_is_sendable(text))
        plain_client_set_name(client, text);
    memcpy(client->base.name, client->base.requested_name, sizeof(client->base.name));
}

static void on_accept(struct plain_client *client, const struct moment *now,
                      struct octets_slice name)
{
    struct plain_client_join *join = &client->join;
    uint32_t rename = join->rename;

    take_name(client, name);
    join->asking = false;
    join->was_in = true;
    join->moved = false;
    join->leaves_before = false;
    join->in_ns = now->mono_ns;
    join->rename = 0;
    join->due_ns = client->keepalive_ns > 0 ? now->mono_ns + client->keepalive_ns : MOMENT_NEVER_NS;
    client->messages.spoken = false;
    client->warned = false;
    client->displaced = false;
    client_set_state(&client->base, CLIENT_IN, CLIENT_NO_REASON, 0);
    plain_client_members_own(client);
    if (rename != 0)
        client_tell_outcome(&client->base, rename, CLIENT_TAKEN, 0);
}

/* Returns to the old name, which was its own a moment ago. */
static void revert_rename(struct plain_client *client, const struct moment *now, uint8_t why)
{
    struct plain_client_join *join = &client->join;
    uint32_t rename = join->rename;

    join->rename = 0;
    plain_client_set_name(client, join->before);
    plain_client_join_start(client, now->mono_ns);
    client_tell_outcome(&client->base, rename, CLIENT_REFUSED, why);
}

static void wait_while_full(struct plain_client *client, const struct moment *now)
{
    int64_t wait_ns = FULL_WAIT_S * MOMENT_NS_PER_S;

    /* Up to a fifth later, so that the refused clients do not all return together. */
    pause_until(client, now->mono_ns + 2 * wait_ns - prng_jitter(&client->base.prng, wait_ns));
    client_set_state(&client->base, CLIENT_JOINING, CLIENT_REFUSED_FULL, FULL_WAIT_S);
}

static void on_refusal(struct plain_client *client, const struct moment *now, uint32_t replies)
{
    struct plain_client_join *join = &client->join;
    size_t i = 0;

    while ((replies & PLAIN_READ_BIT(refusals[i].key)) == 0)
        i++;
    if (join->rename != 0) {
        revert_rename(client, now, refusals[i].why);
    } else if (refusals[i].reason == CLIENT_REFUSED_TAKEN && join->moved) {
        join->moved = false;
        join->leaves_before = true;
        plain_client_join_start(client, now->mono_ns);
    } else if (refusals[i].reason == CLIENT_REFUSED_FULL) {
        wait_while_full(client, now);
    } else if (refusals[i].reason == CLIENT_REFUSED_BANNED) {
        client_end(&client->base, CLIENT_REFUSED_BANNED);
    } else {
        wait_for_user(client, refusals[i].reason);
    }
}

/* An accept after a refusal counts, too: the join was repeated, and let in the second time. */
static bool answer_while_joining(struct plain_client *client, const struct moment *now,
                                 uint32_t replies, struct octets_slice name)
{
    if ((replies & PLAIN_READ_BIT(DIALECT_ACCEPT)) != 0 && client->join.sent > 0 &&
        is_for_us(client, name)) {
        on_accept(client, now, name);
        return true;
    }
    if ((replies & REFUSALS) != 0) {
        if (client->join.asking)
            on_refusal(client, now, replies);
        return true;
    }
    /* An answer to a message sent before the server forgot this client. */
    if ((replies & PLAIN_READ_BIT(DIALECT_REFUSED)) != 0)
        return client->join.was_in;
    if ((replies & PLAIN_READ_BIT(DIALECT_BYE)) == 0)
        return false;
    client->join.bye_until_ns = 0;
    return true;
}

static bool on_bye(struct plain_client *client, const struct moment *now)
{
    if (now->mono_ns < client->join.bye_until_ns)
        client->join.bye_until_ns = 0;
    else
        client_end(&client->base, client->displaced ? CLIENT_DISPLACED
                                  : client->warned  ? CLIENT_TIMEOUT
                                                    : CLIENT_KICKED);
    return true;
}

static bool answer_while_in(struct plain_client *client, const struct moment *now, uint32_t replies,
                            struct octets_slice name)
{
    bool late = now->mono_ns < client->join.sent_ns + LATE_NS;

    if ((replies & PLAIN_READ_BIT(DIALECT_ACCEPT)) != 0)
        return true;
    if ((replies & PLAIN_READ_BIT(DIALECT_BYE)) != 0)
        return is_for_us(client, name) && on_bye(client, now);
    /*
     * It answers a message, so it is a stray if none was sent. A banned address gets `banned`
     * instead.
     */
    if ((replies & PLAIN_READ_BIT(DIALECT_REFUSED)) != 0 ||
        ((replies & PLAIN_READ_BIT(DIALECT_BANNED)) != 0 && !late)) {
        if (client->messages.spoken)
            plain_client_join_return(client, now);
        return true;
    }
    return late;
}

static bool answer_while_leaving(struct plain_client *client, uint32_t replies,
                                 struct octets_slice name)
{
    bool bye = (replies & PLAIN_READ_BIT(DIALECT_BYE)) != 0 && is_for_us(client, name);

    client->base.was_heard = client->base.was_heard || bye;
    if (bye || (replies & PLAIN_READ_BIT(DIALECT_REFUSED)) != 0)
        client_end(&client->base, CLIENT_LEFT);
    return true;
}

bool plain_client_join_answer(struct plain_client *client, const struct moment *now,
                              uint32_t replies, struct octets_slice name)
{
    switch (client->base.state) {
    case CLIENT_JOINING:
        return answer_while_joining(client, now, replies, name);
    case CLIENT_IN:
        return answer_while_in(client, now, replies, name);
    case CLIENT_LEAVING:
        return answer_while_leaving(client, replies, name);
    case CLIENT_OUT:
        break;
    }
    return true;
}
