/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* From what a session has kept over a restart to one as it was. */
#include "core/sequenced_server/session_restored.h"

#include "core/model/session.h"
#include "core/model/session_deadlines.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_acks.h"
#include "core/sequenced_server/session_window.h"

#include <roomd/status.h>

/* HEAD is sent within these queues of deadlines, by turns: 0.1 s to 0.8 s after the restart. */
#define HEAD_FIRST_US 100000U
#define HEAD_QUEUES   12U

int session_restored_enter(struct room *room, const struct moment *now, struct member *member)
{
    struct session *session = member->session;
    int status = controllers_reserve(&room->controllers);

    if (status == 0)
        status = sessions_add(room->sessions, member);
    if (status != 0)
        return status;
    session->controller =
        controllers_enter(&room->controllers, room_path(room, member)->peer.address,
                          &session->congestion, session_ms(now));
    session_acks_reset(room, session);
    session->restored = 1;
    room_slot(room, member)->cursor = room->sessions->restored + 1;
    session_deadlines_set(
        room->sessions, now, member,
        (uint8_t)(session_deadlines_queue(HEAD_FIRST_US) + member->seat % HEAD_QUEUES));
    return STATUS_OK;
}

/* It lacks events that were sent to it before the restart, or should have been. */
static void send_again(struct room *room, struct member *member, uint64_t position)
{
    struct session *session = member->session;
    struct congestion *path = &controllers_at(&room->controllers, session->controller)->path;

    nacks_clear(&room->sessions->nacks, &session->nacks);
    session->position = position;
    session->flags &= SESSION_WAITS | SESSION_REPAIRS_WAITS;
    session->flight = 0;
    congestion_settle(path, &session->congestion, session->congestion.flight);
    congestion_heard(path, &session->congestion);
    session_deadlines_stop(room->sessions, member);
    room_slot(room, member)->cursor = position + 1;
    registry_mark_behind(room->registry, member);
}

bool session_restored_heard(struct room *room, const struct moment *now, struct member *member,
                            const struct sequenced_up *up)
{
    struct session *session = member->session;
    uint64_t position = up->position;

    (void)now;
    if (position > transcript_released(room->transcript))
        return false;
    session->restored = 0;
    session->congestion.received = up->received;
    session->congestion.lost = up->lost;
    /* Of those before it, none is missing as far as anybody knows. */
    session->ups = (uint16_t)(up->packet - 1);
    session->ups_told = 0;
    if (position < session->position)
        position = session->position;
    if (position < room->sessions->restored)
        send_again(room, member, position);
    return true;
}
