/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What a screen is made of, for the files that share the work: screen (the terminal, opening and
 * leaving), screen_events (what the driver tells), screen_input (what its user types) and
 * screen_names (who is asked for a name, and whose names complete a word).
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

/* What sysexits.h calls a remote error in protocol. */
#define SCREEN_EXIT_REFUSED EX_PROTOCOL

enum screen_leaving {
    SCREEN_STAYS,
    SCREEN_SETTLES, /* what was said a moment ago may still be decided on */
    SCREEN_LEAVES,  /* the room has been told */
};

/* Several lines that were pasted. */
struct screen_paste {
    struct buffer text;
    size_t at;
    bool agreed;
};

/* The word that is being completed: what comes next. */
struct screen_completion {
    size_t row;     /* of the commands */
    uint64_t after; /* the last member */
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
    enum client_reason refusal; /* the last one that was told, while it tries again */
    uint32_t shown_alone; /* messages up to there were shown when they were sent: this protocol
                             acknowledges none */
    bool asks_name;
    bool was_in;
    bool told_trouble; /* since then, nobody has answered */
    bool forgotten;    /* the session is lost; it joins anew */
    char *kept_line;   /* that was being typed when the name was asked for; owned */
    enum screen_leaving leaving;
    ev_timer slow;     /* then it is said that nobody answers */
    ev_timer late;     /* then it is said what is not acknowledged, on a linear terminal */
    ev_timer patience; /* of somebody who wants to leave */
    ev_signal signals[3];
    int code;
};

/* ---- screen_seat ---- */

/* Takes a seat in the room, with the name of the options. False where that can't be a name; a word
 * about it was said. */
bool screen_sit_down(struct screen *screen);
/* Leaves: the second call does not wait any more. `at_once`: nor does the first, for what was said
 * a moment ago. */
void screen_leave(struct screen *screen, bool at_once);
/* It is over, and the program ends with this code. */
void screen_end(struct screen *screen, int code);

/* From now on somebody should answer. */
void screen_wait(struct screen *screen);

void screen_on_patience(struct ev_loop *loop, ev_timer *watcher, int events);

/* ---- screen_events ---- */

struct driver_sink screen_events_sink(struct screen *screen);
void screen_events_open(struct screen *screen);
/* A word about a message that is not, or may not be, in the room. */
void screen_events_outcome(struct screen *screen, const struct pending_entry *entry,
                           enum client_outcome outcome, uint8_t why);

/* ---- screen_input ---- */

void screen_input_line(struct screen *screen, const char *line);
void screen_input_paste(struct screen *screen, const char *text, size_t length, bool cut);
void screen_input_answer(struct screen *screen, bool yes);
/* Says what is left of a paste, as far as there is place. */
void screen_input_go_on(struct screen *screen);

/* ---- screen_names ---- */

/* Asks for a name in place of a line. */
void screen_names_ask(struct screen *screen);
/* The answer. */
void screen_names_answer(struct screen *screen, const char *line);
/* There is a name: back to the line. */
void screen_names_done(struct screen *screen);
void screen_names_list(struct screen *screen);
void screen_names_ignore(struct screen *screen, const char *name, size_t length);
char *screen_names_candidate(struct screen *screen, const char *before, size_t before_length,
                             const char *word, bool first);

#endif
