/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/plain_wire/known_replies.h"
#include "core/plain_wire/plain.h"
#include "core/plain_wire/template.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct dialect dialect;
static const struct plain_wording wording = {.dialect = &dialect};
static struct transcript *transcript;

static void open_all(void)
{
    dialect_init(&dialect, "course", DIALECT_ZH);
    cr_assert_eq(transcript_new(ROOM_RING_MIN_BYTES * 4, &transcript), 0);
}

static void close_all(void)
{
    transcript_free(transcript);
}

TestSuite(plain, .init = open_all, .fini = close_all);

/* Parses, and compares with "verb|name|text". */
static void expect_request(const char *datagram, enum plain_kind kind, const char *expected)
{
    struct plain_request request;
    char got[256];

    cr_assert_eq(plain_parse(&dialect, datagram, strlen(datagram), &request), 0, "%s", datagram);
    cr_expect_eq(request.kind, kind, "%s", datagram);
    snprintf(got, sizeof(got), "%.*s|%.*s|%.*s", (int)request.verb_len, request.verb,
             (int)request.name_len, request.name, (int)request.text_len, request.text);
    cr_expect_str_eq(got, expected);
}

static void expect_status(const char *datagram, int status)
{
    struct plain_request request;

    cr_expect_eq(plain_parse(&dialect, datagram, strlen(datagram), &request), status, "'%s'",
                 datagram);
}

Test(plain, requests_are_split_at_the_first_two_single_spaces)
{
    expect_request("L alice", PLAIN_JOIN, "L|alice|");
    expect_request("LOGIN alice", PLAIN_JOIN, "LOGIN|alice|");
    expect_request("C alice hello", PLAIN_CHAT, "C|alice|hello");
    expect_request("C alice  two  spaces ", PLAIN_CHAT, "C|alice| two  spaces ");
    expect_request("CHAT alice x", PLAIN_CHAT, "CHAT|alice|x");
    expect_request("C alice ", PLAIN_CHAT, "C|alice|");
    expect_request("C alice", PLAIN_CHAT, "C|alice|");
    expect_request("E alice", PLAIN_EXIT, "E|alice|");
    expect_request("E alice ##", PLAIN_EXIT, "E|alice|##");
    expect_request("QUIT alice", PLAIN_EXIT, "QUIT|alice|");
}

Test(plain, the_name_of_a_join_is_all_that_follows)
{
    expect_request("L alice smith", PLAIN_JOIN, "L|alice smith|");
    expect_request("L  alice", PLAIN_JOIN, "L| alice|");
    expect_request("L ", PLAIN_JOIN, "L||");
}

Test(plain, a_verb_is_followed_by_a_name)
{
    const char *const datagrams[] = {"L", "C", "Q", "E", "EXIT", "C ", "Q ", "C  text", "E  alice"};

    for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++)
        expect_status(datagrams[i], STATUS_INVALID);
}

Test(plain, what_is_no_verb_is_no_request)
{
    const char *const datagrams[] = {"",        " ",     " L alice", "l alice",   "LL alice",
                                     "X alice", "alice", "L\talice", "\xff alice"};

    for (size_t i = 0; i < sizeof(datagrams) / sizeof(datagrams[0]); i++)
        expect_status(datagrams[i], STATUS_NOT_FOUND);
}

Test(plain, one_line_ending_is_dropped)
{
    const struct {
        const char *in;
        size_t left;
        bool newline;
    } cases[] = {{"", 0, false},       {"\n", 0, true},      {"\r\n", 0, true},
                 {"\r", 1, false},     {"L a", 3, false},    {"L a\n", 3, true},
                 {"L a\r\n", 3, true}, {"L a\n\n", 4, true}, {"L a\r", 4, false},
                 {"L a\n\r", 5, false}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool newline;

        cr_expect_eq(plain_strip_newline(cases[i].in, strlen(cases[i].in), &newline), cases[i].left,
                     "case %zu", i);
        cr_expect_eq(newline, cases[i].newline, "case %zu", i);
    }
}

static void append(enum event_kind kind, const char *name, const char *text)
{
    struct event event = {.kind = (uint8_t)kind,
                          .name = name,
                          .name_len = (uint16_t)strlen(name),
                          .text = text,
                          .text_len = (uint16_t)strlen(text)};
    uint64_t seq;

    cr_assert_eq(transcript_append(transcript, &event, &seq), 0);
    transcript_release(transcript, seq);
}

static void expect_line(uint64_t first, bool fold, const char *expected, uint64_t expected_last)
{
    char line[PLAIN_LINE_MAX_BYTES];
    uint64_t last;
    size_t length = plain_render(&wording, transcript, first, transcript_released(transcript), fold,
                                 line, &last);

    cr_expect(length == strlen(expected) && memcmp(line, expected, length) == 0,
              "'%.*s' is not '%s'", (int)length, line, expected);
    cr_expect_eq(last, expected_last);
}

Test(plain, each_kind_of_event_has_its_line)
{
    append(EVENT_JOIN, "alice", "");
    append(EVENT_CHAT, "alice", "hello");
    append(EVENT_EXIT, "alice", "");
    append(EVENT_NOTICE, "", "tea");
    expect_line(1, true, "alice 进入了聊天室", 1);
    expect_line(2, true, "alice ： hello", 2);
    expect_line(3, true, "alice 退出了聊天室", 3);
    expect_line(4, true, "管理员消息: tea", 4);
}

Test(plain, so_many_joins_in_a_row_become_one_line)
{
    dialect.fold_joins = 3;
    append(EVENT_JOIN, "a", "");
    append(EVENT_JOIN, "b", "");
    append(EVENT_EXIT, "a", "");
    append(EVENT_EXIT, "b", "");
    append(EVENT_EXIT, "c", "");
    append(EVENT_CHAT, "d", "x");
    expect_line(1, true, "a 进入了聊天室", 1);
    expect_line(3, true, "3 人退出了聊天室: a, b, c", 5);
    expect_line(3, false, "a 退出了聊天室", 3);
    expect_line(4, true, "b 退出了聊天室", 4);
    dialect.fold_joins = 2;
    expect_line(1, true, "2 人进入了聊天室: a, b", 2);
}

Test(plain, a_folded_line_names_as_many_as_fit_and_counts_all)
{
    char name[ROOM_NAME_MAX_BYTES + 1], line[PLAIN_LINE_MAX_BYTES];
    uint64_t last;
    size_t length;

    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "member-number-%d", i);
        append(EVENT_JOIN, name, "");
    }
    length = plain_render(&wording, transcript, 1, 500, true, line, &last);
    cr_expect_eq(last, 500);
    cr_expect_leq(length, PLAIN_LINE_MAX_BYTES - 1);
    cr_expect_gt(length, PLAIN_LINE_MAX_BYTES - 64, "it uses the place it has");
    cr_expect_eq(memcmp(line, "500 人进入了聊天室: member-number-0, member-number-1, ", 60), 0,
                 "%.*s", 64, line);
    cr_expect_eq(memcmp(line + length - strlen(" …"), " …", strlen(" …")), 0);
}

Test(plain, a_line_never_equals_a_reply)
{
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_set(&dialect, DIALECT_NOTICE, "{text}", why), 0);
    append(EVENT_NOTICE, "", "EXIT");
    append(EVENT_NOTICE, "", "OK");
    append(EVENT_NOTICE, "", "OK then");
    expect_line(1, true, "EXIT ", 1);
    expect_line(2, true, "OK ", 2);
    expect_line(3, true, "OK then", 3);
}

Test(plain, the_longest_line_fits)
{
    char name[ROOM_NAME_MAX_BYTES + 1], text[901], line[PLAIN_LINE_MAX_BYTES];
    uint64_t last;

    memset(name, 'n', sizeof(name));
    name[ROOM_NAME_MAX_BYTES] = '\0';
    memset(text, 't', sizeof(text));
    text[900] = '\0';
    append(EVENT_CHAT, name, text);
    cr_expect_eq(plain_render(&wording, transcript, 1, 1, true, line, &last), 64 + 5 + 900);
}

Test(plain, the_prefix_precedes_every_line_and_counts)
{
    char name[ROOM_NAME_MAX_BYTES + 1], why[DIALECT_WHY_BYTES], line[PLAIN_LINE_MAX_BYTES];
    struct template_values values = {.count = 7};
    uint64_t last;
    size_t length;

    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "\n", why), 0);
    append(EVENT_CHAT, "alice", "hello");
    append(EVENT_NOTICE, "", "OK");
    expect_line(1, true, "\nalice ： hello", 1);
    expect_line(2, true, "\n管理员消息: OK", 2);
    length = plain_render_line(&wording, DIALECT_MISSED, &values, line);
    cr_expect(length == strlen("\n您错过了 7 条消息") &&
              memcmp(line, "\n您错过了 7 条消息", length) == 0);
    for (int i = 0; i < 500; i++) {
        snprintf(name, sizeof(name), "member-number-%d", i);
        append(EVENT_JOIN, name, "");
    }
    length = plain_render(&wording, transcript, 3, 502, true, line, &last);
    cr_expect_leq(length, PLAIN_LINE_MAX_BYTES - 1);
    cr_expect_eq(memcmp(line, "\n500 人进入了聊天室: ", strlen("\n500 人进入了聊天室: ")), 0);
}

Test(plain, a_line_without_words_is_none)
{
    struct template_values values = {.text = "", .text_len = 0};
    char why[DIALECT_WHY_BYTES], line[PLAIN_LINE_MAX_BYTES];

    cr_assert_eq(dialect_set(&dialect, DIALECT_KICKED, " {text}", why), 0);
    cr_expect_eq(plain_render_line(&wording, DIALECT_KICKED, &values, line), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "\n", why), 0);
    cr_expect_eq(plain_render_line(&wording, DIALECT_KICKED, &values, line), 0);
}

Test(plain, prefix_and_line_together_never_equal_a_reply)
{
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "EX", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_NOTICE, "{text}", why), 0);
    append(EVENT_NOTICE, "", "IT");
    append(EVENT_NOTICE, "", "EXIT");
    expect_line(1, true, "EXIT ", 1);
    expect_line(2, true, "EXEXIT", 2);
}

Test(plain, a_line_never_equals_a_reply_with_any_name_in_it)
{
    char why[DIALECT_WHY_BYTES];

    cr_assert_eq(dialect_set(&dialect, DIALECT_ACCEPT, "L {name} ok", why), 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_NOTICE, "{text}", why), 0);
    append(EVENT_NOTICE, "", "L alice ok");
    append(EVENT_NOTICE, "", "L  ok");
    append(EVENT_NOTICE, "", "L it is ok");
    expect_line(1, true, "L alice ok ", 1);
    expect_line(2, true, "L  ok", 2);
    expect_line(3, true, "L it is ok", 3);
}

Test(plain, a_line_that_ends_in_an_empty_text_does_not_equal_a_reply_without_its_space)
{
    char why[DIALECT_WHY_BYTES], line[PLAIN_LINE_MAX_BYTES];
    struct template_values values = {.text = ""};
    size_t length;

    cr_assert_eq(dialect_set(&dialect, DIALECT_KICKED, "EXIT {text}", why), 0);
    length = plain_render_line(&wording, DIALECT_KICKED, &values, line);
    cr_expect(length == 5 && memcmp(line, "EXIT ", 5) == 0);
    cr_assert_eq(dialect_set(&dialect, DIALECT_KICKED, "You go. {text}", why), 0);
    length = plain_render_line(&wording, DIALECT_KICKED, &values, line);
    cr_expect(length == 7 && memcmp(line, "You go.", 7) == 0);
}

Test(plain, a_run_is_folded_at_1024_events_however_many_fold_joins_asks_for)
{
    char name[ROOM_NAME_MAX_BYTES + 1], line[PLAIN_LINE_MAX_BYTES];
    uint64_t last;

    dialect.fold_joins = 10000;
    for (unsigned i = 0; i < PLAIN_FOLD_MAX_EVENTS; i++) {
        snprintf(name, sizeof(name), "m%u", i);
        append(EVENT_JOIN, name, "");
    }
    plain_render(&wording, transcript, 1, PLAIN_FOLD_MAX_EVENTS - 1, true, line, &last);
    cr_expect_eq(last, 1, "one less is not enough");
    plain_render(&wording, transcript, 1, PLAIN_FOLD_MAX_EVENTS, true, line, &last);
    cr_expect_eq(last, PLAIN_FOLD_MAX_EVENTS);
}

/* A member may be called like a verb; its lines are no requests for that. */
Test(plain, a_line_that_other_servers_would_take_for_a_request_begins_with_a_space)
{
    char why[DIALECT_WHY_BYTES];

    append(EVENT_JOIN, "L", "");
    append(EVENT_CHAT, "C", "hello");
    append(EVENT_EXIT, "QUIT", "");
    append(EVENT_JOIN, "l", "");
    append(EVENT_JOIN, "J", "");
    expect_line(1, true, " L 进入了聊天室", 1);
    expect_line(2, true, "C ： hello", 2);
    expect_line(3, true, " QUIT 退出了聊天室", 3);
    expect_line(4, true, "l 进入了聊天室", 4);
    expect_line(5, true, "J 进入了聊天室", 5);
    cr_assert_eq(dialect_set(&dialect, DIALECT_JOIN_VERBS, "J", why), 0);
    expect_line(5, true, " J 进入了聊天室", 5);
    cr_assert_eq(dialect_set(&dialect, DIALECT_PREFIX, "\n", why), 0);
    expect_line(5, true, "\nJ 进入了聊天室", 5);
}

Test(plain, so_does_one_that_is_a_request_at_another_door_of_the_room)
{
    static struct dialect other;
    static struct known_replies known;
    const struct room_door doors[] = {{.dialect = &dialect}, {.dialect = &other}};
    const struct plain_wording beside = {.dialect = &dialect, .known = &known};
    char why[DIALECT_WHY_BYTES], line[PLAIN_LINE_MAX_BYTES];
    uint64_t last;
    size_t length;

    cr_assert_eq(dialect_init(&other, "course", DIALECT_ZH), 0);
    cr_assert_eq(dialect_set(&other, DIALECT_EXIT_VERBS, "BYE", why), 0);
    known_replies_init(&known);
    known_replies_set_doors(&known, doors, 2);
    append(EVENT_JOIN, "BYE", "");
    expect_line(1, true, "BYE 进入了聊天室", 1);
    length = plain_render(&beside, transcript, 1, 1, true, line, &last);
    cr_expect_eq(length, strlen(" BYE 进入了聊天室"));
    cr_expect_eq(memcmp(line, " BYE 进入了聊天室", length), 0);
}

Test(plain, a_line_of_full_length_loses_its_last_character_to_that_space)
{
    char text[PLAIN_LINE_MAX_BYTES], line[PLAIN_LINE_MAX_BYTES], why[DIALECT_WHY_BYTES];
    uint64_t last;
    size_t length;

    memset(text, 'x', sizeof(text));
    memcpy(text + 1014, "聊", sizeof("聊"));
    cr_assert_eq(dialect_set(&dialect, DIALECT_CHAT, "{name} says {text}", why), 0);
    append(EVENT_CHAT, "C", text);
    length = plain_render(&wording, transcript, 1, 1, true, line, &last);
    cr_expect_eq(length, 7 + 1014 + 1);
    cr_expect_eq(memcmp(line, " C says xxx", 11), 0);
    cr_expect_eq(line[length - 1], 'x');
}

Test(plain, forgotten_events_in_a_row_are_one_line_that_says_how_many)
{
    append(EVENT_JOIN, "a", "");
    append(EVENT_JOIN, "b", "");
    append(EVENT_CHAT, "b", "x");
    append(EVENT_CHAT, "a", "y");
    transcript_forget(transcript, 2);
    transcript_forget(transcript, 3);
    dialect.fold_joins = 2;
    expect_line(1, true, "a 进入了聊天室", 1);
    expect_line(2, true, "您错过了 2 条消息", 3);
    expect_line(2, false, "您错过了 1 条消息", 2);
    expect_line(4, true, "a ： y", 4);
}
