/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Messages and renames of sequenced members. */
#include "core/sequenced_server/session_messages.h"

#include "core/model/session.h"
#include "core/room/admission.h"
#include "core/room/crowd.h"
#include "core/room/membership.h"
#include "core/room/room_ops.h"
#include "core/room/state.h"

/* The unit of the wait in NOT TAKEN. */
#define WAIT_UNIT_NS (10 * MOMENT_NS_PER_MS)

/* If the ring has no room, which a release makes; if a log has none, which may take longer. */
#define WAIT_RING_NS (100 * MOMENT_NS_PER_MS)
#define WAIT_LOG_NS  (500 * MOMENT_NS_PER_MS)

/*
 * The outcome of a message: 0 = taken with its event, ALREADY = taken without one, or enum
 * sequenced_why.
 */
#define ALREADY (-1)

static void decide(struct room *room, const struct member *member, bool refused)
{
    struct session *session = member->session;

    session->decided++;
    session->refused = session->refused << 1 | (refused ? 1U : 0U);
    state_put_decided(room, member);
}

static uint16_t wait_of(int64_t wait_ns)
{
    int64_t wait = (wait_ns + WAIT_UNIT_NS - 1) / WAIT_UNIT_NS;

    return wait < 1 ? 1 : wait > UINT16_MAX ? UINT16_MAX : (uint16_t)wait;
}

/* NOT TAKEN's code for a refused message. All but SLOW DOWN are decisions. */
static const uint8_t why_codes[REFUSALS] = {
    [REFUSED_MUTED] = SEQUENCED_WHY_MUTED,           [REFUSED_TOO_LONG] = SEQUENCED_WHY_TOO_LONG,
    [REFUSED_NOT_UTF8] = SEQUENCED_WHY_NOT_UTF8,     [REFUSED_EMPTY_TEXT] = SEQUENCED_WHY_EMPTY,
    [REFUSED_NAME_BAD] = SEQUENCED_WHY_BAD_NAME,     [REFUSED_BANNED] = SEQUENCED_WHY_BAD_NAME,
    [REFUSED_NAME_TAKEN] = SEQUENCED_WHY_NAME_TAKEN, [REFUSED_LIMITED] = SEQUENCED_WHY_SLOW_DOWN,
    [REFUSED_CROWDED] = SEQUENCED_WHY_SLOW_DOWN,     [REFUSED_NO_MEMORY] = SEQUENCED_WHY_SLOW_DOWN,
    [REFUSED_LOG_BEHIND] = SEQUENCED_WHY_SLOW_DOWN,
};

/* Returns the outcome; for SLOW DOWN, `ret_wait_ns` is the time to wait. */
static int say(struct room *room, const struct moment *now, struct member *member,
               const struct sequenced_message *message, int64_t *ret_wait_ns)
{
    struct octets_slice text = message->text;
    uint16_t said = sequenced_said(member->session->decided + 1);
    bool renames = message->what == SEQUENCED_WHAT_NAME, renamed = true;
    enum refusal refused;

    /* A refusal is a decision, too, and needs a place in the log. */
    if (!apply_has_room(room, now, 0))
        refused = REFUSED_LOG_BEHIND;
    else if (renames)
        refused = room_rename(room, now, member, text.bytes, text.length, said, &renamed);
    else if (message->what == SEQUENCED_WHAT_TEXT)
        refused = room_say(room, now, member, text.bytes, text.length, said);
    else
        return SEQUENCED_WHY_NOT_UNDERSTOOD;
    *ret_wait_ns = WAIT_RING_NS;
    if (refused == REFUSED_LOG_BEHIND)
        *ret_wait_ns = WAIT_LOG_NS;
    else if (refused == REFUSED_CROWDED)
        *ret_wait_ns = CROWD_WAIT_NS;
    else if (refused == REFUSED_LIMITED)
        *ret_wait_ns = admission_wait_ns(room, now, &member->allowance,
                                         renames ? admission_change_cost(room) : 1, text.length);
    if (refused != REFUSED_NOT)
        room_count_refusal(room, now, refused, room_path(room, member));
    return renamed ? why_codes[refused] : ALREADY;
}

/* Decides the next message. False if it has to be repeated, and nothing was decided. */
static bool say_next(struct room *room, const struct moment *now, struct member *member,
                     const struct sequenced_message *message, struct session_send *down,
                     bool *ret_owes_taken)
{
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_NOT_TAKEN};
    int64_t wait_ns = 0;
    int why;

    record_begin(room->records, now);
    why = say(room, now, member, message, &wait_ns);
    if (why != SEQUENCED_WHY_SLOW_DOWN)
        decide(room, member, why > 0);
    record_end(room->records);
    *ret_owes_taken = *ret_owes_taken || why == ALREADY;
    if (why <= 0)
        return true;
    answer.not_taken.number = message->number;
    answer.not_taken.why = (uint8_t)why;
    if (why == SEQUENCED_WHY_SLOW_DOWN) {
        answer.not_taken.wait_cs = wait_of(wait_ns);
        session_send_part(down);
    }
    session_send_add(down, &answer);
    return why != SEQUENCED_WHY_SLOW_DOWN;
}

bool session_messages_receive(struct room *room, const struct moment *now, struct member *member,
                              const struct sequenced_up_frame *frame, struct session_send *down)
{
    struct session *session = member->session;
    struct sequenced_message message = frame->message;
    const struct reorder_message *kept;
    bool owes_taken = false;

    if (message.number != session->decided + 1 || session->decided == UINT32_MAX) {
        if (message.number > session->decided)
            reorder_keep(room->reorder, &session->reorder, session->decided, message.number,
                         message.what, message.text);
        return true;
    }
    /* Messages that waited for this one follow; one that has to be repeated is still kept. */
    while (say_next(room, now, member, &message, down, &owes_taken) &&
           (kept = reorder_next(room->reorder, &session->reorder, session->decided + 1)) != NULL)
        message = (struct sequenced_message){kept->number, kept->what, {kept->text, kept->length}};
    return owes_taken;
}

void session_messages_taken(const struct room *room, const struct member *member,
                            struct session_send *down)
{
    const struct session *session = member->session;
    uint32_t kept = reorder_bits(room->reorder, session->reorder, session->decided);

    session_send_add(
        down, &(struct sequenced_down_frame){.kind = SEQUENCED_DOWN_TAKEN,
                                             .taken = {session->decided, session->refused, kept}});
}
