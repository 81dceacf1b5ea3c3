/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Formats the screen's lines: events with their time, in colours if the terminal has them. The
 * words alone tell everything that a colour does. Knows no cursor and no prompt.
 */
#ifndef ROOMD_ROOM_TTY_STYLE_H
#define ROOMD_ROOM_TTY_STYLE_H

#include "base/buffer.h"

#include <roomd/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum style_colours {
    STYLE_PLAIN, /* text only */
    STYLE_BOLD,  /* bold, but no colours: the terminal's palette is not known */
    STYLE_256,
};

/* "\x1b[1m" and the like, or "". */
const char *style_bold(enum style_colours colours);
const char *style_dim(enum style_colours colours);
const char *style_end(enum style_colours colours);

#define STYLE_PALETTE 12U

/*
 * Colours that are readable on black and on white: the number among the 256, and red, green, blue.
 */
struct style_colour {
    uint8_t number, red, green, blue;
};
extern const struct style_colour style_palette[STYLE_PALETTE];

/* The colour of a name, as an index of the palette. The same however the name is written. */
size_t style_name_colour(const char *name, size_t length);

/* A chat, notice, join or exit: "14:05 alice: hello", without a line end. */
void style_event(enum style_colours colours, const struct event *event, bool own,
                 struct buffer *out);

/* The same, of an event of the past: all of it is dim. */
void style_past(enum style_colours colours, const struct event *event, struct buffer *out);

/* A member has another name now. */
void style_rename(enum style_colours colours, const struct event *event, const char *before,
                  size_t before_len, struct buffer *out);

/* "14:05 bob and 7 others joined": `words` are sanitized. */
void style_fold(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
                const char *words, size_t length, struct buffer *out);

/* "-- Monday, 23 November 2026" */
void style_day(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
               struct buffer *out);

/* A line of the screen itself, which looks like no member's line. Any bytes; they are sanitized. */
void style_words(enum style_colours colours, bool urgent, const char *words, size_t length,
                 struct buffer *out);

/* True if the text contains the name as a word. Ignores the case of ASCII letters. */
bool style_mentions(const char *text, size_t length, const char *name, size_t name_len);

/* Days since 1970-01-01, in local time. */
int64_t style_day_number(int64_t wall_ns, int32_t utc_offset_s);

#endif
