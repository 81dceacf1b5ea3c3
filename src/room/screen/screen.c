/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Opens, wires and closes the screen, and draws the prompt. */
#include "room/screen/screen.h"

#include "base/safe_line.h"
#include "room/screen/screen_state.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <roomd/status.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

/* ---- ending ---- */

static void on_signal(struct ev_loop *loop, ev_signal *watcher, int events)
{
    (void)loop;
    (void)events;
    screen_leave(watcher->data, watcher->signum != SIGINT);
}

/* ---- what the terminal reports ---- */

static void on_ended(void *ctx, bool closed)
{
    screen_leave(ctx, closed);
}

static void draw_notes(struct screen *screen)
{
    bool sending = screen->state == PROMPT_IN || screen->state == PROMPT_LEAVING;
    struct buffer note = {0};

    for (size_t i = 0;
         pending_note(&screen->pending, i, AREA_NOTES_MAX, client_name(screen->driver.client),
                      sending ? "sending" : "waiting", terminal_columns(screen->terminal), &note);
         i++) {
        terminal_add_note(screen->terminal, note.at, note.length);
        note.length = 0;
    }
    buffer_done(&note);
}

static void on_draw(void *ctx)
{
    struct screen *screen = ctx;
    struct prompt prompt = {.state = screen->state, .room = ""};
    struct buffer text = {0};

    if (screen->driver.client != NULL) {
        prompt.room = client_room(screen->driver.client);
        prompt.members = client_members(screen->driver.client);
        prompt.since = screen->options.plain;
        draw_notes(screen);
    }
    if (!screen->asks_name)
        prompt_text(&prompt, terminal_columns(screen->terminal), &text);
    else if (screen->driver.client == NULL)
        buffer_format(&text, "your name (Enter: %s): ", screen->options.name);
    else
        buffer_add_text(&text, "another name: ");
    terminal_set_prompt(screen->terminal, text.at, text.length, screen->asks_name);
    buffer_done(&text);
}

/* ---- opening and closing ---- */

static void add_history_line(void *ctx, const char *line)
{
    terminal_add_history(((struct screen *)ctx)->terminal, line);
}

/*
 * The protocol is UTF-8, and so are terminals. Without a locale (ssh to a small machine) readline
 * would edit characters byte by byte.
 */
static void set_locale(void)
{
    if (setlocale(LC_CTYPE, "") == NULL || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static void init_watchers(struct screen *screen)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};

    screen_events_open(screen);
    ev_timer_init(&screen->timeout, screen_on_timeout, 0.0, 0.0);
    screen->timeout.data = screen;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        ev_signal_init(&screen->signals[i], on_signal, numbers[i]);
        screen->signals[i].data = screen;
        ev_signal_start(screen->loop, &screen->signals[i]);
    }
}

static void stop_watchers(struct screen *screen)
{
    ev_timer_stop(screen->loop, &screen->slow);
    ev_timer_stop(screen->loop, &screen->late);
    ev_timer_stop(screen->loop, &screen->timeout);
    for (size_t i = 0; i < sizeof(screen->signals) / sizeof(screen->signals[0]); i++)
        ev_signal_stop(screen->loop, &screen->signals[i]);
}

static int open_terminal(struct screen *screen)
{
    const struct terminal_sink sink = {.line = screen_input_line,
                                       .pasted = screen_input_paste,
                                       .answered = screen_input_answer,
                                       .ended = on_ended,
                                       .candidate = screen_names_candidate,
                                       .draw = on_draw,
                                       .ctx = screen};

    return terminal_new(screen->loop, screen->options.linear, &sink, &screen->terminal);
}

static void open_history(struct screen *screen)
{
    history_init(&screen->history, getenv("XDG_STATE_HOME"), getenv("HOME"));
    if (!history_read(&screen->history, add_history_line, screen))
        board_say(&screen->board, false, "former lines are not here: %s: %s", screen->history.path,
                  strerror(errno));
}

static void done(struct screen *screen)
{
    stop_watchers(screen);
    for (size_t i = 0; i < screen->pending.count; i++)
        screen_events_outcome(screen, &screen->pending.entries[i],
                              screen->driver.was_in ? CLIENT_UNKNOWN : CLIENT_REFUSED, 0);
    if (!history_save(&screen->history))
        board_say(&screen->board, false, "what you have typed is not kept: %s: %s",
                  screen->history.path, strerror(errno));
    board_done(&screen->board);
    pending_done(&screen->pending);
    driver_done(&screen->driver);
    terminal_free(screen->terminal);
    history_done(&screen->history);
    buffer_done(&screen->paste.text);
    free(screen->kept_line);
}

int screen_run(struct ev_loop *loop, const struct options *options)
{
    struct screen *screen = calloc(1, sizeof(*screen));
    int code;

    if (screen == NULL)
        return EX_OSERR;
    screen->loop = loop;
    screen->options = *options;
    screen->options.wants_past = !options->plain;
    set_locale();
    if (open_terminal(screen) != STATUS_OK) {
        free(screen);
        safe_line_print(stderr, "room: the terminal can't be used");
        return EX_OSERR;
    }
    board_init(&screen->board, loop, screen->terminal);
    init_watchers(screen);
    open_history(screen);
    if (!options->has_name || !screen_join(screen))
        screen_names_ask(screen);
    ev_run(loop, 0);
    code = screen->code;
    done(screen);
    free(screen);
    return code;
}
