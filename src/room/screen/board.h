/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Prints what happens in the room on the terminal, line by line: folds many joins and exits, prints
 * the day when it changes, and leaves out ignored members. Uses the loop for the time that it holds
 * joins and exits back. Knows no client.
 */
#ifndef ROOMD_ROOM_SCREEN_BOARD_H
#define ROOMD_ROOM_SCREEN_BOARD_H

#include "room/screen/ignored.h"
#include "room/screen/screen_fold.h"
#include "room/tty/terminal.h"

#include <ev.h>
#include <roomd/event.h>
#include <roomd/limits.h>
#include <roomd/moment.h>
#include <stdbool.h>
#include <stdint.h>

struct board {
    struct ev_loop *loop;      /* borrowed */
    struct terminal *terminal; /* borrowed */
    struct screen_fold fold;
    struct ignored ignored;
    ev_timer hold; /* then the fold is printed */
    int64_t fold_wall_ns;
    int64_t day;     /* of the last line */
    int64_t bell_ns; /* of the last bell, monotonic */
    int32_t utc_offset_s;
    bool has_rung;
    bool is_renaming;  /* a member's exit said that its join under another name follows */
    uint64_t renaming; /* its number */
    uint8_t before_len;
    char before[ROOM_NAME_MAX_BYTES];
};

void board_init(struct board *board, struct ev_loop *loop, struct terminal *terminal);
/* Prints what is held back. */
void board_done(struct board *board);

/* `name`: our name in the room, as shown. `own`: the event is our own message. */
void board_event(struct board *board, const struct moment *now, const struct event *event,
                 const char *name, bool own);

/* An event of the past, dimmed. The days are told, if it is not of the day of the last line. */
void board_past(struct board *board, const struct moment *now, const struct event *event);

/* A line of the screen itself; any bytes, they are sanitized. Longer ones are cut at 1023 bytes. */
void board_say(struct board *board, bool urgent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for text of any length, from us or from the server. */
void board_say_text(struct board *board, bool urgent, const char *text, size_t length);

#endif
