/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The only file that writes escape sequences for colours. */
#include "room/tty/style.h"

#include "core/model/text.h"
#include "room/sanitize.h"

#include <roomd/limits.h>
#include <roomd/moment.h>
#include <string.h>
#include <time.h>

#define FOLDED_BYTES (ROOM_NAME_MAX_BYTES * 4)

/*
 * Contrast of 4 and more to black and to white, after WCAG 2.1, 1.4.3, because the background is
 * not known. A test computes it.
 */
const struct style_colour style_palette[STYLE_PALETTE] = {
    {27, 0, 95, 255},  {28, 0, 135, 0},    {30, 0, 135, 135},   {31, 0, 135, 175},
    {64, 95, 135, 0},  {65, 95, 135, 95},  {98, 135, 95, 215},  {129, 175, 0, 255},
    {130, 175, 95, 0}, {131, 175, 95, 95}, {133, 175, 95, 175}, {161, 215, 0, 95},
};

/* The grey in the middle between black and white. */
#define DIM_256 "\x1b[38;5;243m"

/* ---- styles ---- */

const char *style_bold(enum style_colours colours)
{
    return colours == STYLE_PLAIN ? "" : "\x1b[1m";
}

const char *style_dim(enum style_colours colours)
{
    return colours == STYLE_256 ? DIM_256 : "";
}

const char *style_end(enum style_colours colours)
{
    return colours == STYLE_PLAIN ? "" : "\x1b[m";
}

/* ---- names ---- */

size_t style_name_colour(const char *name, size_t length)
{
    char folded[FOLDED_BYTES];
    int folded_len = text_fold(name, length, folded, sizeof(folded));
    const char *bytes = folded_len >= 0 ? folded : name;
    size_t count = folded_len >= 0 ? (size_t)folded_len : length;
    uint32_t hash = 2166136261U; /* FNV-1a; not secret, but stable between runs */

    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619U;
    return (hash ^ hash >> 15) % STYLE_PALETTE;
}

static void add_name(enum style_colours colours, const char *name, size_t length, bool own,
                     struct buffer *out)
{
    if (own)
        buffer_add_text(out, style_bold(colours));
    if (colours == STYLE_256)
        buffer_format(out, "\x1b[38;5;%um",
                      (unsigned)style_palette[style_name_colour(name, length)].number);
    if (length == 0) /* after missed events, the author's name may not be known */
        buffer_add_text(out, "(somebody)");
    sanitize_add(out, name, length);
    if (own || colours == STYLE_256)
        buffer_add_text(out, style_end(colours));
}

/* ---- lines ---- */

static struct tm local_time(int64_t wall_ns, int32_t utc_offset_s)
{
    time_t seconds = (time_t)(wall_ns / MOMENT_NS_PER_S) + utc_offset_s;
    struct tm broken = {0};

    gmtime_r(&seconds, &broken);
    return broken;
}

static void add_time(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
                     struct buffer *out)
{
    struct tm at = local_time(wall_ns, utc_offset_s);

    buffer_format(out, "%s%02d:%02d%s ", style_dim(colours), at.tm_hour, at.tm_min,
                  colours == STYLE_256 ? style_end(colours) : "");
}

/* Why a member has left, if that is of interest to the others. */
static const char *exit_words(uint8_t reason)
{
    switch (reason) {
    case EXIT_LEFT:
        return " left";
    case EXIT_IDLE:
        return " left (has said nothing for long)";
    case EXIT_KICKED:
        return " was removed by the administrator";
    case EXIT_DISPLACED:
        return " left (said nothing, and the room was full)";
    case EXIT_VANISHED:
    case EXIT_TIMEOUT:
        return " left (is not heard any more)";
    default:
        return " left (for another reason)";
    }
}

static void add_dim(enum style_colours colours, const struct event *event, const char *words,
                    struct buffer *out)
{
    buffer_add_text(out, style_dim(colours));
    sanitize_add(out, event->name, event->name_len);
    if (event->name_len == 0)
        buffer_add_text(out, "(somebody)");
    buffer_add_text(out, words);
    if (colours == STYLE_256)
        buffer_add_text(out, style_end(colours));
}

void style_event(enum style_colours colours, const struct event *event, bool own,
                 struct buffer *out)
{
    add_time(colours, event->wall_ns, event->utc_offset_s, out);
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        add_dim(colours, event, " joined", out);
        break;
    case EVENT_EXIT:
        add_dim(colours, event, exit_words(event->reason), out);
        break;
    case EVENT_CHAT:
        add_name(colours, event->name, event->name_len, own, out);
        buffer_add_text(out, ": ");
        sanitize_add(out, event->text, event->text_len);
        break;
    case EVENT_NOTICE:
        buffer_format(out, "%s*** Notice: ", style_bold(colours));
        sanitize_add(out, event->text, event->text_len);
        buffer_add_text(out, style_end(colours));
        break;
    }
}

void style_past(enum style_colours colours, const struct event *event, struct buffer *out)
{
    buffer_add_text(out, style_dim(colours));
    if (event->forgotten) {
        add_time(STYLE_PLAIN, event->wall_ns, event->utc_offset_s, out);
        buffer_add_text(out, "(deleted by the administrator)");
    } else if (event->kind == EVENT_EXIT && event->reason == EXIT_RENAMED) {
        add_time(STYLE_PLAIN, event->wall_ns, event->utc_offset_s, out);
        add_dim(STYLE_PLAIN, event, " takes another name", out);
    } else {
        style_event(STYLE_PLAIN, event, false, out);
    }
    if (colours == STYLE_256)
        buffer_add_text(out, style_end(colours));
}

void style_rename(enum style_colours colours, const struct event *event, const char *before,
                  size_t before_len, struct buffer *out)
{
    add_time(colours, event->wall_ns, event->utc_offset_s, out);
    buffer_add_text(out, style_dim(colours));
    sanitize_add(out, before, before_len);
    buffer_add_text(out, " is now ");
    sanitize_add(out, event->name, event->name_len);
    if (colours == STYLE_256)
        buffer_add_text(out, style_end(colours));
}

void style_fold(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
                const char *words, size_t length, struct buffer *out)
{
    add_time(colours, wall_ns, utc_offset_s, out);
    buffer_add_text(out, style_dim(colours));
    buffer_add(out, words, length);
    if (colours == STYLE_256)
        buffer_add_text(out, style_end(colours));
}

int64_t style_day_number(int64_t wall_ns, int32_t utc_offset_s)
{
    int64_t seconds = wall_ns / MOMENT_NS_PER_S + utc_offset_s;

    return seconds >= 0 ? seconds / 86400 : -1;
}

void style_day(enum style_colours colours, int64_t wall_ns, int32_t utc_offset_s,
               struct buffer *out)
{
    static const char *const days[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                       "Thursday", "Friday", "Saturday"};
    static const char *const months[] = {"January",   "February", "March",    "April",
                                         "May",       "June",     "July",     "August",
                                         "September", "October",  "November", "December"};
    struct tm at = local_time(wall_ns, utc_offset_s);

    buffer_format(out, "%s-- %s, %d %s %d%s", style_dim(colours), days[at.tm_wday], at.tm_mday,
                  months[at.tm_mon], at.tm_year + 1900,
                  colours == STYLE_256 ? style_end(colours) : "");
}

void style_words(enum style_colours colours, bool urgent, const char *words, size_t length,
                 struct buffer *out)
{
    const char *style = urgent ? style_bold(colours) : style_dim(colours);

    buffer_add_text(out, style);
    buffer_add_text(out, "-- ");
    sanitize_add(out, words, length);
    if (style[0] != '\0')
        buffer_add_text(out, style_end(colours));
}

/* ---- mentions ---- */

static unsigned char lower(char letter)
{
    return (unsigned char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

static bool is_word(char letter)
{
    unsigned char low = lower(letter);

    return (low >= 'a' && low <= 'z') || (low >= '0' && low <= '9') || low == '_';
}

bool style_mentions(const char *text, size_t length, const char *name, size_t name_len)
{
    if (name_len == 0)
        return false;
    for (size_t at = 0; at + name_len <= length; at++) {
        size_t same = 0;

        while (same < name_len && lower(text[at + same]) == lower(name[same]))
            same++;
        if (same < name_len)
            continue;
        /* "ann" is not in "hannah"; names in other scripts need no space around them. */
        if (at > 0 && is_word(text[at - 1]) && is_word(name[0]))
            continue;
        if (at + name_len < length && is_word(text[at + name_len]) && is_word(name[name_len - 1]))
            continue;
        return true;
    }
    return false;
}
