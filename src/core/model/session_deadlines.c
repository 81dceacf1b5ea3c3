/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines of sessions that wait equally long. */
#include "core/model/session_deadlines.h"
#include "core/model/session.h"

static const uint32_t waits_ms[SESSIONS_LINES] = {0, 0, 200, 400, 800, 1600, 3200, 6400, 12800, 25000};

struct session *session_timer_at(const struct sessions *sessions, uint32_t place)
{
    return registry_seated(sessions->registry, place - 1)->session;
}

void session_timer_stop(struct sessions *sessions, struct member *member)
{
    struct session *session = member->session;
    struct sessions_line *line = &sessions->lines[session->line];

    if (session->line == 0)
        return;
    *(session->sooner != 0 ? &session_timer_at(sessions, session->sooner)->later : &line->first) = session->later;
    *(session->later != 0 ? &session_timer_at(sessions, session->later)->sooner : &line->last) = session->sooner;
    session->line = 0;
}

void session_timer_set(struct sessions *sessions, const struct moment *now, struct member *member, uint8_t line)
{
    struct session *session = member->session;
    struct sessions_line *joined = &sessions->lines[line];

    session_timer_stop(sessions, member);
    session->line = line;
    session->due_ms = session_ms(now) + waits_ms[line];
    session->later = 0;
    session->sooner = joined->last;
    *(joined->last != 0 ? &session_timer_at(sessions, joined->last)->later : &joined->first) = member->seat + 1;
    joined->last = member->seat + 1;
    sessions->now_ns = now->mono_ns;
}
