/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * HELLO, JOIN, and their answers (doc/protocol.md, 2.3): how a client gets in, and back in. Each
 * attempt has its own nonce, and only answers with that nonce count.
 */
#include "core/sequenced_client/sequenced_client_state.h"

#include <roomd/moment.h>
#include <string.h>

/*
 * How long to wait after each datagram; the last value is repeated. The first waits are short,
 * since on a bad network somebody waits for each of them. No server may be there to answer HELLO;
 * JOIN goes to one that has answered.
 */
static const int64_t hello_waits_ms[] = {100,  200,  400,  1000, 1000, 2000,
                                         2000, 4000, 4000, 8000, 16000};
static const int64_t join_waits_ms[] = {100, 200, 400, 1000, 1000, 2000};

#define HELLO_WAITS (sizeof(hello_waits_ms) / sizeof(*hello_waits_ms))
#define JOIN_WAITS  (sizeof(join_waits_ms) / sizeof(*join_waits_ms))

/* A cookie is valid for at least 120 s, so one that arrives a minute late does no harm. */
#define ATTEMPT_NS (60 * MOMENT_NS_PER_S)

/* No server may make the client try again without a pause, whatever it answers. */
#define RETURN_PAUSE_NS MOMENT_NS_PER_S

/* All members of a server that restarts come back within this time, and not in one moment. */
#define RESTART_SPREAD_NS (MOMENT_NS_PER_S / 2)

#define COOKIES_REFUSED_MAX 5U

#define REFUSAL_WAIT_MAX_S 3600

void sequenced_client_handshake_start(struct sequenced_client *client, int64_t at_ns)
{
    client->handshake.phase = SEQUENCED_CLIENT_PHASE_START;
    client->handshake.due_ns = at_ns;
}

void sequenced_client_handshake_return(struct sequenced_client *client, const struct moment *now)
{
    int64_t at_ns = now->mono_ns;

    if (client->handshake.begun && at_ns < client->handshake.begun_ns + RETURN_PAUSE_NS)
        at_ns = client->handshake.begun_ns + RETURN_PAUSE_NS;
    sequenced_client_handshake_start(client, at_ns);
    client_set_state(&client->base, CLIENT_JOINING, CLIENT_NO_REASON, 0);
}

void sequenced_client_handshake_restart(struct sequenced_client *client, const struct moment *now)
{
    int64_t spread_ns = RESTART_SPREAD_NS - prng_jitter(&client->base.prng, RESTART_SPREAD_NS);

    sequenced_client_handshake_return(client, now);
    client->handshake.due_ns += 5 * spread_ns; /* prng_jitter takes off up to a fifth */
}

static void forget_events(struct sequenced_client *client)
{
    sequenced_client_reorder_clear(&client->reorder);
    client->gaps.count = 0;
    client->blocked_ns = MOMENT_NEVER_NS;
}

void sequenced_client_handshake_lose_session(struct sequenced_client *client)
{
    sequenced_client_messages_lost(client);
    sequenced_client_members_forget(client);
    forget_events(client);
    client->session.lost = client->session.lost || client->session.exists;
    client->session.exists = false;
    client->session.restarted = false;
}

/* ---- sending ---- */

static void begin_phase(struct sequenced_client *client, const struct moment *now,
                        enum sequenced_client_phase phase)
{
    client->handshake.phase = phase;
    client->handshake.due_ns = now->mono_ns;
    client->handshake.sent = 0;
}

static void begin_attempt(struct sequenced_client *client, const struct moment *now)
{
    client->handshake.nonce = prng_next(&client->base.prng);
    client->handshake.begun = true;
    client->handshake.begun_ns = now->mono_ns;
    begin_phase(client, now, SEQUENCED_CLIENT_PHASE_HELLO);
}

static void send_hello(struct sequenced_client *client)
{
    struct sequenced_hello hello = {.version = SEQUENCED_VERSION, .nonce = client->handshake.nonce};
    uint8_t bytes[SEQUENCED_HELLO_MIN_BYTES];
    int length = sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello);

    client_send(&client->base, bytes, (size_t)length);
}

static void send_join(struct sequenced_client *client)
{
    struct sequenced_join join = {
        .nonce = client->handshake.nonce,
        .cookie = {client->handshake.cookie, client->handshake.cookie_len},
        .name = {client->base.requested_name, strlen(client->base.requested_name)}};
    uint8_t bytes[SEQUENCED_JOIN_MIN_BYTES];
    int length;

    if (client->session.exists) {
        join.resume = true;
        join.epoch = client->session.epoch;
        join.token = client->session.token;
        join.position = client->session.position;
    }
    length = sequenced_handshake_write_join(bytes, sizeof(bytes), &join);
    client_send(&client->base, bytes, (size_t)length);
}

static int64_t wait_ns(const struct sequenced_client_handshake *handshake)
{
    unsigned before = handshake->sent - 1;

    if (handshake->phase == SEQUENCED_CLIENT_PHASE_HELLO)
        return hello_waits_ms[before < HELLO_WAITS ? before : HELLO_WAITS - 1] * MOMENT_NS_PER_MS;
    return join_waits_ms[before < JOIN_WAITS ? before : JOIN_WAITS - 1] * MOMENT_NS_PER_MS;
}

void sequenced_client_handshake_tick(struct sequenced_client *client, const struct moment *now)
{
    struct sequenced_client_handshake *handshake = &client->handshake;

    if (handshake->phase == SEQUENCED_CLIENT_PHASE_DONE || handshake->due_ns > now->mono_ns)
        return;
    if (handshake->phase == SEQUENCED_CLIENT_PHASE_START ||
        (handshake->phase == SEQUENCED_CLIENT_PHASE_JOIN && handshake->expires_ns <= now->mono_ns))
        begin_attempt(client, now);
    if (handshake->phase == SEQUENCED_CLIENT_PHASE_HELLO)
        send_hello(client);
    else
        send_join(client);
    handshake->sent++;
    handshake->sent_ns = now->mono_ns;
    handshake->due_ns = now->mono_ns + prng_jitter(&client->base.prng, wait_ns(handshake));
    if (handshake->phase == SEQUENCED_CLIENT_PHASE_JOIN)
        handshake->due_ns = sequenced_client_earlier(handshake->due_ns, handshake->expires_ns);
}

/* ---- answers ---- */

static void sample(struct sequenced_client *client, const struct moment *now)
{
    if (client->handshake.sent == 1)
        rtt_sample(&client->rtt, now->mono_ns - client->handshake.sent_ns);
}

void sequenced_client_handshake_challenge(struct sequenced_client *client, const struct moment *now,
                                          const void *bytes, size_t length)
{
    struct sequenced_client_handshake *handshake = &client->handshake;
    struct sequenced_challenge challenge;

    if (handshake->phase != SEQUENCED_CLIENT_PHASE_HELLO ||
        sequenced_handshake_read_challenge(bytes, length, &challenge) != 0 ||
        challenge.nonce != handshake->nonce)
        return;
    sample(client, now);
    memcpy(handshake->cookie, challenge.cookie.bytes, challenge.cookie.length);
    handshake->cookie_len = (uint8_t)challenge.cookie.length;
    handshake->expires_ns = now->mono_ns + ATTEMPT_NS;
    begin_phase(client, now, SEQUENCED_CLIENT_PHASE_JOIN);
}

static void copy_text(char *out, struct octets_slice slice)
{
    memcpy(out, slice.bytes, slice.length);
    out[slice.length] = '\0';
}

/* Takes over what both kinds of WELCOME hold. */
static void take_session(struct sequenced_client *client, const struct sequenced_welcome *welcome)
{
    client->session.exists = true;
    client->session.lost = false;
    client->session.epoch = welcome->epoch;
    client->session.token = welcome->token;
    client->session.run = welcome->run;
    client->session.packet = 0;
    client->base.number = welcome->member;
    client->session.timeout_s = welcome->timeout_s;
    client->base.text_max_bytes = welcome->max_text_bytes < CLIENT_TEXT_MAX_BYTES
                                      ? welcome->max_text_bytes
                                      : CLIENT_TEXT_MAX_BYTES;
    client->history.offer = (struct client_history){welcome->history, welcome->keep_s};
    copy_text(client->base.name, welcome->name);
    copy_text(client->session.room, welcome->room);
    memcpy(client->base.requested_name, client->base.name, sizeof(client->base.requested_name));
}

/* The number of events between a lost session and this new one. */
static uint64_t count_missed(const struct sequenced_client *client,
                             const struct sequenced_welcome *welcome)
{
    if (!client->session.lost)
        return 0;
    if (welcome->epoch != client->session.epoch)
        return CLIENT_MISSED_UNKNOWN;
    return welcome->position > client->session.position
               ? welcome->position - client->session.position
               : 0;
}

/*
 * The server sends everything after the position again. Buffered events must not advance the
 * position meanwhile: the server ignores a position that it has not reached yet.
 */
static void begin_run(struct sequenced_client *client, const struct moment *now)
{
    forget_events(client);
    client->gaps.head = client->gaps.highest = 0;
    client->paths.count = 0;
    sequenced_client_reports_begin(client);
    sequenced_client_window_begin(client, now);
    sequenced_client_members_ask(client, now, false);
    sequenced_client_heartbeat_begin(client, now);
}

void sequenced_client_handshake_welcome(struct sequenced_client *client, const struct moment *now,
                                        const void *bytes, size_t length)
{
    struct sequenced_welcome welcome;
    uint64_t missed;

    if (client->handshake.phase != SEQUENCED_CLIENT_PHASE_JOIN ||
        sequenced_handshake_read_welcome(bytes, length, &welcome) != 0 ||
        welcome.nonce != client->handshake.nonce || welcome.resumed != client->session.exists ||
        (welcome.resumed && welcome.epoch != client->session.epoch))
        return;
    sample(client, now);
    client->handshake.phase = SEQUENCED_CLIENT_PHASE_DONE;
    client->handshake.cookies_refused = 0;
    missed = count_missed(client, &welcome);
    take_session(client, &welcome);
    if (!welcome.resumed) {
        client->session.position = welcome.position;
        client->session.members = 1; /* itself, until a page comes */
    }
    if (!welcome.resumed || client->session.restarted)
        client->members.since = client->session.position;
    if (welcome.resumed)
        sequenced_client_messages_resumed(client, now);
    begin_run(client, now);
    sequenced_client_history_begin(client, now, welcome.resumed);
    client_set_state(&client->base, CLIENT_IN, CLIENT_NO_REASON, 0);
    if (missed > 0 && client->base.sink.missed != NULL)
        client->base.sink.missed(client->base.sink.ctx, missed);
}

/* ---- refusals ---- */

static void refuse_cookie(struct sequenced_client *client, const struct moment *now)
{
    client->handshake.cookies_refused++;
    if (client->handshake.cookies_refused >= COOKIES_REFUSED_MAX)
        client_end(&client->base, CLIENT_REFUSED_COOKIE);
    else
        sequenced_client_handshake_start(client, now->mono_ns);
}

static void wait_while_full(struct sequenced_client *client, const struct moment *now,
                            const struct sequenced_refusal *refusal)
{
    uint16_t wait_s = refusal->wait == 0 ? 1 : refusal->wait;
    int64_t wait_ns;

    if (wait_s > REFUSAL_WAIT_MAX_S)
        wait_s = REFUSAL_WAIT_MAX_S;
    wait_ns = wait_s * MOMENT_NS_PER_S;
    /* Up to a fifth later, so that the refused clients do not all return together. */
    sequenced_client_handshake_start(client, now->mono_ns + 2 * wait_ns -
                                                 prng_jitter(&client->base.prng, wait_ns));
    client_set_state(&client->base, CLIENT_JOINING, (enum client_reason)refusal->code, wait_s);
}

void sequenced_client_handshake_refusal(struct sequenced_client *client, const struct moment *now,
                                        const void *bytes, size_t length)
{
    struct sequenced_client_handshake *handshake = &client->handshake;
    struct sequenced_refusal refusal;

    if ((handshake->phase != SEQUENCED_CLIENT_PHASE_HELLO &&
         handshake->phase != SEQUENCED_CLIENT_PHASE_JOIN) ||
        sequenced_handshake_read_refusal(bytes, length, &refusal) != 0 ||
        refusal.nonce != handshake->nonce)
        return;
    if (refusal.code != SEQUENCED_REFUSED_COOKIE)
        handshake->cookies_refused = 0;
    switch (refusal.code) {
    case SEQUENCED_REFUSED_TAKEN:
    case SEQUENCED_REFUSED_BAD_NAME:
        sequenced_client_handshake_start(client, MOMENT_NEVER_NS);
        client_set_state(&client->base, CLIENT_JOINING, (enum client_reason)refusal.code, 0);
        break;
    case SEQUENCED_REFUSED_FULL:
    case SEQUENCED_REFUSED_TOO_MANY:
        wait_while_full(client, now, &refusal);
        break;
    case SEQUENCED_REFUSED_COOKIE:
        refuse_cookie(client, now);
        break;
    case SEQUENCED_REFUSED_UNKNOWN_SESSION:
        /* It is no answer to a JOIN without a session; without the pause it could become a loop. */
        sequenced_client_handshake_start(
            client, now->mono_ns + (client->session.exists ? 0 : RETURN_PAUSE_NS));
        sequenced_client_handshake_lose_session(client);
        client_set_state(&client->base, CLIENT_JOINING, CLIENT_REFUSED_UNKNOWN, 0);
        break;
    default:
        client_end(&client->base, (enum client_reason)refusal.code);
    }
}
