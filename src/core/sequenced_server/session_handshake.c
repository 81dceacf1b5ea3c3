/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* From a HELLO to a session. */
#include "core/sequenced_server/session_handshake.h"

#include "core/model/session.h"
#include "core/model/session_deadlines.h"
#include "core/room/admission.h"
#include "core/room/held.h"
#include "core/room/membership.h"
#include "core/room/room_ops.h"
#include "core/room/state.h"
#include "core/sequenced_server/session_acks.h"
#include "core/sequenced_server/session_window.h"
#include "core/sequenced_wire/sequenced_handshake.h"

#include <roomd/status.h>
#include <string.h>

/* Seconds that a newcomer is asked to wait: for a member to leave; for the limits on joins. */
#define WAIT_FULL_S  30
#define WAIT_JOINS_S 10

/* A JOIN with a valid cookie, and its context. */
struct attempt {
    struct room *room;
    const struct moment *now;
    const struct path *path;
    struct sequenced_join join;
    uint64_t made_ms; /* when the cookie was made */
    uint64_t token;   /* of the session that the JOIN makes or made */
};

static uint64_t milliseconds(const struct moment *now)
{
    return (uint64_t)(now->mono_ns / MOMENT_NS_PER_MS);
}

/* `waits`: for what it depends on to be committed. */
static void answer(struct room *room, const struct path *path, const void *bytes, int length,
                   bool waits)
{
    if (length > 0 && !(waits ? held_send(room, path, bytes, (size_t)length)
                              : delivery_send_now(room->delivery, path, bytes, (size_t)length)))
        room->stats.answers_withheld++;
}

static void refuse(struct room *room, const struct path *path, uint8_t version, uint8_t code,
                   uint64_t nonce, uint16_t wait, bool waits)
{
    const struct sequenced_refusal refusal = {
        .version = version, .code = code, .nonce = nonce, .wait = wait};
    uint8_t bytes[SEQUENCED_REFUSAL_BYTES];

    answer(room, path, bytes, sequenced_handshake_write_refusal(bytes, sizeof(bytes), &refusal),
           waits);
}

/* Within the limits for answers; beyond them every second one, so that genuine clients get in. */
static bool may_answer_hello(struct room *room, const struct moment *now, const struct path *path)
{
    if (admission_may_answer(room, now, path->peer.address))
        return true;
    room->sessions->answers_next = !room->sessions->answers_next;
    if (!room->sessions->answers_next)
        room->stats.answers_withheld++;
    return room->sessions->answers_next;
}

_Static_assert(ROOM_HELLO_FIRST_BYTE == SEQUENCED_FIRST_HANDSHAKE_UP &&
                   ROOM_HELLO_THIRD_BYTE == SEQUENCED_TYPE_HELLO,
               "those of the protocol");

enum refusal session_handshake_hello(struct room *room, const struct moment *now,
                                     const struct path *path, const void *bytes, size_t length)
{
    uint8_t cookie[SECRETS_COOKIE_BYTES], out[SEQUENCED_CHALLENGE_MAX_BYTES];
    struct sequenced_hello hello;
    struct sequenced_challenge challenge;

    if (sequenced_handshake_read_hello(bytes, length, &hello) != 0)
        return REFUSED_MALFORMED;
    if (!may_answer_hello(room, now, path))
        return REFUSED_LIMITED;
    if (hello.version != SEQUENCED_VERSION) {
        refuse(room, path, hello.version, SEQUENCED_REFUSED_VERSION, hello.nonce, SEQUENCED_VERSION,
               false);
        return REFUSED_MALFORMED;
    }
    if (!room->limits.sequenced_enabled) {
        refuse(room, path, SEQUENCED_VERSION, SEQUENCED_REFUSED_USE_PLAIN, hello.nonce, 0, false);
        return REFUSED_SEQUENCED_OFF;
    }
    secrets_cookie(room->sessions->secret, &path->peer, hello.nonce, milliseconds(now), cookie);
    challenge = (struct sequenced_challenge){.nonce = hello.nonce,
                                             .cookie = {(const char *)cookie, sizeof(cookie)}};
    answer(room, path, out, sequenced_handshake_write_challenge(out, sizeof(out), &challenge),
           false);
    return REFUSED_NOT;
}

void session_handshake_stranger(struct room *room, const struct moment *now,
                                const struct path *path, uint64_t token)
{
    const struct sequenced_stranger stranger = {.token = token};
    uint8_t bytes[SEQUENCED_STRANGER_BYTES];

    if (admission_may_answer(room, now, path->peer.address))
        answer(room, path, bytes,
               sequenced_handshake_write_stranger(bytes, sizeof(bytes), &stranger), true);
    else
        room->stats.answers_withheld++;
}

/* ---- joins ---- */

static enum refusal refuse_join(const struct attempt *attempt, uint8_t code, uint16_t wait,
                                enum refusal refusal)
{
    refuse(attempt->room, attempt->path, SEQUENCED_VERSION, code, attempt->join.nonce, wait,
           refusal != REFUSED_LOG_BEHIND);
    return refusal;
}

/*
 * Before the first UP of the run, the same bytes each time: until then the position is the one at
 * which it begins, and the member was last heard when it was welcomed first. After more reloads
 * than are remembered it is not answered.
 */
static void welcome(struct room *room, const struct path *path, const struct member *member)
{
    const struct session *session = member->session;
    const struct terms *terms = terms_at(&room->terms, member->heard_ns);
    struct sequenced_welcome welcome = {
        .resumed = session->run > 1,
        .nonce = session->nonce,
        .epoch = room->sessions->epoch,
        .token = session->token,
        .run = session->run,
        .member = (uint32_t)member->number,
        .position = session->position,
        .name = {registry_shown(member), registry_shown_len(member)},
    };
    uint8_t bytes[SEQUENCED_WELCOME_MAX_BYTES];

    if (terms == NULL)
        return;
    welcome.max_text_bytes = terms->max_text_bytes;
    welcome.timeout_s = terms->session_timeout_s;
    welcome.history = terms->history;
    welcome.keep_s = terms->keep_s;
    welcome.room = (struct octets_slice){terms->title, strlen(terms->title)};
    answer(room, path, bytes, sequenced_handshake_write_welcome(bytes, sizeof(bytes), &welcome),
           true);
}

/* The cookie has confirmed the address, so it is the session's path at once. */
static void begin_run(const struct attempt *attempt, struct member *member, uint64_t position)
{
    struct room *room = attempt->room;
    struct session *session = member->session;

    session->nonce = attempt->join.nonce;
    session->made_ms = attempt->made_ms;
    session->run++;
    session->restored = 0;
    session->packet = 0;
    session->ups = session->ups_told = 0;
    session->paths = 0;
    session->position = position;
    nacks_clear(&room->sessions->nacks, &session->nacks);
    session->flags &= SESSION_WAITS | SESSION_REPAIRS_WAITS;
    session->flight = 0;
    session_deadlines_stop(room->sessions, member);
    /* A restarted program has other messages under these numbers; one that was not repeats them. */
    reorder_forget(room->reorder, &session->reorder);
    room_slot(room, member)->cursor = position + 1;
    apply_move(room, attempt->now, member, attempt->path);
    if (session->run > 1)
        session_window_move(room, attempt->now, member);
    session->congestion.received = session->congestion.lost = 0;
    session_acks_reset(room, session);
    session_acks_guess(room, session, milliseconds(attempt->now) - attempt->made_ms);
    state_put_session(room, member);
}

/*
 * REFUSAL's code for a refused join. While a mute lasts, its endpoint can't have another name:
 * BAD_NAME.
 */
static const uint8_t join_codes[REFUSALS] = {
    [REFUSED_NAME_BAD] = SEQUENCED_REFUSED_BAD_NAME,
    [REFUSED_MUTED] = SEQUENCED_REFUSED_BAD_NAME,
    [REFUSED_BANNED] = SEQUENCED_REFUSED_BANNED,
    [REFUSED_NAME_TAKEN] = SEQUENCED_REFUSED_TAKEN,
    [REFUSED_ROOM_FULL] = SEQUENCED_REFUSED_FULL,
    [REFUSED_NO_MEMORY] = SEQUENCED_REFUSED_FULL,
    [REFUSED_LIMITED] = SEQUENCED_REFUSED_TOO_MANY,
    [REFUSED_CROWDED] = SEQUENCED_REFUSED_TOO_MANY,
    [REFUSED_LOG_BEHIND] = SEQUENCED_REFUSED_TOO_MANY,
};

static uint16_t wait_for(uint8_t code)
{
    return code == SEQUENCED_REFUSED_FULL       ? WAIT_FULL_S
           : code == SEQUENCED_REFUSED_TOO_MANY ? WAIT_JOINS_S
                                                : 0;
}

static enum refusal join_anew(const struct attempt *attempt)
{
    const struct join join = {.name = attempt->join.name.bytes,
                              .name_len = attempt->join.name.length,
                              .path = attempt->path,
                              .sequenced = true,
                              .token = attempt->token};
    struct member *member;
    enum refusal refused = room_admit(attempt->room, attempt->now, &join, &member);

    if (refused != REFUSED_NOT)
        return refuse_join(attempt, join_codes[refused], wait_for(join_codes[refused]), refused);
    begin_run(attempt, member, member->first - 1);
    welcome(attempt->room, attempt->path, member);
    registry_mark_behind(attempt->room->registry, member);
    return REFUSED_NOT;
}

static enum refusal resume(const struct attempt *attempt, struct member *member)
{
    struct room *room = attempt->room;
    uint64_t position = attempt->join.position;

    if (member == NULL || attempt->join.epoch != room->sessions->epoch ||
        member->session->run == UINT16_MAX || position > transcript_committed(room->transcript))
        return refuse_join(attempt, SEQUENCED_REFUSED_UNKNOWN_SESSION, 0, REFUSED_STRANGER);
    if (bans_forbid_address(room->bans, attempt->path->peer.address, attempt->now->mono_ns))
        return refuse_join(attempt, SEQUENCED_REFUSED_BANNED, 0, REFUSED_BANNED);
    if (!apply_has_room(room, attempt->now, 0))
        return refuse_join(attempt, SEQUENCED_REFUSED_TOO_MANY, WAIT_JOINS_S, REFUSED_LOG_BEHIND);
    /* Events before its own join are not sent to it. */
    begin_run(attempt, member, position + 1 < member->first ? member->first - 1 : position);
    registry_heard(room->registry, member, attempt->now->mono_ns);
    welcome(room, attempt->path, member);
    registry_mark_behind(room->registry, member);
    return REFUSED_NOT;
}

/* The cookie is valid. */
static enum refusal decide(const struct attempt *attempt)
{
    const struct sequenced_join *join = &attempt->join;
    struct room *room = attempt->room;
    struct member *member =
        sessions_find(room->sessions, join->resume ? join->token : attempt->token);

    if (sessions_has_ended(room->sessions, attempt->token, join->nonce))
        return REFUSED_STRANGER;
    if (member != NULL && member->session->nonce == join->nonce &&
        member->session->made_ms == attempt->made_ms) {
        if (member->session->packet > 0)
            return REFUSED_COOKIE; /* it was welcomed, and another WELCOME would not be the same */
        welcome(room, attempt->path, member);
        return REFUSED_NOT;
    }
    if (!room->limits.sequenced_enabled)
        return refuse_join(attempt, SEQUENCED_REFUSED_USE_PLAIN, 0, REFUSED_SEQUENCED_OFF);
    if (member == NULL)
        return join->resume ? resume(attempt, NULL) : join_anew(attempt);
    if (!join->resume || attempt->made_ms < member->session->made_ms)
        return REFUSED_COOKIE; /* the JOIN comes late: the session has continued without it */
    return resume(attempt, member);
}

enum refusal session_handshake_join(struct room *room, const struct moment *now,
                                    const struct path *path, const void *bytes, size_t length)
{
    struct attempt attempt = {.room = room, .now = now, .path = path};
    enum refusal refused;

    if (sequenced_handshake_read_join(bytes, length, &attempt.join) != 0)
        return REFUSED_MALFORMED;
    if (!secrets_cookie_is_good(room->sessions->secret, &path->peer, attempt.join.nonce,
                                milliseconds(now), attempt.join.cookie, &attempt.made_ms)) {
        if (!admission_may_answer(room, now, path->peer.address)) {
            room->stats.answers_withheld++;
            return REFUSED_COOKIE;
        }
        return refuse_join(&attempt, SEQUENCED_REFUSED_COOKIE, 0, REFUSED_COOKIE);
    }
    attempt.token = secrets_number(room->sessions->secret, SECRETS_TOKEN, &path->peer,
                                   attempt.join.nonce, attempt.made_ms);
    record_begin(room->records, now);
    refused = decide(&attempt);
    record_end(room->records);
    return refused;
}
