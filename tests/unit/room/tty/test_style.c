/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines, with and without colours. */
#include "room/tty/style.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* 2026-11-21 14:05 local time, one hour ahead of UTC. */
#define WALL_NS  (INT64_C(1795266300) * 1000000000)
#define OFFSET_S 3600

static struct event event_of(enum event_kind kind, const char *name, const char *text)
{
    return (struct event){.kind = (uint8_t)kind,
                          .name = name,
                          .name_len = (uint16_t)strlen(name),
                          .text = text,
                          .text_len = (uint16_t)strlen(text),
                          .utc_offset_s = OFFSET_S,
                          .wall_ns = WALL_NS};
}

static void expect_event(enum style_colours colours, const struct event *event, bool own,
                         const char *expected)
{
    struct buffer out = {0};

    style_event(colours, event, own, &out);
    buffer_add(&out, "", 1);
    cr_expect_str_eq(out.at, expected);
    buffer_done(&out);
}

Test(style, without_colours_there_is_only_text)
{
    struct event chat = event_of(EVENT_CHAT, "alice", "hi"),
                 join = event_of(EVENT_JOIN, "alice", ""), left = event_of(EVENT_EXIT, "alice", ""),
                 notice = event_of(EVENT_NOTICE, "", "tea");

    expect_event(STYLE_PLAIN, &chat, false, "14:05 alice: hi");
    expect_event(STYLE_PLAIN, &chat, true, "14:05 alice: hi");
    expect_event(STYLE_PLAIN, &join, false, "14:05 alice joined");
    expect_event(STYLE_PLAIN, &left, false, "14:05 alice left");
    expect_event(STYLE_PLAIN, &notice, false, "14:05 *** Notice: tea");
    left.reason = EXIT_KICKED;
    expect_event(STYLE_PLAIN, &left, false, "14:05 alice was removed by the administrator");
    left.reason = 200;
    expect_event(STYLE_PLAIN, &left, false, "14:05 alice left (for another reason)");
    chat.name_len = 0;
    expect_event(STYLE_PLAIN, &chat, false, "14:05 (somebody): hi");
}

Test(style, bold_and_dim_are_ended)
{
    struct event chat = event_of(EVENT_CHAT, "alice", "hi"),
                 notice = event_of(EVENT_NOTICE, "", "tea"),
                 join = event_of(EVENT_JOIN, "alice", "");

    expect_event(STYLE_BOLD, &chat, false, "14:05 alice: hi");
    expect_event(STYLE_BOLD, &chat, true, "14:05 \x1b[1malice\x1b[m: hi");
    expect_event(STYLE_BOLD, &notice, false, "14:05 \x1b[1m*** Notice: tea\x1b[m");
    expect_event(STYLE_256, &join, false,
                 "\x1b[38;5;243m14:05\x1b[m \x1b[38;5;243malice joined\x1b[m");
}

Test(style, nothing_a_peer_sends_is_a_control)
{
    struct event chat = event_of(EVENT_CHAT, "m\x1b[2J", "a\rb\x07\xc2\x9b\xe2\x80\xae");

    expect_event(STYLE_PLAIN, &chat, false,
                 "14:05 m\\x1b[2J: a\\x0db\\x07\\xc2\\x9b\\xe2\\x80\\xae");
}

Test(style, a_name_has_one_colour)
{
    bool used[STYLE_PALETTE] = {false};
    size_t count = 0;
    char name[] = "alice0";

    cr_expect_eq(style_name_colour("Alice", 5), style_name_colour("ALICE", 5));
    for (int i = 0; i < 60; i++) {
        name[5] = (char)('0' + i);
        used[style_name_colour(name, 6)] = true;
    }
    for (size_t i = 0; i < STYLE_PALETTE; i++)
        count += used[i] ? 1 : 0;
    cr_expect_geq(count, STYLE_PALETTE - 2, "similar names differ");
    cr_expect_lt(style_name_colour("\xff", 1), STYLE_PALETTE);
}

static double linear(uint8_t part)
{
    double share = part / 255.0;

    return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4);
}

Test(style, names_can_be_read_on_black_and_on_white)
{
    static const uint8_t levels[] = {0, 95, 135, 175, 215, 255};

    for (size_t i = 0; i < STYLE_PALETTE; i++) {
        const struct style_colour *colour = &style_palette[i];
        unsigned cube = colour->number - 16U;
        double light = 0.2126 * linear(colour->red) + 0.7152 * linear(colour->green) +
                       0.0722 * linear(colour->blue);

        cr_expect_eq(colour->red, levels[cube / 36]);
        cr_expect_eq(colour->green, levels[cube / 6 % 6]);
        cr_expect_eq(colour->blue, levels[cube % 6]);
        cr_expect_geq((light + 0.05) / 0.05, 4.0, "%u on black", (unsigned)colour->number);
        cr_expect_geq(1.05 / (light + 0.05), 4.0, "%u on white", (unsigned)colour->number);
    }
}

Test(style, the_day_is_local)
{
    struct buffer out = {0};

    style_day(STYLE_PLAIN, WALL_NS, OFFSET_S, &out);
    buffer_add(&out, "", 1);
    cr_expect_str_eq(out.at, "-- Saturday, 21 November 2026");
    buffer_done(&out);
    cr_expect_eq(style_day_number(WALL_NS, OFFSET_S) + 1,
                 style_day_number(WALL_NS, OFFSET_S + 10 * 3600));
}

Test(style, a_name_is_mentioned_as_a_word)
{
    cr_expect(style_mentions("hi Alice!", 9, "alice", 5));
    cr_expect(style_mentions("alice", 5, "alice", 5));
    cr_expect(style_mentions("alice: hi", 9, "alice", 5));
    cr_expect_not(style_mentions("malice", 6, "alice", 5));
    cr_expect_not(style_mentions("alices", 6, "alice", 5));
    cr_expect_not(style_mentions("alic", 4, "alice", 5));
    cr_expect_not(style_mentions("hi", 2, "", 0));
    cr_expect(style_mentions("你好小明吗", strlen("你好小明吗"), "小明", strlen("小明")));
}
