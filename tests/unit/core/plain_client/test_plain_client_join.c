/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How a plain client gets in, back in, and to another name. */
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

TestSuite(plain_client_join, .init = open_stage, .fini = close_stage);

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

static uint32_t ask_for(const char *name)
{
    uint32_t number = 99;

    cr_assert_eq(client_rename(stage.client, &stage.now, name, &number), 0);
    plain_stage_tick(&stage);
    return number;
}

/* ---- getting in ---- */

Test(plain_client_join, joins_and_is_in_with_the_accept)
{
    plain_stage_start(&stage);
    expect_sent("L alice");
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
    plain_stage_receive(&stage, "OK");
    expect_told("in");
    cr_expect_str_eq(client_name(stage.client), "alice");
    cr_expect_eq(stage.next_ns, MOMENT_NEVER_NS, "a quiet room wakes nobody");
}

Test(plain_client_join, an_accept_may_end_in_a_line_break)
{
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "OK\r\n");
    expect_told("in");
}

Test(plain_client_join, repeats_an_unanswered_join_more_and_more_seldom)
{
    static const int64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 16000};

    plain_stage_start(&stage);
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        int64_t wait_ms = (stage.next_ns - stage.now.mono_ns) / MOMENT_NS_PER_MS;

        expect_sent("L alice");
        cr_expect(wait_ms <= waits_ms[i] && wait_ms >= waits_ms[i] * 4 / 5 - 1,
                  "wait %zu is %lld ms", i, (long long)wait_ms);
        stage.now.mono_ns = stage.next_ns;
        plain_stage_tick(&stage);
    }
    expect_told("");
    plain_stage_receive(&stage, "OK");
    expect_told("in");
}

Test(plain_client_join, speaks_with_the_first_of_each_kind_of_verb)
{
    plain_stage_set(&stage, DIALECT_JOIN_VERBS, "LOGIN L");
    plain_stage_set(&stage, DIALECT_CHAT_VERBS, "CHAT");
    plain_stage_set(&stage, DIALECT_EXIT_VERBS, "QUIT");
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "OK");
    plain_stage_say(&stage, "hi");
    plain_stage_leave(&stage, false);
    plain_stage_receive(&stage, "EXIT");
    expect_sent("LOGIN alice|CHAT alice hi|QUIT alice");
}

Test(plain_client_join, lines_before_the_answer_are_shown_and_are_no_answer)
{
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "bob ： hi");
    plain_stage_receive(&stage, "That name is in use, sorry");
    plain_stage_receive(&stage, "EXIT");
    expect_told("<bob> hi|line That name is in use, sorry");
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
}

Test(plain_client_join, an_accept_with_a_name_is_for_that_name_and_says_how_it_is_shown)
{
    plain_stage_set(&stage, DIALECT_ACCEPT, "OK {name}");
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "OK bob");
    expect_told("line OK bob");
    plain_stage_receive(&stage, "OK Alice");
    expect_told("in");
    cr_expect_str_eq(client_name(stage.client), "Alice");
    plain_stage_sent(&stage);
    plain_stage_say(&stage, "hi");
    expect_sent("C Alice hi");
}

/* ---- refusals ---- */

Test(plain_client_join, a_refused_name_waits_for_another)
{
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "该用户已存在");
    expect_told("joining 2 0");
    cr_expect_eq(client_why(stage.client), CLIENT_REFUSED_TAKEN);
    cr_expect_eq(stage.next_ns, MOMENT_NEVER_NS);
    plain_stage_receive(&stage, "该用户已存在");
    expect_told("");
    plain_stage_sent(&stage);
    cr_expect_eq(ask_for("bob"), 0);
    expect_sent("L bob");
    plain_stage_receive(&stage, "姓名不可用 (UTF-8): 含有空格");
    expect_told("joining 3 0");
    cr_expect_eq(client_why(stage.client), CLIENT_REFUSED_NAME);
}

Test(plain_client_join, one_answer_for_all_refusals_asks_for_another_name)
{
    cr_assert_eq(dialect_init(&stage.dialect, "yn", DIALECT_ZH), 0);
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "N");
    expect_told("joining 2 0");
    ask_for("bob");
    plain_stage_receive(&stage, "Y");
    expect_told("in");
}

Test(plain_client_join, a_full_room_is_tried_again)
{
    plain_stage_start(&stage);
    plain_stage_sent(&stage);
    plain_stage_receive(&stage, "聊天室已满");
    expect_told("joining 4 10");
    plain_stage_pass_ms(&stage, 9999);
    expect_sent("");
    plain_stage_pass_ms(&stage, 2001);
    expect_sent("L alice");
    plain_stage_receive(&stage, "OK");
    expect_told("in");
}

Test(plain_client_join, a_banned_client_is_out)
{
    plain_stage_start(&stage);
    plain_stage_say(&stage, "never said");
    plain_stage_receive(&stage, "您现在不能进入聊天室");
    expect_told("1 refused|out banned");
    cr_expect_eq(client_why(stage.client), CLIENT_REFUSED_BANNED);
}

Test(plain_client_join, an_accept_after_a_refusal_counts)
{
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "该用户已存在");
    plain_stage_receive(&stage, "OK");
    expect_told("joining 2 0|in");
}

Test(plain_client_join, later_answers_to_a_repeated_join_are_ignored)
{
    plain_stage_start(&stage);
    plain_stage_pass_ms(&stage, 1500);
    plain_stage_receive(&stage, "OK");
    plain_stage_receive(&stage, "该用户已存在");
    plain_stage_receive(&stage, "OK");
    expect_told("in");
    plain_stage_pass_ms(&stage, 60000);
    plain_stage_receive(&stage, "该用户已存在");
    expect_told("line 该用户已存在");
}

Test(plain_client_join, a_name_that_would_shift_the_fields_is_never_sent)
{
    stage.setup.name = "a b";
    plain_stage_start(&stage);
    expect_sent("");
    expect_told("joining 3 0");
    ask_for("a\xe3\x80\x80"
            "b");
    expect_sent("");
    expect_told("joining 3 0");
    ask_for("a\nb");
    expect_sent("");
    expect_told("joining 3 0");
    ask_for("ab");
    expect_sent("L ab");
}

/* ---- coming back ---- */

Test(plain_client_join, joins_again_where_the_server_has_forgotten_it)
{
    stage.tells_members = true;
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "bob 进入了聊天室");
    plain_stage_pass_ms(&stage, 5000);
    plain_stage_say(&stage, "anybody here?");
    plain_stage_sent(&stage);
    plain_stage_told(&stage);
    plain_stage_receive(&stage, "请先进入聊天室");
    expect_sent("L alice");
    expect_told("@-2 bob|@-1 alice|joining 0 0");
    plain_stage_say(&stage, "meanwhile");
    plain_stage_receive(&stage, "请先进入聊天室");
    plain_stage_receive(&stage, "OK");
    expect_sent("C alice meanwhile");
    expect_told("in|@+1 alice|2 sent");
}

Test(plain_client_join, a_refusal_of_what_was_never_said_is_an_old_one)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "请先进入聊天室");
    expect_sent("");
    expect_told("");
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
}

Test(plain_client_join, a_server_that_forgets_again_and_again_is_asked_more_and_more_seldom)
{
    static const int64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 16000};

    plain_stage_enter(&stage);
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        int64_t begun_ns = stage.now.mono_ns;

        plain_stage_say(&stage, "x");
        plain_stage_sent(&stage);
        plain_stage_receive(&stage, "请先进入聊天室");
        plain_stage_pass_ms(&stage, waits_ms[i] * 4 / 5 - 1);
        expect_sent("");
        while (stage.sent_length == 0) {
            stage.now.mono_ns = stage.next_ns;
            plain_stage_tick(&stage);
        }
        cr_expect_leq(stage.now.mono_ns - begun_ns, waits_ms[i] * MOMENT_NS_PER_MS);
        expect_sent("L alice");
        plain_stage_receive(&stage, "OK");
    }
}

Test(plain_client_join, a_new_address_joins_again_and_keeps_the_list)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "bob 进入了聊天室");
    plain_stage_told(&stage);
    plain_stage_moved(&stage);
    expect_sent("");
    plain_stage_pass_ms(&stage, 1000);
    expect_sent("L alice");
    plain_stage_receive(&stage, "OK");
    expect_told("joining 0 0|in");
    cr_expect_eq(client_members(stage.client), 2);
}

Test(plain_client_join,
     a_name_that_is_taken_by_its_own_old_address_is_given_up_once_and_taken_again)
{
    plain_stage_enter(&stage);
    plain_stage_pass_ms(&stage, 5000);
    plain_stage_moved(&stage);
    expect_sent("L alice");
    plain_stage_receive(&stage, "该用户已存在");
    expect_sent("Q alice|L alice");
    plain_stage_receive(&stage, "EXIT");
    plain_stage_receive(&stage, "OK");
    expect_told("joining 0 0|in");
    plain_stage_moved(&stage);
    plain_stage_pass_ms(&stage, 1000);
    plain_stage_receive(&stage, "该用户已存在");
    plain_stage_receive(&stage, "EXIT");
    plain_stage_receive(&stage, "该用户已存在");
    expect_told("joining 0 0|joining 2 0");
    plain_stage_sent(&stage);
    plain_stage_moved(&stage);
    expect_sent("");
}

Test(plain_client_join, a_new_address_before_the_answer_begins_the_attempt_anew)
{
    plain_stage_start(&stage);
    plain_stage_pass_ms(&stage, 5000);
    plain_stage_sent(&stage);
    plain_stage_moved(&stage);
    expect_sent("L alice");
    cr_expect_leq(stage.next_ns - stage.now.mono_ns, MOMENT_NS_PER_S);
}

/* ---- keepalive ---- */

Test(plain_client_join, repeats_its_join_only_where_it_was_asked_to)
{
    stage.keepalive_ns = 60 * MOMENT_NS_PER_S;
    plain_stage_enter(&stage);
    plain_stage_pass_ms(&stage, 59999);
    expect_sent("");
    plain_stage_pass_ms(&stage, 1);
    expect_sent("L alice");
    plain_stage_receive(&stage, "OK");
    expect_told("");
    plain_stage_pass_ms(&stage, 120000);
    expect_sent("L alice|L alice");
}

Test(plain_client_join, no_keepalive_is_more_often_than_once_a_second)
{
    stage.keepalive_ns = 1;
    plain_stage_enter(&stage);
    plain_stage_pass_ms(&stage, 3000);
    expect_sent("L alice|L alice|L alice");
}

/* ---- another name ---- */

Test(plain_client_join, another_name_is_an_exit_and_a_join)
{
    stage.tells_members = true;
    plain_stage_enter(&stage);
    cr_expect_eq(ask_for("bob"), 1);
    expect_sent("Q alice|L bob");
    cr_expect_eq(client_pending(stage.client), 1);
    plain_stage_receive(&stage, "EXIT");
    plain_stage_receive(&stage, "alice 退出了聊天室\nbob 进入了聊天室");
    plain_stage_receive(&stage, "OK");
    expect_told("joining 0 0|-alice|@+2 bob|+bob|in|@-1 alice|@-2 bob|@+1 bob|1 taken");
    cr_expect_str_eq(client_name(stage.client), "bob");
    cr_expect_eq(client_members(stage.client), 1);
    plain_stage_say(&stage, "hi");
    expect_sent("C bob hi");
}

Test(plain_client_join, the_bye_for_the_old_name_may_be_late_and_another_one_is_not)
{
    plain_stage_enter(&stage);
    ask_for("bob");
    plain_stage_receive(&stage, "OK");
    plain_stage_receive(&stage, "EXIT");
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    plain_stage_receive(&stage, "EXIT");
    cr_expect_eq(client_why(stage.client), CLIENT_KICKED);
    plain_stage_done(&stage);
    plain_stage_enter(&stage);
    ask_for("bob");
    plain_stage_receive(&stage, "EXIT");
    plain_stage_receive(&stage, "OK");
    plain_stage_receive(&stage, "EXIT");
    cr_expect_eq(client_why(stage.client), CLIENT_KICKED);
}

Test(plain_client_join, a_refused_other_name_leads_back_to_the_old_one)
{
    plain_stage_enter(&stage);
    ask_for("bob");
    plain_stage_say(&stage, "meanwhile");
    plain_stage_sent(&stage);
    plain_stage_told(&stage);
    plain_stage_receive(&stage, "该用户已存在");
    expect_sent("L alice");
    expect_told("1 refused 5");
    plain_stage_receive(&stage, "OK");
    expect_sent("C alice meanwhile");
    expect_told("in|2 sent");
    cr_expect_str_eq(client_name(stage.client), "alice");
}

Test(plain_client_join, messages_before_a_rename_are_sent_under_the_old_name)
{
    uint32_t number;

    plain_stage_enter(&stage);
    cr_assert_eq(client_say(stage.client, &stage.now, "before", 6, &number), 0);
    cr_assert_eq(client_rename(stage.client, &stage.now, "bob", &number), 0);
    cr_assert_eq(client_say(stage.client, &stage.now, "behind", 6, &number), 0);
    cr_assert_eq(client_rename(stage.client, &stage.now, "carol", &number), 0);
    plain_stage_tick(&stage);
    expect_sent("C alice before|Q alice|L bob");
    plain_stage_receive(&stage, "OK");
    expect_sent("C bob behind|Q bob|L carol");
    plain_stage_receive(&stage, "OK");
    expect_told("1 sent|joining 0 0|in|2 taken|3 sent|joining 0 0|in|4 taken");
}

Test(plain_client_join, another_name_that_can_not_be_sent_changes_nothing)
{
    plain_stage_enter(&stage);
    ask_for("b b");
    ask_for("alice");
    expect_sent("");
    expect_told("1 refused 6|2 taken");
}

Test(plain_client_join, an_impossible_name_is_not_queued)
{
    uint32_t number;

    plain_stage_enter(&stage);
    cr_expect_eq(client_rename(stage.client, &stage.now, "", &number), STATUS_INVALID);
    cr_expect_eq(client_rename(stage.client, &stage.now, "\xff", &number), STATUS_NOT_UTF8);
    plain_stage_leave(&stage, false);
    cr_expect_eq(client_rename(stage.client, &stage.now, "bob", &number), STATUS_INVALID);
}

Test(plain_client_join, another_name_without_an_answer_is_unknown_at_the_end)
{
    plain_stage_enter(&stage);
    ask_for("bob");
    plain_stage_say(&stage, "x");
    plain_stage_told(&stage);
    plain_stage_leave(&stage, true);
    expect_told("1 unknown|2 refused|out left");
}

Test(plain_client_join, a_client_that_leaves_at_once_asks_for_no_other_name)
{
    uint32_t number;

    plain_stage_enter(&stage);
    cr_assert_eq(client_rename(stage.client, &stage.now, "bob", &number), 0);
    plain_stage_leave(&stage, true);
    expect_sent("Q alice");
    expect_told("1 refused|out left");
}
