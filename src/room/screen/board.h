/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * What happens in the room, line by line on the terminal: folded where many come or go, with the
 * day where it changes, without those who are ignored. Knows the loop for the time it holds
 * somebody back, and no client.
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
    ev_timer hold; /* then it is told */
    int64_t fold_wall_ns;
    int64_t day;     /* of the last line */
    int64_t bell_ns; /* the last one, monotonic */
    int32_t utc_offset_s;
    bool has_rung;
    bool is_renaming;  /* somebody has left to come back under another name with the next event */
    uint64_t renaming; /* its number */
    uint8_t before_len;
    char before[ROOM_NAME_MAX_BYTES];
};

void board_init(struct board *board, struct ev_loop *loop, struct terminal *terminal);
/* Tells what it holds. */
void board_done(struct board *board);

/* `name`: under which we are in the room, as shown; `own`: it is a message of ours. */
void board_event(struct board *board, const struct moment *now, const struct event *event,
                 const char *name, bool own);

/* What the screen itself says; any bytes, made visible. */
void board_say(struct board *board, bool urgent, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* The same for text of any length, of ours or of the server. */
void board_say_text(struct board *board, bool urgent, const char *text, size_t length);

#endif
