/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lets administrators' answers go on that wait for an event, for a commit or for the store. */
#include "roomd/server_state.h"

#include "io/timer.h"

/* Whatever waits is looked at this often, so that nobody waits in vain. */
#define LOOK_S 1.0

static void on_look(struct ev_loop *loop, ev_timer *watcher, int events)
{
    (void)loop;
    (void)events;
    ((struct answers *)watcher->data)->changed = true;
}

void answers_init(struct answers *answers)
{
    ev_timer_init(&answers->look, on_look, LOOK_S, 0.0);
    answers->look.data = answers;
}

void answers_stop(struct server *server)
{
    ev_timer_stop(server->loop, &server->answers.look);
}

/* True if something has come that they may wait for. */
static bool has_changed(struct server *server)
{
    struct answers *answers = &server->answers;
    struct room_log_stats log;
    uint64_t oldest, released;
    bool changed;

    room_events(server->room, &oldest, &released);
    room_log_stats(server->room, &log);
    changed = answers->changed || released != answers->released || log.kept != answers->kept;
    answers->changed = false;
    answers->released = released;
    answers->kept = log.kept;
    return changed;
}

bool answers_serve(struct server *server)
{
    struct answers *answers = &server->answers;
    bool desks = server->console_desk.busy || server->fifo_desk.busy;
    bool clients =
        server->control != NULL &&
        control_server_waiting(server->control) + control_server_holding(server->control) > 0;

    if (!desks && !clients)
        return false;
    if (has_changed(server) && clients)
        control_server_wake(server->control);
    desk_wake(&server->console_desk);
    desk_wake(&server->fifo_desk);
    desks = server->console_desk.busy || server->fifo_desk.busy;
    if ((desks || answers->asking > 0 ||
         (server->control != NULL && control_server_holding(server->control) > 0)) &&
        !ev_is_active(&answers->look))
        timer_start(server->loop, &answers->look, LOOK_S);
    return desk_is_ready(&server->console_desk) || desk_is_ready(&server->fifo_desk);
}
