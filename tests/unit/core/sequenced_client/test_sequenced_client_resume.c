/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What becomes of messages where a session is resumed, also by another program, or lost. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <string.h>

static struct client_stage stage;

static void open_stage(void)
{
    client_stage_new(&stage);
    client_stage_enter(&stage);
}

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_resume, .init = open_stage, .fini = close_stage);

static void come_back(uint32_t said)
{
    struct sequenced_join join;

    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    client_stage_lose(&stage);
    while (client_stage_next(&stage) == NULL)
        client_stage_pass_ms(&stage, 100);
    stage.read = 0;
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    cr_assert(join.resume);
    stage.run++;
    stage.said = said;
    client_stage_welcome(&stage, true);
}

Test(sequenced_client_resume, a_resumed_session_repeats_under_the_old_numbers_what_was_not_decided)
{
    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    client_stage_say(&stage, "three");
    come_back(1);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
    client_stage_say(&stage, "four");
    cr_expect_str_eq(client_stage_messages(&stage), "2 3 4");
    client_stage_chat(&stage, 11, CLIENT_STAGE_MEMBER, 1, "one");
    client_stage_taken(&stage, 4, 0, 0);
    for (uint32_t number = 1; number <= 4; number++)
        cr_expect(client_stage_outcome(&stage, number, CLIENT_TAKEN, 0));
}

Test(sequenced_client_resume, a_resumed_client_numbers_no_message_before_it_knows_what_was_decided)
{
    struct sequenced_up_frame frame;

    client_stage_say(&stage, "one");
    client_stage_lose(&stage);
    stage.silent = true;
    come_back(0);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame), "it asks at once");
    client_stage_say(&stage, "two");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 200);
    cr_expect_neq(strlen(client_stage_messages(&stage)), 0, "what was sent has its number");
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 60);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame), "and asks again");
    client_stage_lose(&stage);
    client_stage_taken(&stage, 1, 0, 0);
    cr_expect(client_stage_outcome(&stage, 1, CLIENT_TAKEN, 0));
    cr_expect_str_eq(client_stage_messages(&stage), "2");
}

Test(sequenced_client_resume,
     a_lost_session_makes_what_was_sent_unknown_and_what_was_not_is_said_in_the_next)
{
    struct sequenced_up_frame frame;
    uint32_t number;

    for (int i = 0; i < 34; i++)
        cr_assert_eq(client_say(stage.client, &stage.now, "x", 1, &number), 0);
    client_stage_tick(&stage);
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 900);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    client_stage_next(&stage);
    client_stage_refuse(&stage, SEQUENCED_REFUSED_UNKNOWN_SESSION, 0);
    for (uint32_t sent = 1; sent <= 32; sent++)
        cr_expect(client_stage_outcome(&stage, sent, CLIENT_UNKNOWN, 0));
    cr_expect_eq(stage.outcome_count, 32);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    client_stage_next(&stage);
    client_stage_welcome(&stage, false);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MESSAGE, &frame));
    cr_expect_eq(frame.message.number, 1);
    client_stage_taken(&stage, 2, 0, 0);
    cr_expect(client_stage_outcome(&stage, 33, CLIENT_TAKEN, 0));
    cr_expect(client_stage_outcome(&stage, 34, CLIENT_TAKEN, 0));
}

Test(sequenced_client_resume,
     a_restarted_program_resumes_and_reports_the_outcomes_of_its_predecessor)
{
    struct client_session session = {CLIENT_STAGE_EPOCH, CLIENT_STAGE_TOKEN, 20, 5, 0};
    struct sequenced_up_frame frame;
    struct sequenced_join join;
    uint32_t number = 0;

    close_stage();
    client_stage_open(&stage);
    stage.resume = &session;
    client_stage_start(&stage);
    cr_assert_eq(client_say(stage.client, &stage.now, "mine", 4, &number), 0);
    cr_expect_eq(number, 6);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    cr_expect(join.resume);
    cr_expect_eq(join.position, 20);
    stage.run = 2;
    stage.said = 3;
    stage.head = 22;
    client_stage_welcome(&stage, true);
    cr_expect(client_stage_outcome(&stage, 4, CLIENT_UNKNOWN, 0));
    cr_expect(client_stage_outcome(&stage, 5, CLIENT_UNKNOWN, 0));
    cr_expect_eq(stage.outcome_count, 2);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MESSAGE, &frame));
    cr_expect_eq(frame.message.number, 4);
    client_stage_page(&stage, 22, 0, 7, false, "3 carol, 7 alice");
    client_stage_chat(&stage, 21, CLIENT_STAGE_MEMBER, 2, "a word of old");
    client_stage_chat(&stage, 22, CLIENT_STAGE_MEMBER, 3, "another");
    cr_expect_eq(stage.events[0].own, 2);
    cr_expect_eq(stage.outcome_count, 2);
    client_stage_chat(&stage, 23, CLIENT_STAGE_MEMBER, 4, "mine");
    cr_expect_eq(stage.events[2].own, 6);
    cr_expect(client_stage_outcome(&stage, 6, CLIENT_TAKEN, 0));
    cr_expect(client_session(stage.client, &session));
    cr_expect_eq(session.said, 4);
    cr_expect_eq(session.position, 23);
}

Test(sequenced_client_resume, if_the_session_is_lost_outcomes_not_told_to_a_predecessor_are_unknown)
{
    struct client_session session = {CLIENT_STAGE_EPOCH, CLIENT_STAGE_TOKEN, 20, 5, 3};
    uint32_t number = 0;

    close_stage();
    client_stage_open(&stage);
    stage.resume = &session;
    client_stage_start(&stage);
    cr_assert_eq(client_say(stage.client, &stage.now, "mine", 4, &number), 0);
    cr_assert(client_session(stage.client, &session));
    cr_expect_eq(session.decided, 3, "as long as nothing else is known");
    cr_assert(client_stage_hello(&stage));
    client_stage_refuse(&stage, SEQUENCED_REFUSED_UNKNOWN_SESSION, 0);
    cr_expect(client_stage_outcome(&stage, 4, CLIENT_UNKNOWN, 0));
    cr_expect(client_stage_outcome(&stage, 5, CLIENT_UNKNOWN, 0));
    cr_expect_eq(stage.outcome_count, 2, "what was not sent is said in the next session");
}

Test(sequenced_client_resume, the_number_of_decided_messages_is_part_of_the_session)
{
    struct client_session session;
    struct sequenced_up_frame frame;

    client_stage_say(&stage, "one");
    client_stage_say(&stage, "two");
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_MESSAGE, &frame));
    cr_assert(client_session(stage.client, &session));
    cr_expect_eq(session.said, 2);
    cr_expect_eq(session.decided, 0);
    client_stage_taken(&stage, 1, 0, 0);
    cr_assert(client_session(stage.client, &session));
    cr_expect_eq(session.decided, 1);
    client_stage_taken(&stage, 2, 0, 0);
    cr_assert(client_session(stage.client, &session));
    cr_expect_eq(session.decided, 2);
}

Test(sequenced_client_resume, messages_of_a_predecessor_after_it_saved_its_session_are_not_ours)
{
    struct client_session session = {CLIENT_STAGE_EPOCH, CLIENT_STAGE_TOKEN, 20, 1, 0};
    struct sequenced_join join;
    uint32_t number = 0;

    close_stage();
    client_stage_open(&stage);
    stage.resume = &session;
    client_stage_start(&stage);
    cr_assert_eq(client_say(stage.client, &stage.now, "mine", 4, &number), 0);
    cr_expect_eq(number, 2);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    stage.run = 2;
    stage.said = 3;
    stage.head = 22;
    client_stage_welcome(&stage, true);
    client_stage_page(&stage, 22, 0, 7, false, "3 carol, 7 alice");
    client_stage_chat(&stage, 21, CLIENT_STAGE_MEMBER, 1, "kept");
    client_stage_chat(&stage, 22, CLIENT_STAGE_MEMBER, 2, "not kept");
    client_stage_chat(&stage, 23, CLIENT_STAGE_MEMBER, 4, "mine");
    cr_expect_eq(stage.events[0].own, 1);
    cr_expect_eq(stage.events[1].own, 0, "2 is ours");
    cr_expect_eq(stage.events[2].own, 2);
}

Test(sequenced_client_resume, a_later_page_does_not_rename_who_spoke_before_it)
{
    client_stage_page(&stage, 10, 0, 7, false, "3 carol, 7 alice");
    come_back(0);
    client_stage_page(&stage, 14, 0, 7, false, "3 caro, 7 alice");
    client_stage_chat(&stage, 11, 3, 0, "still under the first name");
    client_stage_left(&stage, 12, 3, 0, EXIT_RENAMED);
    client_stage_joined(&stage, 13, 3, 0, "caro");
    client_stage_chat(&stage, 14, 3, 0, "under the second");
    cr_assert_eq(stage.event_count, 5);
    cr_expect_str_eq(stage.events[1].name, "carol");
    cr_expect_str_eq(stage.events[2].name, "carol");
    cr_expect_str_eq(stage.events[4].name, "caro");
}
