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

/* That of the moment when a datagram was sent again. */
#define COPY_PRECISION_US 2000U

/* A longer sample means that a machine slept. */
#define SAMPLE_MAX_US 60000000U

static struct controller *controller_of(const struct room *room, const struct session *session)
{
    return controllers_at(&room->controllers, session->controller);
}

static uint32_t longest_us(const struct controller *controller)
{
    uint32_t deviations_us = 4 * controller->deviation_us;
    uint32_t wait_us = controller->round_trip_us != 0 ? controller->round_trip_us : ROUND_TRIP_US;

    return wait_us + (deviations_us > DEVIATION_MIN_US ? deviations_us : DEVIATION_MIN_US);
}

/* The one rule for all that is repeated to the members at an address (doc/protocol.md, 2.5). */
static void follow_round_trip(struct controller *controller)
{
    uint32_t wait_us = longest_us(controller);

    controller->wait =
        session_deadlines_queue_near(controller->wait, wait_us + SESSION_REPORT_DELAY_US);
    controller->wait_prompt = session_deadlines_queue_near(controller->wait_prompt, wait_us);
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

uint8_t session_acks_wait(const struct controllers *controllers, const struct moment *now,
                          const struct session *session)
{
    const struct controller *controller = controllers_at(controllers, session->controller);

    return session_acks_is_lossy(now, session) && (session->flags & SESSION_PROMPT) != 0
               ? controller->wait_prompt
               : controller->wait;
}

void session_acks_lossy(const struct moment *now, struct session *session)
{
    session->flags |= SESSION_LOSSY;
    session->lossy_ds = tenths(now);
}

void session_acks_reset(const struct room *room, struct session *session)
{
    session->large = 0;
    session->flags &= (uint8_t)~SESSION_SAMPLED;
    follow_round_trip(controller_of(room, session));
}

static void take_first(struct controller *controller, uint32_t sample_us)
{
    controller->round_trip_us = sample_us;
    controller->deviation_us = sample_us / 2;
}

void session_acks_guess(const struct room *room, struct session *session, uint64_t elapsed_ms)
{
    struct controller *controller = controller_of(room, session);

    if (elapsed_ms >= ROUND_TRIP_US / 1000)
        return;
    congestion_guess(&session->congestion, (uint32_t)elapsed_ms * 1000);
    if (controller->round_trip_us != 0)
        return;
    take_first(controller, (uint32_t)elapsed_ms * 1000 + 1);
    controller->guessed = true;
    follow_round_trip(controller);
}

/* RFC 6298, section 2. */
static void smooth(struct controller *controller, uint32_t sample_us)
{
    uint32_t smoothed_us = controller->round_trip_us;
    uint32_t error_us = smoothed_us > sample_us ? smoothed_us - sample_us : sample_us - smoothed_us;

    controller->deviation_us = (uint32_t)(((uint64_t)controller->deviation_us * 3 + error_us) / 4);
    smoothed_us = (uint32_t)(((uint64_t)smoothed_us * 7 + sample_us) / 8);
    controller->round_trip_us = smoothed_us > 0 ? smoothed_us : 1;
}

/* Sinks at once, and rises slowly. */
static void note_shortest(struct sessions *sessions, uint32_t sample_us)
{
    if (sessions->round_trip_us == 0 || sample_us < sessions->round_trip_us)
        sessions->round_trip_us = sample_us;
    else
        sessions->round_trip_us += (sample_us - sessions->round_trip_us) / 64;
}

static void take_sample(const struct room *room, struct session *session, uint32_t sample_us)
{
    struct controller *controller = controller_of(room, session);

    note_shortest(room->sessions, sample_us);
    if (controller->round_trip_us == 0 || controller->guessed)
        take_first(controller, sample_us);
    else
        smooth(controller, sample_us);
    controller->guessed = false;
    follow_round_trip(controller);
}

/*
 * It is only known that the round trip of a datagram took so long or longer; unless the datagram
 * was lost, and others have brought what was in it.
 */
static void hint(const struct room *room, struct session *session, const struct sequenced_up *up,
                 uint32_t at_least_us)
{
    struct congestion_flow *flow = &session->congestion;

    if (flow->base != 0 && at_least_us / CONGESTION_SAMPLE_US > flow->base && up->ahead == 0 &&
        up->lost == flow->lost)
        congestion_sample(&controller_of(room, session)->path, flow, at_least_us);
}

/*
 * Of what was sent twice, the report is that of the first copy if the round trip of the second
 * would be shorter than any. If that would be longer than what is waited for, the round trip is
 * that long at least, whichever has come: where a queue grows, nothing else may tell. Between them
 * nothing is known (Karn's algorithm), and 0 is returned.
 */
static uint32_t sample_of_two(const struct room *room, const struct moment *now,
                              const struct session *session, uint32_t first_us, uint32_t delay_us)
{
    uint32_t since_ms = (uint16_t)((uint16_t)session_ms(now) - session->again_ms);
    int64_t second_us = (int64_t)since_ms * 1000 - delay_us;

    if (second_us + COPY_PRECISION_US < session->congestion.base * (int64_t)CONGESTION_SAMPLE_US)
        return first_us;
    return second_us > longest_us(controller_of(room, session)) ? (uint32_t)second_us : 0;
}

/*
 * The last event that has come is that of the datagram which is measured, or a later one. The delay
 * of the report is that of the last event: if it is a later one, it is not known how long the
 * report of this datagram was kept back, but no longer than since the report before.
 */
static void measure(const struct room *room, const struct moment *now, struct session *session,
                    const struct sequenced_up *up, uint32_t kept_us)
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
    if (up->delay != SEQUENCED_DELAY_UNKNOWN && last == sample) {
        elapsed_us = elapsed_us > delay_us ? elapsed_us - delay_us : 1;
        if (session->again_ms != 0)
            elapsed_us = sample_of_two(room, now, session, elapsed_us, delay_us);
        if (elapsed_us == 0)
            return;
        congestion_sample(&controller_of(room, session)->path, &session->congestion, elapsed_us);
        take_sample(room, session, elapsed_us);
    } else if (session->again_ms != 0) {
        return;
    } else if (controller_of(room, session)->round_trip_us == 0) {
        take_sample(room, session, elapsed_us + 1);
    } else if (elapsed_us > kept_us) {
        hint(room, session, up, elapsed_us - kept_us);
    }
}

void session_acks_count(struct room *room, const struct moment *now, struct member *member,
                        const struct sequenced_up *up, struct session_counts *counts)
{
    struct session *session = member->session;
    struct congestion_flow *flow = &session->congestion;
    struct congestion *path = &controller_of(room, session)->path;
    uint16_t lost = (uint16_t)(up->lost - flow->lost);
    uint16_t received = (uint16_t)(up->received - flow->received);

    measure(room, now, session, up, counts->kept_us);
    if (lost > 0)
        session_acks_lossy(now, session);
    /* A member can't report more than it was sent, whatever it says. */
    lost = lost < flow->flight ? lost : flow->flight;
    received = received < flow->flight ? received : flow->flight;
    counts->received = received;
    counts->lost = congestion_report(path, flow, up->received, up->lost, session_ms(now));
    if (received > 0)
        congestion_aim(path, flow, received);
    /* It is there, and answers: the wait begins anew. */
    if (session->queue > controller_of(room, session)->wait && received + lost > 0)
        session_deadlines_set(room->sessions, now, member,
                              session_acks_wait(&room->controllers, now, session));
    if (lost + received > 0 &&
        room_slot(room, member)->cursor <= transcript_released(room->transcript))
        registry_mark_behind(room->registry, member);
}

void session_acks_lost(struct room *room, const struct moment *now, struct member *member,
                       const struct session_counts *counts)
{
    struct session *session = member->session;
    struct congestion *path = &controller_of(room, session)->path;

    if (counts->lost == 0 && !counts->asks && room->sessions->loss.lost == 0)
        return;
    /* What a queue drops is no reason to send more. */
    loss_note(&room->sessions->loss, now->mono_ns, counts->received,
              congestion_is_queued(path) ? 0 : counts->lost);
    congestion_lost(path, &session->congestion, counts->lost);
    if (counts->asks && counts->received == 0)
        congestion_late(path, &session->congestion);
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

void session_acks_position(struct room *room, const struct moment *now, struct member *member,
                           const struct sequenced_up *up)
{
    struct session *session = member->session;
    uint64_t cursor = room_slot(room, member)->cursor, position = up->position;

    /*
     * A position beyond the cursor may be due to the run before: its datagrams came late, or were
     * beyond the present window. A position that is not even released is impossible.
     */
    if (position >= cursor && position <= transcript_released(room->transcript))
        position = cursor - 1;
    if (position <= session->position || position >= cursor)
        return;
    nacks_advance(&room->sessions->nacks, &session->nacks, position - session->position);
    session->position = position;
    if (!session_is_small(session))
        session->large = 0;
    congestion_heard(&controller_of(room, session)->path, &session->congestion);
    session->flags &= (uint8_t)~SESSION_PROBED;
    if ((session->flags & SESSION_GAP) != 0 && position + 1 >= session_whole(session->gap, cursor))
        session->flags &= (uint8_t)~SESSION_GAP;
    session->flight = count_flight(room, session, cursor);
    if (session->congestion.flight > session->flight)
        congestion_settle(&controller_of(room, session)->path, &session->congestion,
                          (uint32_t)(session->congestion.flight - session->flight));
    if (position + 1 == cursor && (session->flags & SESSION_GAP) == 0)
        session_deadlines_stop(room->sessions, member);
    else if (session->queue != SESSION_DEADLINE_AT_ONCE)
        session_deadlines_set(room->sessions, now, member,
                              session_acks_wait(&room->controllers, now, session));
    if (cursor <= transcript_released(room->transcript))
        registry_mark_behind(room->registry, member);
}

/* Notes the events that are asked for and will be sent again. False if there are none. */
static bool note_missing(struct nacks_pool *pool, struct session *session, uint64_t cursor,
                         uint64_t position, const struct sequenced_up_frame *missing)
{
    bool any = false;

    for (size_t n = 0; n < 8 * missing->missing.length; n++) {
        uint64_t event = position + 1 + n;

        /* What was not sent yet is not missing; it may have been sent to the run before. */
        if (!sequenced_up_asks(missing, n) || event <= session->position || event >= cursor)
            continue;
        /* A retransmitted datagram gives no sample (Karn's algorithm). */
        if ((uint32_t)event == session->sample)
            session->flags &= (uint8_t)~SESSION_SAMPLED;
        nacks_add(pool, &session->nacks, event - session->position - 1);
        any = true;
    }
    return any;
}

void session_acks_nack(struct room *room, const struct moment *now, struct member *member,
                       const struct sequenced_up *up, const struct sequenced_up_frame *missing,
                       struct session_counts *counts)
{
    struct session *session = member->session;

    if (!note_missing(&room->sessions->nacks, session, room_slot(room, member)->cursor,
                      up->position, missing))
        return;
    counts->asks = true;
    session_acks_lossy(now, session);
    if (session->queue != SESSION_DEADLINE_AT_ONCE)
        session_deadlines_set(room->sessions, now, member,
                              session_acks_wait(&room->controllers, now, session));
    registry_mark_behind(room->registry, member);
}
