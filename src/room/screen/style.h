/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Lines of a screen: what happened, with its time, and in colours where the terminal has them. What a colour tells is in the words too. Knows no cursor and no prompt.
 */
#ifndef ROOMD_ROOM_SCREEN_STYLE_H
#define ROOMD_ROOM_SCREEN_STYLE_H

#include "base/buffer.h"

#include <roomd/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum paint_colours {
    PAINT_PLAIN, /* nothing but text */
    PAINT_BOLD,  /* bold, but no colours: which these are on such a terminal nobody knows */
    PAINT_256,
};

/* "\x1b[1m", and the like, or nothing. */
const char *paint_bold(enum paint_colours colours);
const char *paint_dim(enum paint_colours colours);
const char *paint_end(enum paint_colours colours);

#define PAINT_PALETTE 12U

/* Those that stand out from black and from white: red, green, blue of each, and its number of the 256. */
struct paint_colour {
    uint8_t number, red, green, blue;
};
extern const struct paint_colour paint_palette[PAINT_PALETTE];

/* The colour of a name, the same for each way to write it. An index of the palette. */
size_t paint_name_colour(const char *name, size_t length);

/* A chat or notice, an exit, a join: "14:05 alice: hello", without a line's end. */
void paint_event(enum paint_colours colours, const struct event *event, bool own, struct bytes *out);

/* Somebody has another name now. */
void paint_rename(enum paint_colours colours, const struct event *event, const char *before, size_t before_len,
                  struct bytes *out);

/* "14:05 bob and 7 others joined": `words` are visible text. */
void paint_crowd(enum paint_colours colours, int64_t wall_ns, int32_t utc_offset_s, const char *words, size_t length,
                 struct bytes *out);

/* "-- Monday, 23 November 2026" */
void paint_day(enum paint_colours colours, int64_t wall_ns, int32_t utc_offset_s, struct bytes *out);

/* What the screen itself has to say. No member's line looks like that. Any bytes; they are made visible. */
void paint_words(enum paint_colours colours, bool urgent, const char *words, size_t length, struct bytes *out);

/* True where the text has that name in it, as a word; ASCII letters in any case. */
bool paint_mentions(const char *text, size_t length, const char *name, size_t name_len);

/* Days since 1970-01-01, of local time. */
int64_t paint_day_number(int64_t wall_ns, int32_t utc_offset_s);

#endif
