/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * The state of a screen, for the files that share it: screen (the terminal, opening and closing),
 * screen_seat (joining and leaving), screen_events (what the driver reports), screen_input (what
 * the user types) and screen_names (asking for a name, completing names).
 */
#ifndef ROOMD_ROOM_SCREEN_SCREEN_STATE_H
#define ROOMD_ROOM_SCREEN_SCREEN_STATE_H

#include "base/buffer.h"
#include "room/driver.h"
#include "room/options.h"
#include "room/screen/board.h"
#include "room/screen/pending.h"
#include "room/tty/history.h"
#include "room/tty/prompt.h"
#include "room/tty/terminal.h"

#include <ev.h>
#include <sysexits.h>

/* "Remote error in protocol", in sysexits.h. */
#define SCREEN_EXIT_REFUSED EX_PROTOCOL

enum screen_leaving {
    SCREEN_STAYS,
    SCREEN_SETTLES, /* messages that were just said may still get their outcome */
    SCREEN_LEAVES,  /* the room has been told */
};

enum screen_past {
    SCREEN_PAST_BEFORE, /* what was before we came */
    SCREEN_PAST_MORE,   /* /history */
    SCREEN_PAST_FOUND,  /* /search */
};

/* A paste of several lines. */
struct screen_paste {
    struct buffer text;
    size_t at;
    bool agreed;
};

/* Where the completion of a word continues. */
struct screen_completion {
    size_t row;     /* of the table of commands */
    uint64_t after; /* number of the last member */
};

struct screen {
    struct ev_loop *loop; /* borrowed */
    struct options options;
    struct terminal *terminal;
    struct driver driver; /* all zero until there is a name */
    struct driver_sink sink;
    struct board board;
    struct history history;
    struct pending pending;
    struct screen_paste paste;
    struct screen_completion completion;
    enum prompt_state state;
    enum client_reason refusal; /* the last one reported, while the client tries again */
    /*
     * Messages up to this number were shown when they were sent: the plain protocol acknowledges
     * none.
     */
    uint32_t shown_when_sent;
    bool asks_name;
    enum screen_past past; /* what of the past is being shown */
    bool past_begun;       /* a line of it is shown */
    uint64_t past_first;   /* nothing before that event is shown; 0: it is not known */
    bool lists_members;    /* /members was said, and the list has not come yet */
    bool was_in;
    bool reported_trouble; /* nobody has answered since then */
    bool forgotten;        /* the session is lost; the client joins again */
    /* The line that was being typed when the name was asked for; owned. */
    char *kept_line;
    enum screen_leaving leaving;
    ev_timer slow; /* then the user is told that nobody answers */
    ev_timer late; /* on a linear terminal: then messages without an acknowledgement are reported */
    ev_timer timeout; /* while leaving */
    ev_signal signals[3];
    int code;
};

/* ---- screen_seat ---- */

/*
 * Joins under the name in the options. False if it is not a valid name; a line about it was
 * printed.
 */
bool screen_join(struct screen *screen);
/*
 * Leaves. A second call does not wait any more. With `at_once`, the first does not wait for the
 * outcome of messages that were just said.
 */
void screen_leave(struct screen *screen, bool at_once);
/* Ends the program with this code. */
void screen_end(struct screen *screen, int code);

/* Starts the time in which somebody should answer. */
void screen_wait(struct screen *screen);

void screen_on_timeout(struct ev_loop *loop, ev_timer *watcher, int events);

/* ---- screen_events ---- */

/* Sets the driver's sink and the timers; starts nothing. */
void screen_events_open(struct screen *screen);
/* Prints a line about a message that is not in the room, or may not be. */
void screen_events_outcome(struct screen *screen, const struct pending_entry *entry,
                           enum client_outcome outcome, uint8_t why);

/* ---- screen_past ---- */

/* /history and /search. */
void screen_past_history(struct screen *screen, const char *text, size_t length);
void screen_past_search(struct screen *screen, const char *words, size_t length);
/* Says how long the room keeps what is said, if that outlives it. */
void screen_past_offer(struct screen *screen);
/* Of struct client_sink. */
void screen_past_event(void *ctx, const struct event *event);
void screen_past_end(void *ctx, const struct client_past_end *end);

/* ---- screen_input ---- */

/* Of struct terminal_sink; `ctx` is the screen. */
void screen_input_line(void *ctx, const char *line);
void screen_input_paste(void *ctx, const char *text, size_t length, bool cut);
void screen_input_answer(void *ctx, bool yes);
/* Says the rest of a paste, as far as messages may be pending. */
void screen_input_continue_paste(void *ctx);

/* ---- screen_names ---- */

/* Asks for a name in place of a line. */
void screen_names_ask(struct screen *screen);
/* Handles the answer. */
void screen_names_answer(struct screen *screen, const char *line);
/* The name is accepted: restores the line. */
void screen_names_done(struct screen *screen);
void screen_names_list(struct screen *screen);
/* Lists them, if that was asked for, once the list has come. */
void screen_names_turn(struct screen *screen);
void screen_names_ignore(struct screen *screen, const char *name, size_t length);
/* Of struct terminal_sink; `ctx` is the screen. */
char *screen_names_candidate(void *ctx, const char *before, size_t before_length, const char *word,
                             bool first);

#endif
