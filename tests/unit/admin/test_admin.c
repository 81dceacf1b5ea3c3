/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "admin/admin.h"
#include "admin/command_table.h"
#include "support/admin_answer.h"
#include "support/stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001

static struct stage stage;
static struct admin admin;
static char said[8192]; /* all lines of the answer, each with a newline */
static unsigned stopped, reloaded;

static void on_line(void *ctx, bool is_error, const char *text)
{
    size_t used = strlen(said);

    (void)ctx;
    (void)is_error;
    snprintf(said + used, sizeof(said) - used, "%s\n", text);
}

static const struct admin_reply reply = {.line = on_line};

static void on_stop(void *ctx)
{
    (void)ctx;
    stopped++;
}

static enum admin_result on_reload(void *ctx, const struct admin_reply *to)
{
    (void)ctx;
    admin_say(to, ADMIN_DONE, "reloaded");
    reloaded++;
    return ADMIN_DONE;
}

static void on_counts(void *ctx, struct admin_counts *ret_counts)
{
    (void)ctx;
    *ret_counts = (struct admin_counts){.kernel_drops = 3};
}

static void open_all(void)
{
    stage_new(&stage);
    admin = (struct admin){.room = stage.room,
                           .host = {.stop = on_stop, .reload = on_reload, .counts = on_counts}};
    stage_join(&stage, ALICE, "Alice");
    said[0] = '\0';
}

static void close_all(void)
{
    stage_done(&stage);
}

TestSuite(admin, .init = open_all, .fini = close_all);

static const char *say_as(enum admin_rights rights, const char *line)
{
    said[0] = '\0';
    admin_answer_line(&admin, &stage.now, rights, line, strlen(line), &reply);
    stage_sweep(&stage);
    return said;
}

static const char *say(const char *line)
{
    return say_as(ADMIN_COMMANDS, line);
}

Test(admin, a_line_is_announced_to_everybody)
{
    cr_expect_str_eq(say("tea"), "announced to 1 member\n");
    cr_expect(stage_heard(&stage, ALICE, 0, "管理员消息: tea"));
    stage_join(&stage, ALICE + 1, "bob");
    cr_expect_str_eq(say("tea"), "announced to 2 members\n");
}

Test(admin, an_empty_line_is_nothing)
{
    cr_expect_str_eq(say(""), "");
    cr_expect_eq(stage.outbox.count, 0);
}

Test(admin, two_slashes_begin_a_notice_with_one)
{
    cr_expect_str_eq(say("//help is a command"), "announced to 1 member\n");
    cr_expect(stage_heard(&stage, ALICE, 0, "管理员消息: /help is a command"));
    cr_expect_str_eq(say_as(ADMIN_NOTICES, "//x"), "announced to 1 member\n");
}

Test(admin, a_notice_that_can_not_be_sent_is_refused_with_the_reason)
{
    char line[1001];

    memset(line, 'x', sizeof(line));
    line[1000] = '\0';
    cr_expect(strstr(say(line), "1000 bytes, and room.max_text is 900") != NULL, "%s", said);
    cr_expect(strstr(say("\xff"), "not valid UTF-8") != NULL, "%s", said);
    cr_expect_eq(stage.outbox.count, 0);
}

Test(admin, without_the_right_to_commands_a_command_is_neither_run_nor_announced)
{
    cr_expect(strstr(say_as(ADMIN_NOTICES, "/stop"), "admin.fifo_commands") != NULL, "%s", said);
    cr_expect_eq(stopped, 0);
    cr_expect_eq(stage.outbox.count, 0);
}

Test(admin, help_lists_every_command)
{
    const char *const names[] = {"/help",  "/members", "/kick NAME [REASON]",
                                 "/stats", "/reload",  "/stop"};

    say("/help");
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        cr_expect(strstr(said, names[i]) != NULL, "%s", names[i]);
}

/* A row that command.c has nothing for would end the program. */
Test(admin, every_command_has_a_handler_or_is_a_listing)
{
    const struct admin_reply replies[] = {{.line = on_line}, {.line = on_line, .roomctl = true}};
    struct admin_listing listing;
    char line[64];

    for (size_t id = 0; id < COMMANDS; id++) {
        const struct command_row *row = command_table_row(id);
        const struct admin_reply *to = &replies[(row->places & COMMAND_ON_CONTROL) != 0];
        enum admin_result result;

        listing.next = NULL;
        snprintf(line, sizeof(line), "%s%s", row->name, row->min_words > 0 ? " nobody" : "");
        result = admin_request(&admin, &stage.now, line, strlen(line), to, &listing);
        cr_expect(result != ADMIN_MORE || listing.next != NULL, "%s", row->name);
        admin_listing_close(&listing);
    }
}

Test(admin, an_unknown_command_is_not_announced_and_the_nearest_is_suggested)
{
    cr_expect(strstr(say("/stpo"), "did you mean '/stop'?") != NULL, "%s", said);
    cr_expect(strstr(say("/xyzzy"), "/help") != NULL, "%s", said);
    cr_expect(strstr(say("/"), "/help") != NULL, "%s", said);
    cr_expect(strstr(say("/averyverylongcommandnamethatisnone"), "/help") != NULL, "%s", said);
    cr_expect_eq(stopped, 0);
    cr_expect_eq(stage.outbox.count, 0);
}

Test(admin, members_are_listed_with_their_endpoints)
{
    stage.now.mono_ns += 5 * MOMENT_NS_PER_S;
    cr_expect_str_eq(say("/members"), "1 member\n"
                                      "  name              endpoint               door            "
                                      "protocol   since                      idle s  "
                                      "delivered  dropped  owed  undelivered\n"
                                      "  Alice             192.0.2.1:1001         0.0.0.0:8888    "
                                      "plain      2023-11-14T22:13:20+00:00       5  "
                                      "        0        0     0            0\n");
}

Test(admin, kick_removes_a_member_and_tells_it_why)
{
    cr_expect_str_eq(say("/kick alice too loud"), "alice was removed\n");
    cr_expect(stage_heard(&stage, ALICE, 0, "您已被管理员移出聊天室。too loud"));
    cr_expect(stage_heard(&stage, ALICE, 1, "EXIT"));
    cr_expect_str_eq(say("/kick alice"), "nobody here has that name: /members lists them\n");
    cr_expect_str_eq(say("/kick"), "whom? /kick NAME [REASON]\n");
    cr_expect_str_eq(
        say("/kick aVeryLongNameThatNobodyCouldHaveBecauseItHasMoreThanSixtyFourBytesInIt"),
        "nobody here has that name: /members lists them\n");
}

Test(admin, kick_without_a_reason_says_only_that)
{
    say("/kick Alice");
    cr_expect(stage_heard(&stage, ALICE, 0, "您已被管理员移出聊天室。"));
}

Test(admin, stats_are_the_rooms_and_the_programs)
{
    stage_send(&stage, 4000, "nonsense");
    say("/stats");
    cr_expect(strstr(said, "members 1\n") != NULL, "%s", said);
    cr_expect(strstr(said, "refused_total{reason=\"unknown_verb\"} 1\n") != NULL, "%s", said);
    cr_expect(strstr(said, "kernel_drops_total 3\n") != NULL, "%s", said);
}

Test(admin, a_command_for_roomctl_only_says_so)
{
    cr_expect(strstr(say("/watch"), "'watch' is a command of roomctl") != NULL, "%s", said);
    cr_expect(strstr(say("/notice tea"), "'notice' is a command of roomctl") != NULL, "%s", said);
    cr_expect(strstr(say("/wtch"), "did you mean") == NULL, "%s", said);
    cr_expect_eq(stage.outbox.count, 0);
}

Test(admin, a_quoted_line_can_not_control_a_terminal)
{
    cr_expect(strstr(say("/\x1b[2J\a\x7f"), "'/\\x1b[2J\\x07\\x7f'") != NULL, "%s", said);
    cr_expect(strstr(say("/\xc2\x9b\xe2\x80\xae\x9b"), "'/\\xc2\\x9b\\xe2\\x80\\xae\\x9b'") != NULL,
              "%s", said);
    /* The quotation is cut between two characters. */
    cr_expect(strstr(say("/xxxxxxxxxxxxxxxxxxxxxxxxxxxxx聊"), "xx'") != NULL, "%s", said);
}

Test(admin, the_result_distinguishes_success_failure_and_usage)
{
    static const struct {
        const char *line;
        enum admin_result result;
    } cases[] = {{"tea", ADMIN_DONE},           {"\xff", ADMIN_FAILED},
                 {"/members", ADMIN_DONE},      {"/stats", ADMIN_DONE},
                 {"/stpo", ADMIN_USAGE},        {"/stop now", ADMIN_USAGE},
                 {"/kick", ADMIN_USAGE},        {"/kick nobody", ADMIN_FAILED},
                 {"/ban x soon", ADMIN_USAGE},  {"/ban 1.2.3.4/99", ADMIN_USAGE},
                 {"/ban admin", ADMIN_FAILED},  {"/unban x", ADMIN_FAILED},
                 {"/unban x y", ADMIN_USAGE},   {"/mute x", ADMIN_FAILED},
                 {"/unmute x", ADMIN_FAILED},   {"/mute alice", ADMIN_DONE},
                 {"/unmute alice", ADMIN_DONE}, {"/kick alice", ADMIN_DONE},
                 {"/bans", ADMIN_DONE},         {"/reload", ADMIN_DONE},
                 {"/stop", ADMIN_DONE}};

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        enum admin_result result = admin_answer_line(&admin, &stage.now, ADMIN_COMMANDS,
                                                     cases[i].line, strlen(cases[i].line), &reply);

        cr_expect_eq(result, cases[i].result, "%s", cases[i].line);
    }
    cr_expect_eq(admin_answer_line(&admin, &stage.now, ADMIN_NOTICES, "/stop", 5, &reply),
                 ADMIN_FAILED);
}

Test(admin, stop_and_reload_call_the_host)
{
    say("/stop");
    cr_expect_eq(stopped, 1);
    cr_expect_str_eq(say("/reload"), "reloaded\n");
    cr_expect_eq(reloaded, 1);
    cr_expect_str_eq(say("/stop now"), "/stop takes nothing after it\n");
    cr_expect_eq(stopped, 1);
}

Test(admin, a_command_with_a_nul_byte_is_refused)
{
    admin_answer_line(&admin, &stage.now, ADMIN_COMMANDS, "/stop\0x", 7, &reply);
    cr_expect_eq(stopped, 0);
    cr_expect(strstr(said, "NUL") != NULL);
}
