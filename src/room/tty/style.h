/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines of a screen: what happened, with its time, and in colours where the terminal has them. What
 * a colour tells is in the words too. Knows no cursor and no prompt.
 */
#ifndef ROOMD_ROOM_TTY_STYLE_H
#define ROOMD_ROOM_TTY_STYLE_H

#include "base/buffer.h"

#include <roomd/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum style_colours {
    STYLE_PLAIN, /* nothing but text */
    STYLE_BOLD,  /* bold, but no colours: which these are on such a terminal nobody knows */
    STYLE_256,
};

/* "\x1b[1m", and the like, or nothing. */
const char *style_bold(enum style_colours colours);
const char *style_dim(enum style_colours colours);
const char *style_end(enum style_colours colours);

#define STYLE_PALETTE 12U

/* Those that stand out from black and from white: red, green, blue of each, and its number of the
 * 256. */
struct style_colour {
    uint8_t number, red, green, blue;
};
extern const struct style_colour style_palette[STYLE_PALETTE];

/* The colour of a name, the same for each way to write it. An index of the palette. */
size_t style_name_colour(const char *name, size_t length);

/* A chat or notice, an exit, a join: "14:05 alice: hello", without a line's end. */
void style_event(enum style_colours colours, const struct event *event, bool own,
                 struct buffer *out);

/* Somebody has another name now. */
void style_rename(enum style_colours colours, const struct event *event, const char *before,
                  size_t before_len, struct buffer *out);

/* "14:05 bob and 7 others joined": `words` are visible text. */
void style_fold(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
                const char *words, size_t length, struct buffer *out);

/* "-- Monday, 23 November 2026" */
void style_day(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
               struct buffer *out);

/* What the screen itself has to say. No member's line looks like that. Any bytes; they are made
 * visible. */
void style_words(enum style_colours colours, bool urgent, const char *words, size_t length,
                 struct buffer *out);

/* True where the text has that name in it, as a word; ASCII letters in any case. */
bool style_mentions(const char *text, size_t length, const char *name, size_t name_len);

/* Days since 1970-01-01, of local time. */
int64_t style_day_number(int64_t wall_ns, int32_t utc_offset_s);

#endif
