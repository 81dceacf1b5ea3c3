/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Window, round-trip time, and what is to be sent again. */
#include "core/sequenced_server/session_acks.h"

#include "core/model/session_deadlines.h"
#include "core/room/room_ops.h"

/* Until it is measured; a handshake that took longer tells nothing. */
#define ROUND_TRIP_US 1000000U

/* Timers and turns of loops are no more precise (RFC 9002, 6.1.2). */
#define DEVIATION_MIN_US 1000U

/* A client reports what comes that late. */
#define REPORT_DELAY_US 20000U

/* A client needs this long to notice a gap, however near it is. */
#define ROUND_TRIP_MIN_MS 10U

/* A longer sample means that a machine slept. */
#define SAMPLE_MAX_US 60000000U

static uint32_t round_trip_us(const struct session *session)
{
    return session->round_trip_us != 0 ? session->round_trip_us : ROUND_TRIP_US;
}

static uint32_t round_trip_ms(const struct session *session)
{
    uint32_t measured_ms = round_trip_us(session) / 1000;

    return measured_ms > ROUND_TRIP_MIN_MS ? measured_ms : ROUND_TRIP_MIN_MS;
}

/* The one rule for all that is repeated to a member (doc/protocol.md, 2.5). */
static void follow_round_trip(struct session *session)
{
    uint32_t deviations_us = 4 * session->deviation_us;

    if (deviations_us < DEVIATION_MIN_US)
        deviations_us = DEVIATION_MIN_US;
    session->wait =
        session_deadlines_queue(round_trip_us(session) + deviations_us + REPORT_DELAY_US);
    session->wait_prompt = session_deadlines_queue(round_trip_us(session) + deviations_us);
}

static uint16_t tenths(const struct moment *now)
{
    return (uint16_t)(now->mono_ns / (MOMENT_NS_PER_S / 10));
}

bool session_acks_is_lossy(const struct moment *now, const struct session *session)
{
    return (session->flags & SESSION_LOSSY) != 0 &&
           (uint16_t)(tenths(now) - session->lossy_ds) < SESSION_LOSSY_DS;
}

uint8_t session_acks_wait(const struct moment *now, const struct session *session)
{
    return session_acks_is_lossy(now, session) && (session->flags & SESSION_PROMPT) != 0
               ? session->wait_prompt
               : session->wait;
}

void session_acks_lossy(const struct moment *now, struct session *session)
{
    session->flags |= SESSION_LOSSY;
    session->lossy_ds = tenths(now);
}

static void take_first(struct session *session, uint32_t sample_us)
{
    session->round_trip_us = sample_us;
    session->deviation_us = sample_us / 2;
}

void session_acks_guess(struct session *session, uint64_t elapsed_ms)
{
    if (elapsed_ms >= ROUND_TRIP_US / 1000)
        return;
    take_first(session, (uint32_t)elapsed_ms * 1000 + 1);
    session->flags |= SESSION_GUESSED;
    follow_round_trip(session);
}

/* RFC 6298, section 2. */
static void smooth(struct session *session, uint32_t sample_us)
{
    uint32_t error_us = session->round_trip_us > sample_us ? session->round_trip_us - sample_us
                                                           : sample_us - session->round_trip_us;

    session->deviation_us = (uint32_t)(((uint64_t)session->deviation_us * 3 + error_us) / 4);
    session->round_trip_us = (uint32_t)(((uint64_t)session->round_trip_us * 7 + sample_us) / 8);
    if (session->round_trip_us == 0)
        session->round_trip_us = 1;
}

/* Sinks at once, and rises slowly. */
static void note_shortest(struct sessions *sessions, uint32_t sample_us)
{
    if (sessions->round_trip_us == 0 || sample_us < sessions->round_trip_us)
        sessions->round_trip_us = sample_us;
    else
        sessions->round_trip_us += (sample_us - sessions->round_trip_us) / 64;
}

static void take_sample(struct sessions *sessions, struct session *session, uint32_t sample_us)
{
    note_shortest(sessions, sample_us);
    if (session->round_trip_us == 0 || (session->flags & SESSION_GUESSED) != 0)
        take_first(session, sample_us);
    else
        smooth(session, sample_us);
    session->flags &= (uint8_t)~SESSION_GUESSED;
    follow_round_trip(session);
}

/*
 * The last event that has come is that of the datagram which is measured, or a later one. The delay
 * of the report is that of the last event: if it is a later one, the time tells too little.
 */
static void measure(struct sessions *sessions, const struct moment *now, struct session *session,
                    const struct sequenced_up *up)
{
    uint64_t last = up->position + up->ahead, sample = session_whole(session->sample, last);
    uint32_t elapsed_us = (uint32_t)(now->mono_ns / 1000) - session->sampled_us;
    uint32_t delay_us = up->delay * SEQUENCED_DELAY_UNIT_US;

    /* A number above `last` becomes one that is far below it. */
    if ((session->flags & SESSION_SAMPLED) == 0 || last - sample > UINT32_MAX / 2)
        return;
    session->flags &= (uint8_t)~SESSION_SAMPLED;
    if (elapsed_us > SAMPLE_MAX_US)
        return;
    if (up->delay != SEQUENCED_DELAY_UNKNOWN && last == sample)
        take_sample(sessions, session, elapsed_us > delay_us ? elapsed_us - delay_us : 1);
    else if (session->round_trip_us == 0)
        take_sample(sessions, session, elapsed_us + 1);
}

/* A member can't report more than it was sent, whatever it says. */
void session_acks_count(struct room *room, const struct moment *now, struct member *member,
                        const struct sequenced_up *up)
{
    struct session *session = member->session;
    uint16_t lost = (uint16_t)(up->lost - session->heard_lost);
    uint16_t received = (uint16_t)(up->received - session->heard_received);

    measure(room->sessions, now, session, up);
    session->heard_lost = up->lost;
    session->heard_received = up->received;
    if (lost > 0)
        session_acks_lossy(now, session);
    lost = lost < session->sent ? lost : session->sent;
    session->sent = (uint16_t)(session->sent - lost);
    received = received < session->sent ? received : session->sent;
    session->sent = (uint16_t)(session->sent - received);
    loss_note(&room->sessions->loss, now->mono_ns, received, lost);
    if (lost + received > 0)
        session->flags |= SESSION_HEARD;
    /* It is there, and answers: the wait begins anew. */
    if (session->queue > session->wait && received + lost > 0)
        session_deadlines_set(room->sessions, now, member, session_acks_wait(now, session));
    if (lost + received > 0 &&
        room_slot(room, member)->cursor <= transcript_released(room->transcript))
        registry_mark_behind(room->registry, member);
}

void session_acks_reset(struct session *session)
{
    session->window = SESSION_WINDOW_FIRST;
    session->large = 0;
    session->round_trip_us = session->deviation_us = 0;
    session->flags &= (uint8_t)~(SESSION_SAMPLED | SESSION_LOST | SESSION_GUESSED);
    follow_round_trip(session);
}

/* The number of datagrams in flight: those that begin, or reach, beyond its position. */
static uint16_t count_flight(const struct room *room, const struct session *session,
                             uint64_t cursor)
{
    uint64_t next = session->position + 1, boundaries;

    if ((session->flags & SESSION_GAP) != 0 && session_whole(session->gap, cursor) > next)
        next = session_whole(session->gap, cursor); /* the others are forgotten, not in flight */
    if (next >= cursor)
        return 0;
    boundaries = transcript_boundaries(room->transcript, next, cursor - 1);
    boundaries += transcript_is_boundary(room->transcript, next) ? 0 : 1;
    return boundaries < UINT16_MAX ? (uint16_t)boundaries : UINT16_MAX;
}

static void grow(const struct moment *now, struct session *session)
{
    uint32_t now_ms = session_ms(now);

    if (session->window >= SESSION_WINDOW_MAX)
        return;
    if ((session->flags & SESSION_LOST) == 0) {
        session->window++;
    } else if (now_ms - session->grown_ms >= round_trip_ms(session)) {
        session->window++;
        session->grown_ms = now_ms;
    }
}

void session_acks_position(struct room *room, const struct moment *now, struct member *member,
                           const struct sequenced_up *up)
{
    struct session *session = member->session;
    uint64_t cursor = room_slot(room, member)->cursor, position = up->position;
    bool was_full = !session_is_open(session, 0);

    /*
     * A position beyond the cursor may be due to the run before: its datagrams came late, or were
     * beyond the present window. A position that is not even released is impossible.
     */
    if (position >= cursor && position <= transcript_released(room->transcript))
        position = cursor - 1;
    if (position <= session->position || position >= cursor)
        return;
    nacks_advance(&session->nacks, position - session->position);
    session->position = position;
    if (!session_is_small(session))
        session->large = 0;
    session->flags &= (uint8_t)~SESSION_PROBED;
    if ((session->flags & SESSION_GAP) != 0 && position + 1 >= session_whole(session->gap, cursor))
        session->flags &= (uint8_t)~SESSION_GAP;
    session->flight = count_flight(room, session, cursor);
    if (session->sent > session->flight)
        session->sent = session->flight;
    if (was_full)
        grow(now, session);
    if (position + 1 == cursor && (session->flags & SESSION_GAP) == 0)
        session_deadlines_stop(room->sessions, member);
    else if (session->queue != SESSION_DEADLINE_AT_ONCE)
        session_deadlines_set(room->sessions, now, member, session_acks_wait(now, session));
    if (cursor <= transcript_released(room->transcript))
        registry_mark_behind(room->registry, member);
}

/* Halves the window at most once per round trip, however many datagrams were lost. */
static void shrink(const struct moment *now, struct session *session)
{
    uint32_t now_ms = session_ms(now);

    if ((session->flags & SESSION_LOST) != 0 &&
        now_ms - session->halved_ms < round_trip_ms(session))
        return;
    session->flags |= SESSION_LOST;
    session->halved_ms = now_ms;
    session->grown_ms = now_ms;
    session->window =
        session->window / 2 > SESSION_WINDOW_MIN ? session->window / 2 : SESSION_WINDOW_MIN;
}

void session_acks_nack(struct room *room, const struct moment *now, struct member *member,
                       uint64_t position, const struct sequenced_up_frame *missing)
{
    struct session *session = member->session;
    uint64_t cursor = room_slot(room, member)->cursor, first = 0;

    for (size_t n = 0; n < 8 * missing->missing.length; n++) {
        uint64_t event = position + 1 + n;

        /* What was not sent yet is not missing; it may have been sent to the run before. */
        if (!sequenced_up_asks(missing, n) || event <= session->position || event >= cursor)
            continue;
        nacks_add(&session->nacks, event - session->position - 1);
        /* A retransmitted datagram gives no sample (Karn's algorithm). */
        if ((uint32_t)event == session->sample)
            session->flags &= (uint8_t)~SESSION_SAMPLED;
        first = first == 0 ? event : first;
    }
    if (first == 0)
        return;
    shrink(now, session);
    if (session->queue != SESSION_DEADLINE_AT_ONCE)
        session_deadlines_set(room->sessions, now, member, session_acks_wait(now, session));
    registry_mark_behind(room->registry, member);
}
