/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What a plain client sends and receives, and its list of members. */
#include "support/plain_stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

static struct plain_stage stage;

static void open_stage(void)
{
    plain_stage_open(&stage);
}

static void close_stage(void)
{
    plain_stage_done(&stage);
}

TestSuite(plain_client, .init = open_stage, .fini = close_stage);

static void expect_sent(const char *expected)
{
    const char *sent = plain_stage_sent(&stage);

    cr_expect_str_eq(sent, expected, "sent '%s', not '%s'", sent, expected);
}

static void expect_told(const char *expected)
{
    const char *told = plain_stage_told(&stage);

    cr_expect_str_eq(told, expected, "told '%s', not '%s'", told, expected);
}

static int say(const char *text)
{
    uint32_t number;

    return client_say(stage.client, &stage.now, text, strlen(text), &number);
}

/* ---- creating ---- */

Test(plain_client, needs_a_name_that_can_be_asked_for)
{
    struct client *client = NULL;
    char name[ROOM_NAME_MAX_BYTES + 2];

    stage.setup.name = "";
    cr_expect_eq(plain_client_new(&stage.setup, &stage.dialect, 0, &client), STATUS_INVALID);
    stage.setup.name = "\xff";
    cr_expect_eq(plain_client_new(&stage.setup, &stage.dialect, 0, &client), STATUS_NOT_UTF8);
    memset(name, 'n', sizeof(name));
    name[ROOM_NAME_MAX_BYTES + 1] = '\0';
    stage.setup.name = name;
    cr_expect_eq(plain_client_new(&stage.setup, &stage.dialect, 0, &client), STATUS_TOO_LONG);
    cr_expect_null(client);
    client_free(NULL);
}

Test(plain_client, without_a_sink_it_does_the_same)
{
    stage.setup.carrier = (struct client_carrier){.ctx = NULL};
    stage.setup.sink = (struct client_sink){.ctx = NULL};
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "OK");
    plain_stage_receive(&stage, "bob ： hi\n2 人进入了聊天室: a, b\nxyz\n您错过了 7 条消息");
    plain_stage_say(&stage, "hello");
    cr_expect_eq(client_members(stage.client), 4);
    plain_stage_leave(&stage, false);
    plain_stage_receive(&stage, "EXIT");
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
}

/* ---- sending ---- */

Test(plain_client, a_message_is_sent_and_reported_as_sent)
{
    plain_stage_enter(&stage);
    cr_expect_eq(plain_stage_say(&stage, "hello  there "), 1);
    expect_sent("C alice hello  there ");
    expect_told("1 sent");
    cr_expect_eq(plain_stage_say(&stage, "again"), 2);
    cr_expect_eq(client_pending(stage.client), 0);
}

Test(plain_client, what_is_said_before_it_is_in_waits_until_it_is)
{
    plain_stage_start(&stage);
    plain_stage_say(&stage, "one");
    plain_stage_say(&stage, "two");
    expect_sent("L alice");
    cr_expect_eq(client_pending(stage.client), 2);
    plain_stage_receive(&stage, "OK");
    expect_sent("C alice one|C alice two");
    expect_told("in|1 sent|2 sent");
}

Test(plain_client, no_more_than_256_messages_wait)
{
    plain_stage_start(&stage);
    for (unsigned i = 0; i < CLIENT_PENDING_MAX; i++)
        cr_assert_eq(say("x"), STATUS_OK);
    cr_expect_eq(say("x"), STATUS_FULL);
    cr_expect_eq(client_pending(stage.client), CLIENT_PENDING_MAX);
    plain_stage_receive(&stage, "OK");
    cr_expect_eq(client_pending(stage.client), 0);
    cr_expect_eq(say("x"), STATUS_OK);
}

Test(plain_client, a_text_that_would_end_other_servers_is_not_sent)
{
    plain_stage_enter(&stage);
    cr_expect_eq(say(""), STATUS_INVALID);
    cr_expect_eq(say("  \t "), STATUS_INVALID, "who splits at spaces would find no text");
    cr_expect_eq(say("\xe3\x80\x80"), STATUS_INVALID, "a wide space is a space");
    cr_expect_eq(say("a\xff"), STATUS_NOT_UTF8);
    plain_stage_tick(&stage);
    expect_sent("");
}

Test(plain_client, control_characters_and_line_breaks_are_sent_as_spaces)
{
    plain_stage_enter(&stage);
    plain_stage_say(&stage, "a\nb\x1b[31mc\r\n");
    expect_sent("C alice a b [31mc  ");
}

Test(plain_client, a_request_has_1024_bytes_at_most)
{
    char text[CLIENT_TEXT_MAX_BYTES + 2], name[ROOM_NAME_MAX_BYTES + 1];

    memset(text, 't', sizeof(text));
    text[CLIENT_TEXT_MAX_BYTES + 1] = '\0';
    plain_stage_enter(&stage);
    cr_expect_eq(say(text), STATUS_TOO_LONG);
    text[CLIENT_TEXT_MAX_BYTES] = '\0';
    cr_expect_eq(say(text), STATUS_OK, "C alice and 1000 bytes");
    cr_expect_eq(client_text_max_bytes(stage.client), CLIENT_TEXT_MAX_BYTES);
    plain_stage_done(&stage);
    memset(name, 'n', sizeof(name));
    name[ROOM_NAME_MAX_BYTES] = '\0';
    stage.setup.name = name;
    plain_stage_enter(&stage);
    cr_expect_eq(client_text_max_bytes(stage.client), 1024 - 1 - 1 - 64 - 1);
    text[1024 - 1 - 1 - 64 - 1 + 1] = '\0';
    cr_expect_eq(say(text), STATUS_TOO_LONG);
    text[1024 - 1 - 1 - 64 - 1] = '\0';
    cr_expect_eq(say(text), STATUS_OK);
    plain_stage_tick(&stage);
    cr_expect_eq(strlen(plain_stage_sent(&stage)), 1024);
}

Test(plain_client, a_message_that_no_longer_fits_under_a_longer_name_is_refused)
{
    char text[CLIENT_TEXT_MAX_BYTES + 1], name[ROOM_NAME_MAX_BYTES + 1];
    uint32_t number;

    memset(text, 't', sizeof(text));
    text[CLIENT_TEXT_MAX_BYTES] = '\0';
    memset(name, 'n', sizeof(name));
    name[ROOM_NAME_MAX_BYTES] = '\0';
    plain_stage_start(&stage);
    plain_stage_say(&stage, text);
    cr_assert_eq(client_rename(stage.client, &stage.now, name, &number), 0);
    plain_stage_tick(&stage);
    plain_stage_sent(&stage);
    plain_stage_receive(&stage, "OK");
    expect_sent("");
    expect_told("in|1 refused 2");
}

Test(plain_client, the_sink_may_say_something_when_it_is_told_an_outcome)
{
    plain_stage_enter(&stage);
    stage.reply = "more";
    plain_stage_say(&stage, "first");
    expect_sent("C alice first");
    cr_expect_leq(stage.next_ns, stage.now.mono_ns, "it wants to be called again");
    plain_stage_tick(&stage);
    expect_sent("C alice more");
    expect_told("1 sent|2 sent");
}

/* ---- receiving ---- */

Test(plain_client, lines_become_events)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "bob 进入了聊天室");
    plain_stage_receive(&stage, "bob ： hello: there");
    plain_stage_receive(&stage, "管理员消息: tea");
    plain_stage_receive(&stage, "bob 退出了聊天室\n");
    expect_told("+bob|<bob> hello: there|* tea|-bob");
}

Test(plain_client, several_lines_may_share_a_datagram)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "\nbob 进入了聊天室\nbob ： hi\n\nxyz\n");
    expect_told("+bob|<bob> hi|line xyz");
}

Test(plain_client, a_folded_line_becomes_an_event_for_each_name)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "3 人进入了聊天室: a, b, c");
    plain_stage_receive(&stage, "40 人退出了聊天室: a, b …");
    expect_told("+a|+b|+c|-a|-b|missed 38");
    cr_expect_eq(client_members(stage.client), 2);
}

Test(plain_client, a_line_for_it_alone_is_reported_as_a_line)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "消息没有发送: 您已被管理员禁言");
    plain_stage_receive(&stage, "您错过了 7 条消息");
    expect_told("line 消息没有发送: 您已被管理员禁言|missed 7");
}

Test(plain_client, a_line_that_is_not_utf8_is_shown_all_the_same)
{
    plain_stage_enter(&stage);
    plain_stage_receive_bytes(&stage,
                              "bob ： a\xff"
                              "b\0c",
                              13);
    plain_stage_receive_bytes(&stage, "\xc4\xe3\xba\xc3", 4);
    expect_told("<bob> a\xef\xbf\xbd"
                "b\xef\xbf\xbd"
                "c|line \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

Test(plain_client, a_text_that_is_too_long_continues_in_further_lines)
{
    static char bytes[5000];
    const char *told;
    size_t used = (size_t)snprintf(bytes, sizeof(bytes), "bob ： ");

    memset(bytes + used, 'x', sizeof(bytes) - used);
    plain_stage_enter(&stage);
    plain_stage_receive_bytes(&stage, bytes, sizeof(bytes));
    told = plain_stage_told(&stage);
    cr_expect_eq(strlen(told), sizeof(bytes) - used + strlen("<bob> ") + 4 * strlen("|line "),
                 "nothing is lost");
    plain_stage_receive_bytes(&stage, bytes + used, sizeof(bytes) - used);
    told = plain_stage_told(&stage);
    cr_expect_eq(strlen(told), sizeof(bytes) - used + 5 * strlen("|line ") - 1);
}

Test(plain_client, an_empty_datagram_is_nothing)
{
    plain_stage_start(&stage);
    plain_stage_told(&stage);
    plain_stage_receive_bytes(&stage, "", 0);
    plain_stage_receive_bytes(&stage, "\n", 1);
    expect_told("");
    plain_stage_receive(&stage, "OK");
    expect_told("in");
}

Test(plain_client, its_own_line_that_comes_back_is_recognised_once)
{
    plain_stage_enter(&stage);
    plain_stage_say(&stage, "hi");
    plain_stage_say(&stage, "hi");
    plain_stage_told(&stage);
    plain_stage_receive(&stage, "bob ： hi");
    plain_stage_receive(&stage, "alice ： hi");
    plain_stage_receive(&stage, "alice ： ho");
    plain_stage_receive(&stage, "alice ： hi");
    plain_stage_receive(&stage, "alice ： hi");
    expect_told("<bob> hi|<alice #1> hi|<alice> ho|<alice #2> hi|<alice> hi");
}

Test(plain_client, a_line_under_its_name_much_later_is_not_its_own)
{
    plain_stage_enter(&stage);
    plain_stage_say(&stage, "hi");
    plain_stage_told(&stage);
    plain_stage_pass_ms(&stage, 11000);
    plain_stage_receive(&stage, "alice ： hi");
    expect_told("<alice> hi");
}

/* ---- the list of members ---- */

Test(plain_client, the_list_holds_members_that_joined_or_spoke_since_it_joined)
{
    stage.tells_members = true;
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "early ： somebody who speaks to whoever had this port");
    plain_stage_receive(&stage, "OK");
    expect_told("<early> somebody who speaks to whoever had this port|in|@+1 alice");
    cr_expect_eq(client_number(stage.client), 1);
    plain_stage_receive(&stage, "bob 进入了聊天室");
    plain_stage_receive(&stage, "carol ： hi");
    plain_stage_receive(&stage, "carol ： ho");
    cr_expect_eq(stage.event.author, 3);
    plain_stage_receive(&stage, "dave 退出了聊天室");
    cr_expect_eq(stage.event.author, 0);
    plain_stage_receive(&stage, "bob 退出了聊天室");
    cr_expect_eq(stage.event.author, 2);
    plain_stage_receive(&stage, "bob 进入了聊天室");
    expect_told("@+2 bob|+bob|@+3 carol|<carol> hi|<carol> ho|-dave|-bob|@-2 bob|@+4 bob|+bob");
    cr_expect_eq(client_members(stage.client), 3);
}

Test(plain_client, its_own_join_and_exit_in_lines_change_nothing)
{
    stage.tells_members = true;
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "alice 进入了聊天室");
    cr_expect_eq(stage.event.author, client_number(stage.client));
    plain_stage_receive(&stage, "alice 退出了聊天室");
    expect_told("+alice|-alice");
    cr_expect_eq(client_members(stage.client), 1);
}

Test(plain_client, many_join_and_leave_and_each_is_reported_once)
{
    char line[64];

    plain_stage_enter(&stage);
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(line, sizeof(line), "n%u 进入了聊天室", i * 7919 % 5000);
        plain_stage_receive(&stage, line);
    }
    cr_expect_eq(client_members(stage.client), 5001);
    for (unsigned i = 0; i < 5000; i += 2) {
        snprintf(line, sizeof(line), "n%u 退出了聊天室", i);
        plain_stage_receive(&stage, line);
        cr_assert_neq(stage.event.author, 0, "%s", line);
        plain_stage_receive(&stage, line);
        cr_assert_eq(stage.event.author, 0, "%s", line);
        plain_stage_told(&stage);
    }
    cr_expect_eq(client_members(stage.client), 2501);
    for (unsigned i = 1; i < 5000; i += 2) {
        snprintf(line, sizeof(line), "n%u ： hi", i);
        plain_stage_receive(&stage, line);
        cr_assert(stage.event.author > 1 && stage.event.author <= 5001, "%s", line);
        plain_stage_told(&stage);
    }
    cr_expect_eq(client_members(stage.client), 2501);
}

Test(plain_client, the_list_has_an_end)
{
    static char line[1024];
    size_t used;

    plain_stage_enter(&stage);
    for (unsigned i = 0; i < CLIENT_MEMBERS_MAX + 100;) {
        used = (size_t)snprintf(line, sizeof(line), "50 人进入了聊天室: n%u", i++);
        for (unsigned j = 1; j < 50; j++)
            used += (size_t)snprintf(line + used, sizeof(line) - used, ", n%u", i++);
        plain_stage_receive(&stage, line);
        plain_stage_told(&stage);
    }
    cr_expect_eq(client_members(stage.client), CLIENT_MEMBERS_MAX);
    cr_expect_eq(stage.event.author, 0, "one that found no place");
}
