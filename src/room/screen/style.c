/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Escape sequences for colours are written here and nowhere else. */
#include "room/screen/style.h"

#include "core/model/text.h"
#include "room/sanitize.h"

#include <roomd/limits.h>
#include <roomd/moment.h>
#include <string.h>
#include <time.h>

#define FOLDED_BYTES (ROOM_NAME_MAX_BYTES * 4)

/* Contrast of 4 and more to black and to white, after WCAG 2.1, 1.4.3: nobody knows which of them is behind. A test computes it. */
const struct paint_colour paint_palette[PAINT_PALETTE] = {
    {27, 0, 95, 255},  {28, 0, 135, 0},    {30, 0, 135, 135},   {31, 0, 135, 175},
    {64, 95, 135, 0},  {65, 95, 135, 95},  {98, 135, 95, 215},  {129, 175, 0, 255},
    {130, 175, 95, 0}, {131, 175, 95, 95}, {133, 175, 95, 175}, {161, 215, 0, 95},
};

/* The grey in the middle of both. */
#define DIM_256 "\x1b[38;5;243m"

/* ---- styles ---- */

const char *paint_bold(enum paint_colours colours)
{
    return colours == PAINT_PLAIN ? "" : "\x1b[1m";
}

const char *paint_dim(enum paint_colours colours)
{
    return colours == PAINT_256 ? DIM_256 : "";
}

const char *paint_end(enum paint_colours colours)
{
    return colours == PAINT_PLAIN ? "" : "\x1b[m";
}

/* ---- names ---- */

size_t paint_name_colour(const char *name, size_t length)
{
    char folded[FOLDED_BYTES];
    int folded_len = text_fold(name, length, folded, sizeof(folded));
    const char *bytes = folded_len >= 0 ? folded : name;
    size_t count = folded_len >= 0 ? (size_t)folded_len : length;
    uint32_t hash = 2166136261U; /* FNV-1a: it need only be the same tomorrow */

    for (size_t i = 0; i < count; i++)
        hash = (hash ^ (unsigned char)bytes[i]) * 16777619U;
    return (hash ^ hash >> 15) % PAINT_PALETTE;
}

static void add_name(enum paint_colours colours, const char *name, size_t length, bool own, struct bytes *out)
{
    if (own)
        bytes_add_text(out, paint_bold(colours));
    if (colours == PAINT_256)
        bytes_format(out, "\x1b[38;5;%um", (unsigned)paint_palette[paint_name_colour(name, length)].number);
    if (length == 0) /* what a session missed may have an author that it can't know any more */
        bytes_add_text(out, "(somebody)");
    visible_add(out, name, length);
    if (own || colours == PAINT_256)
        bytes_add_text(out, paint_end(colours));
}

/* ---- lines ---- */

static struct tm local_time(int64_t wall_ns, int32_t utc_offset_s)
{
    time_t seconds = (time_t)(wall_ns / MOMENT_NS_PER_S) + utc_offset_s;
    struct tm broken = {0};

    gmtime_r(&seconds, &broken);
    return broken;
}

static void add_time(enum paint_colours colours, int64_t wall_ns, int32_t utc_offset_s, struct bytes *out)
{
    struct tm at = local_time(wall_ns, utc_offset_s);

    bytes_format(out, "%s%02d:%02d%s ", paint_dim(colours), at.tm_hour, at.tm_min,
                 colours == PAINT_256 ? paint_end(colours) : "");
}

/* Why somebody has left, where that is of interest to those who stay. */
static const char *exit_words(uint8_t reason)
{
    switch (reason) {
    case EXIT_LEFT:
        return " left";
    case EXIT_IDLE:
        return " left (has said nothing for long)";
    case EXIT_KICKED:
        return " was removed by the administrator";
    case EXIT_VANISHED:
    case EXIT_TIMEOUT:
        return " left (is not heard any more)";
    default:
        return " left (for another reason)";
    }
}

static void add_dim(enum paint_colours colours, const struct event *event, const char *words, struct bytes *out)
{
    bytes_add_text(out, paint_dim(colours));
    visible_add(out, event->name, event->name_len);
    if (event->name_len == 0)
        bytes_add_text(out, "(somebody)");
    bytes_add_text(out, words);
    if (colours == PAINT_256)
        bytes_add_text(out, paint_end(colours));
}

void paint_event(enum paint_colours colours, const struct event *event, bool own, struct bytes *out)
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
        bytes_add_text(out, ": ");
        visible_add(out, event->text, event->text_len);
        break;
    case EVENT_NOTICE:
        bytes_format(out, "%s*** Notice: ", paint_bold(colours));
        visible_add(out, event->text, event->text_len);
        bytes_add_text(out, paint_end(colours));
        break;
    }
}

void paint_rename(enum paint_colours colours, const struct event *event, const char *before, size_t before_len,
                  struct bytes *out)
{
    add_time(colours, event->wall_ns, event->utc_offset_s, out);
    bytes_add_text(out, paint_dim(colours));
    visible_add(out, before, before_len);
    bytes_add_text(out, " is now ");
    visible_add(out, event->name, event->name_len);
    if (colours == PAINT_256)
        bytes_add_text(out, paint_end(colours));
}

void paint_crowd(enum paint_colours colours, int64_t wall_ns, int32_t utc_offset_s, const char *words, size_t length,
                 struct bytes *out)
{
    add_time(colours, wall_ns, utc_offset_s, out);
    bytes_add_text(out, paint_dim(colours));
    bytes_add(out, words, length);
    if (colours == PAINT_256)
        bytes_add_text(out, paint_end(colours));
}

int64_t paint_day_number(int64_t wall_ns, int32_t utc_offset_s)
{
    int64_t seconds = wall_ns / MOMENT_NS_PER_S + utc_offset_s;

    return seconds >= 0 ? seconds / 86400 : -1;
}

void paint_day(enum paint_colours colours, int64_t wall_ns, int32_t utc_offset_s, struct bytes *out)
{
    static const char *const days[] = {"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    struct tm at = local_time(wall_ns, utc_offset_s);

    bytes_format(out, "%s-- %s, %d %s %d%s", paint_dim(colours), days[at.tm_wday], at.tm_mday, months[at.tm_mon],
                 at.tm_year + 1900, colours == PAINT_256 ? paint_end(colours) : "");
}

void paint_words(enum paint_colours colours, bool urgent, const char *words, size_t length, struct bytes *out)
{
    const char *style = urgent ? paint_bold(colours) : paint_dim(colours);

    bytes_add_text(out, style);
    bytes_add_text(out, "-- ");
    visible_add(out, words, length);
    if (style[0] != '\0')
        bytes_add_text(out, paint_end(colours));
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

bool paint_mentions(const char *text, size_t length, const char *name, size_t name_len)
{
    if (name_len == 0)
        return false;
    for (size_t at = 0; at + name_len <= length; at++) {
        size_t same = 0;

        while (same < name_len && lower(text[at + same]) == lower(name[same]))
            same++;
        if (same < name_len)
            continue;
        /* "ann" is not in "hannah"; names in other scripts stand in a text without a gap. */
        if (at > 0 && is_word(text[at - 1]) && is_word(name[0]))
            continue;
        if (at + name_len < length && is_word(text[at + name_len]) && is_word(name[name_len - 1]))
            continue;
        return true;
    }
    return false;
}
