/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Lines of events, for people and for programs. */
#include "room/lines/event_line.h"

#include <criterion/criterion.h>
#include <string.h>

static char line[EVENT_LINE_BYTES];

static struct event event_of(enum event_kind kind, const char *name, const char *text)
{
    return (struct event){.seq = 7,
                          .kind = (uint8_t)kind,
                          .name = name,
                          .name_len = (uint16_t)strlen(name),
                          .text = text,
                          .text_len = (uint16_t)strlen(text),
                          .wall_ns = INT64_C(1700000000) * 1000000000};
}

static void expect(const struct event *event, bool json, const char *expected)
{
    cr_expect_eq(event_line_of(event, json, line), strlen(expected));
    cr_expect_str_eq(line, expected);
}

Test(event_line, events_are_lines_for_people)
{
    struct event join = event_of(EVENT_JOIN, "alice", ""),
                 chat = event_of(EVENT_CHAT, "alice", "hi"),
                 left = event_of(EVENT_EXIT, "alice", ""),
                 notice = event_of(EVENT_NOTICE, "", "tea");

    expect(&join, false, "alice joined\n");
    expect(&chat, false, "alice: hi\n");
    expect(&left, false, "alice left\n");
    expect(&notice, false, "Notice: tea\n");
}

Test(event_line, events_are_objects_for_programs)
{
    struct event chat = event_of(EVENT_CHAT, "al\"ice", "a\\b"),
                 left = event_of(EVENT_EXIT, "bob", "");

    left.reason = EXIT_KICKED;
    expect(&chat, true,
           "{\"seq\":7,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"chat\",\"name\":"
           "\"al\\\"ice\",\"text\":"
           "\"a\\\\b\"}\n");
    expect(&left, true,
           "{\"seq\":7,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"exit\",\"name\":\"bob\","
           "\"text\":\"\","
           "\"reason\":\"kicked\"}\n");
}

Test(event_line, nothing_a_peer_sends_reaches_the_terminal_as_a_control)
{
    struct event chat = event_of(EVENT_CHAT, "m\x1b[2J", "a\rb\x07\xc2\x9b\xe2\x80\xae");

    event_line_of(&chat, false, line);
    for (const char *at = line; at[1] != '\0'; at++)
        cr_expect_geq((unsigned char)*at, 0x20, "%s", line);
    cr_expect_null(strstr(line, "\xc2\x9b"));
    cr_expect_null(strstr(line, "\xe2\x80\xae"));
    event_line_of(&chat, true, line);
    for (const char *at = line; at[1] != '\0'; at++)
        cr_expect_geq((unsigned char)*at, 0x20, "%s", line);
}

Test(event_line, a_nul_hides_nothing_of_an_event)
{
    struct event chat = event_of(EVENT_CHAT, "", "");

    chat.name = "a\0b";
    chat.text = "c\0d";
    chat.name_len = chat.text_len = 3;
    expect(&chat, false, "a\\x00b: c\\x00d\n");
    chat.kind = EVENT_EXIT;
    chat.text_len = 0;
    expect(&chat, false, "a\\x00b left\n");
}

Test(event_line, in_json_nothing_is_raw_that_a_terminal_would_obey)
{
    struct event chat = event_of(EVENT_CHAT, "\xc2\x9b", "\xe2\x80\xae\xe2\x81\xa6\x7f\x9b");

    expect(&chat, true,
           "{\"seq\":7,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"chat\",\"name\":"
           "\"\\u009b\",\"text\":\"\\u202e\\u2066\\u007f\xef\xbf\xbd\"}\n");
}

Test(event_line, the_longest_event_fits)
{
    char name[65], text[1001];
    struct event chat;

    memset(name, 1, 64);
    memset(text, 1, 1000);
    name[64] = text[1000] = '\0';
    chat = event_of(EVENT_CHAT, name, text);
    cr_expect_gt(event_line_of(&chat, true, line), 6000);
    cr_expect_eq(line[strlen(line) - 2], '}');
    cr_expect_gt(event_line_of(&chat, false, line), 4000);
}

Test(event_line, missed_events_are_counted)
{
    event_line_missed(3, false, line);
    cr_expect_str_eq(line, "(3 events were missed: the room sends them no more)\n");
    event_line_missed(3, true, line);
    cr_expect_str_eq(line, "{\"kind\":\"missed\",\"count\":3}\n");
    event_line_missed(CLIENT_MISSED_UNKNOWN, false, line);
    cr_expect_str_eq(line, "(events were missed: the room has begun anew)\n");
    event_line_missed(CLIENT_MISSED_UNKNOWN, true, line);
    cr_expect_str_eq(line, "{\"kind\":\"missed\",\"count\":null}\n");
}

Test(event_line, a_line_that_tells_no_event_has_a_kind_of_its_own)
{
    const struct moment now = {.wall_ns = INT64_C(1700000000) * 1000000000};

    event_line_text("say \x1b[2J\"hi\"", 12, &now, false, line);
    cr_expect_str_eq(line, "say \\x1b[2J\"hi\"\n");
    event_line_text("a \"b\"", 5, &now, true, line);
    cr_expect_str_eq(
        line,
        "{\"seq\":null,\"time\":\"2023-11-14T22:13:20+00:00\",\"kind\":\"line\",\"name\":\"\","
        "\"text\":\"a \\\"b\\\"\"}\n");
}
