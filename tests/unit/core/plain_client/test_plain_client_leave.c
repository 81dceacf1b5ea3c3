/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How a plain client leaves, and is removed. */
#include "support/plain_stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
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

TestSuite(plain_client_leave, .init = open_stage, .fini = close_stage);

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

/* ---- leaving ---- */

Test(plain_client_leave, leaves_with_an_exit_and_waits_for_the_bye)
{
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    expect_sent("Q alice");
    expect_told("leaving");
    plain_stage_receive(&stage, "bob ： so long");
    plain_stage_receive(&stage, "EXIT");
    expect_told("<bob> so long|out left");
    cr_expect_eq(client_why(stage.client), CLIENT_LEFT);
    cr_expect(client_was_heard(stage.client));
    cr_expect_eq(stage.next_ns, MOMENT_NEVER_NS);
    cr_expect_eq(say("x"), STATUS_INVALID);
}

Test(plain_client_leave, says_everything_before_it_leaves)
{
    uint32_t number;

    plain_stage_start(&stage);
    cr_assert_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
    plain_stage_leave(&stage, false);
    expect_sent("L alice");
    cr_expect_eq(say("y"), STATUS_INVALID, "it was told to leave");
    plain_stage_receive(&stage, "OK");
    expect_sent("C alice x|Q alice");
    expect_told("in|1 sent|leaving");
}

Test(plain_client_leave, an_exit_without_an_answer_is_not_sent_again)
{
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    plain_stage_receive(&stage, "bob ： this was under way");
    plain_stage_pass_ms(&stage, 2900);
    cr_expect_eq(client_state(stage.client), CLIENT_LEAVING);
    plain_stage_pass_ms(&stage, 100);
    expect_sent("Q alice");
    expect_told("leaving|<bob> this was under way|out left");
    cr_expect_not(client_was_heard(stage.client));
}

Test(plain_client_leave, an_exit_is_sent_again_where_the_room_goes_on_speaking)
{
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    plain_stage_pass_ms(&stage, 600);
    plain_stage_receive(&stage, "bob ： are you still here?");
    plain_stage_pass_ms(&stage, 5000);
    expect_sent("Q alice|Q alice");
}

Test(plain_client_leave, an_exit_is_sent_three_times_to_a_server_that_tolerates_repeated_requests)
{
    stage.keepalive_ns = 60 * MOMENT_NS_PER_S;
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    plain_stage_pass_ms(&stage, 10000);
    expect_sent("Q alice|Q alice|Q alice");
    expect_told("leaving|out left");
}

Test(plain_client_leave, without_a_bye_it_is_out_at_once)
{
    plain_stage_set(&stage, DIALECT_BYE, "");
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    expect_sent("Q alice");
    expect_told("out left");
}

Test(plain_client_leave, leaving_at_once_waits_for_nothing)
{
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, true);
    expect_sent("Q alice");
    expect_told("out left");
}

Test(plain_client_leave, leaving_at_once_while_leaving_ends_it)
{
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    plain_stage_leave(&stage, true);
    expect_sent("Q alice");
    expect_told("leaving|out left");
}

Test(plain_client_leave, a_server_that_does_not_know_the_leaver_need_not_be_waited_for)
{
    plain_stage_enter(&stage);
    plain_stage_leave(&stage, false);
    plain_stage_receive(&stage, "请先进入聊天室");
    expect_told("leaving|out left");
    cr_expect_not(client_was_heard(stage.client));
}

Test(plain_client_leave, a_client_that_leaves_before_the_answer_waits_for_it_to_be_able_to_leave)
{
    plain_stage_start(&stage);
    plain_stage_leave(&stage, false);
    expect_sent("L alice");
    plain_stage_receive(&stage, "OK");
    expect_sent("Q alice");
    plain_stage_done(&stage);
    plain_stage_told(&stage);
    plain_stage_start(&stage);
    plain_stage_say(&stage, "never sent");
    plain_stage_leave(&stage, true);
    expect_told("1 refused|out left");
}

Test(plain_client_leave, a_client_that_waits_for_its_user_leaves_without_a_datagram)
{
    plain_stage_start(&stage);
    plain_stage_receive(&stage, "该用户已存在");
    plain_stage_told(&stage);
    plain_stage_sent(&stage);
    plain_stage_leave(&stage, false);
    expect_sent("");
    expect_told("out left");
}

/* ---- removed ---- */

Test(plain_client_leave, an_unsolicited_bye_is_the_end)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "您已被管理员移出聊天室。too loud");
    plain_stage_receive(&stage, "EXIT");
    expect_told("line 您已被管理员移出聊天室。too loud|out kicked");
    cr_expect_eq(client_why(stage.client), CLIENT_KICKED);
    cr_expect_str_eq(client_close_text(stage.client), "too loud");
    expect_sent("");
    plain_stage_receive(&stage, "bob ： hi");
    expect_told("");
}

Test(plain_client_leave, a_bye_after_the_warning_is_for_silence)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "您很久没有发言, 60 秒后将退出聊天室");
    plain_stage_receive(&stage, "EXIT");
    cr_expect_eq(client_why(stage.client), CLIENT_TIMEOUT);
    plain_stage_done(&stage);
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "您很久没有发言, 60 秒后将退出聊天室");
    plain_stage_say(&stage, "I am here");
    plain_stage_receive(&stage, "EXIT");
    cr_expect_eq(client_why(stage.client), CLIENT_KICKED);
}

Test(plain_client_leave, a_bye_after_the_displaced_line_is_for_a_full_room)
{
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "您很久没有发言, 聊天室已满, 您的位置已让给新来的人");
    plain_stage_receive(&stage, "EXIT");
    expect_told("line 您很久没有发言, 聊天室已满, 您的位置已让给新来的人|out displaced");
    cr_expect_eq(client_why(stage.client), CLIENT_DISPLACED);
}

Test(plain_client_leave, a_bye_for_another_name_is_only_a_line)
{
    plain_stage_set(&stage, DIALECT_BYE, "{name} bye");
    plain_stage_enter(&stage);
    plain_stage_receive(&stage, "bob bye");
    expect_told("line bob bye");
    plain_stage_receive(&stage, "Alice bye");
    expect_told("out kicked");
}
