/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The room's calls to sessions. */
#include "core/sequenced_server/sequenced_server.h"

#include "core/model/session.h"
#include "core/model/session_deadlines.h"
#include "core/room/room_ops.h"
#include "core/sequenced_server/session_delivery.h"
#include "core/sequenced_server/session_history.h"
#include "core/sequenced_server/session_repairs.h"
#include "core/sequenced_server/session_send.h"
#include "core/sequenced_server/session_timers.h"
#include "core/sequenced_server/session_window.h"

void sequenced_server_close(struct room *room, bool restarts)
{
    enum sequenced_closed reason =
        restarts ? SEQUENCED_CLOSED_RESTARTS : SEQUENCED_CLOSED_PROGRAM_ENDS;

    for (uint32_t seat = 0; seat < registry_seats(room->registry); seat++) {
        struct member *member = registry_seated(room->registry, seat);

        if (member != NULL && member->session != NULL)
            session_send_closed(room, member, reason, "");
    }
}

static void expel(struct room *room, const struct moment *now, struct member *member,
                  enum expelled expelled, const char *reason)
{
    static const uint8_t codes[] = {[EXPELLED_KICKED] = SEQUENCED_CLOSED_KICKED,
                                    [EXPELLED_BANNED] = SEQUENCED_CLOSED_BANNED,
                                    [EXPELLED_DISPLACED] = SEQUENCED_CLOSED_DISPLACED};

    (void)now;
    session_send_closed(room, member, codes[expelled], reason);
}

static void forget(struct room *room, struct member *member)
{
    session_deadlines_stop(room->sessions, member);
    session_repairs_leave(room, member);
    session_window_leave(room, member);
    reorder_forget(room->reorder, &member->session->reorder);
    sessions_remove(room->sessions, member);
}

static void tick(struct room *room, const struct moment *now)
{
    session_timers_tick(room, now);
    session_history_tick(room, now);
}

static int64_t next_tick(const struct room *room)
{
    int64_t timers = session_timers_next_tick(room), history = session_history_next_tick(room);

    return timers < history ? timers : history;
}

const struct protocol sequenced_protocol = {
    .expel = expel,
    .forget = forget,
    .tick = tick,
    .next_tick = next_tick,
    .delivery = &session_delivery,
};
