/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Joins the room and leaves it. */
#include "io/timer.h"
#include "room/screen/screen_state.h"

#include <roomd/status.h>

/*
 * Leaving waits for messages that were just said, then for the room to confirm; one second in all.
 */
#define SETTLE_S 0.7
#define LEAVE_S  0.3

/* Then the user is told that nobody answers: on the first join, and after an interruption. */
#define SLOW_JOIN_S   5.0
#define SLOW_RETURN_S 2.0

void screen_end(struct screen *screen, int code)
{
    screen->code = code;
    ev_break(screen->loop, EVBREAK_ALL);
}

/* Success only if the user was in. */
static int exit_code(const struct screen *screen)
{
    if (screen->driver.client == NULL || screen->driver.was_in)
        return EX_OK;
    return screen->refusal != CLIENT_NO_REASON ? SCREEN_EXIT_REFUSED : EX_UNAVAILABLE;
}

/* Leaves without waiting for outcomes any more, and ends after the time. */
static void stop_settling(struct screen *screen, double wait_s)
{
    if (screen->leaving == SCREEN_SETTLES)
        client_leave(screen->driver.client, &screen->driver.now, true);
    screen->leaving = SCREEN_LEAVES;
    timer_start(screen->loop, &screen->timeout, wait_s);
}

void screen_leave(struct screen *screen, bool at_once)
{
    bool settles = !at_once && screen->pending.count > 0;

    if (screen->driver.client == NULL || !screen->driver.was_in) {
        screen_end(screen, exit_code(screen));
        return;
    }
    if (screen->leaving != SCREEN_STAYS) {
        /*
         * Not in this turn: a terminal that closes gives a signal and an end of input at once, and
         * the leave of the first has not been sent yet.
         */
        stop_settling(screen, 0.0);
        return;
    }
    screen->leaving = settles ? SCREEN_SETTLES : SCREEN_LEAVES;
    screen->state = PROMPT_LEAVING;
    terminal_touch(screen->terminal);
    client_leave(screen->driver.client, &screen->driver.now, !settles);
    timer_start(screen->loop, &screen->timeout, settles ? SETTLE_S : SETTLE_S + LEAVE_S);
}

void screen_on_timeout(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct screen *screen = watcher->data;

    (void)loop;
    (void)events;
    if (screen->leaving == SCREEN_SETTLES)
        stop_settling(screen, LEAVE_S);
    else
        screen_end(screen, EX_OK);
}

void screen_wait(struct screen *screen)
{
    timer_start(screen->loop, &screen->slow, screen->was_in ? SLOW_RETURN_S : SLOW_JOIN_S);
}

bool screen_join(struct screen *screen)
{
    switch (driver_init(&screen->driver, screen->loop, &screen->options, &screen->sink)) {
    case STATUS_OK:
        screen_wait(screen);
        driver_open(&screen->driver);
        return true;
    case STATUS_NO_MEMORY:
        board_say(&screen->board, true, "there is not enough memory");
        screen_end(screen, EX_OSERR);
        return true;
    default:
        board_say(&screen->board, true, "that can't be a name: take another");
        return false;
    }
}
