/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How a client loses its session and gets back into it, notices silence, and ends. */
#include "support/client_stage.h"

#include <criterion/criterion.h>

static struct client_stage stage;

static void open_stage(void)
{
    client_stage_new(&stage);
}

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_session, .init = open_stage, .fini = close_stage);

static void greet(void)
{
    struct sequenced_join join;

    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
}

Test(sequenced_client_session, a_client_that_is_a_stranger_resumes_its_session)
{
    struct sequenced_join join;

    client_stage_enter(&stage);
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN + 1);
    cr_expect_eq(client_state(stage.client), CLIENT_IN, "that is somebody else");
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
    client_stage_pass_ms(&stage, 900);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    cr_expect(join.resume);
    cr_expect_eq(join.epoch, CLIENT_STAGE_EPOCH);
    cr_expect_eq(join.token, CLIENT_STAGE_TOKEN);
    cr_expect_eq(join.position, 10);
    client_stage_welcome(&stage, false);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING,
                 "another member is not what it asked to be");
    stage.run = 2;
    client_stage_welcome(&stage, true);
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    client_stage_chat(&stage, 11, 3, 0, "hello");
    cr_expect_str_eq(client_stage_delivered(&stage), "11");
}

Test(sequenced_client_session, a_server_that_always_says_stranger_is_not_knocked_at_without_a_pause)
{
    client_stage_enter(&stage);
    stage.run = 2;
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    client_stage_pass_ms(&stage, 900);
    greet();
    client_stage_welcome(&stage, true);
    client_stage_lose(&stage);
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    cr_expect_null(client_stage_next(&stage));
    client_stage_pass_ms(&stage, 1000);
    cr_expect(client_stage_hello(&stage));
}

Test(sequenced_client_session, an_unknown_session_is_joined_anew_and_its_members_are_gone)
{
    struct sequenced_join join;

    client_stage_enter(&stage);
    cr_expect_str_eq(stage.members, "+7 alice +3 carol");
    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    client_stage_pass_ms(&stage, 900);
    greet();
    client_stage_refuse(&stage, SEQUENCED_REFUSED_UNKNOWN_SESSION, 0);
    cr_expect_eq(stage.reason, CLIENT_REFUSED_UNKNOWN);
    cr_expect_str_eq(stage.members, "+7 alice +3 carol -3 carol -7 alice");
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    cr_expect(!join.resume);
    stage.position = 0;
    client_stage_welcome(&stage, false);
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
}

/* The room has forgotten the session, and the client joins anew. */
static void join_anew(void)
{
    struct sequenced_join join;

    client_stage_stranger(&stage, CLIENT_STAGE_TOKEN);
    while (!client_stage_hello(&stage))
        client_stage_pass_ms(&stage, 10);
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    client_stage_refuse(&stage, SEQUENCED_REFUSED_UNKNOWN_SESSION, 0);
    greet();
    client_stage_welcome(&stage, false);
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
}

Test(sequenced_client_session, what_came_between_a_forgotten_session_and_the_next_is_missed)
{
    client_stage_enter(&stage);
    stage.position = stage.head + 5;
    join_anew();
    cr_expect_eq(stage.missed, 5);
    stage.missed = 0;
    join_anew();
    cr_expect_eq(stage.missed, 0, "nothing has happened meanwhile");
}

Test(sequenced_client_session, nobody_knows_how_much_was_missed_where_the_room_has_begun_anew)
{
    client_stage_enter(&stage);
    stage.epoch++;
    join_anew();
    cr_expect_eq(stage.missed, CLIENT_MISSED_UNKNOWN);
}

Test(sequenced_client_session, silence_is_asked_about_four_times_and_then_the_way_back_begins)
{
    struct sequenced_up_frame frame;
    int64_t began_ns = stage.now.mono_ns;
    int asked = 0;

    client_stage_enter(&stage);
    while (client_state(stage.client) == CLIENT_IN) {
        stage.now.mono_ns = stage.next_ns;
        client_stage_tick(&stage);
        asked += client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame) ? 1 : 0;
        stage.read = stage.sent_count - (client_state(stage.client) == CLIENT_IN ? 0 : 1);
    }
    cr_expect_eq(asked, 4);
    cr_expect_leq(stage.now.mono_ns - began_ns, (30 + 11 + 1) * MOMENT_NS_PER_S);
    cr_expect_geq(stage.now.mono_ns - began_ns, (20 + 11) * MOMENT_NS_PER_S);
    cr_expect(client_stage_hello(&stage));
}

Test(sequenced_client_session,
     a_server_that_is_heard_is_there_though_all_answers_to_heartbeats_are_lost)
{
    client_stage_enter(&stage);
    for (uint64_t seq = 11; seq < 30; seq++) {
        client_stage_pass_ms(&stage, 10 * 1000);
        client_stage_chat(&stage, seq, 3, 1, "hello");
    }
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    client_stage_pass_ms(&stage, (30 + 11) * 1000);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
}

Test(sequenced_client_session,
     each_answer_to_a_heartbeat_tells_the_round_trip_also_that_to_the_first)
{
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_HEARTBEAT};
    struct sequenced_up_frame first, second;

    client_stage_pass_ms(&stage, 100);
    client_stage_hello(&stage);
    greet();
    client_stage_pass_ms(&stage, 1000);
    client_stage_welcome(&stage, false);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &first));
    client_stage_pass_ms(&stage, 250);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &second),
              "sooner than one who knows it");
    stage.now.mono_ns += 50 * MOMENT_NS_PER_MS;
    answer.heartbeat.echo = first.echo;
    client_stage_down(&stage, &answer);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 300 * MOMENT_NS_PER_MS);
    answer.heartbeat.echo = second.echo + 1;
    client_stage_down(&stage, &answer);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 300 * MOMENT_NS_PER_MS,
                 "nobody was asked that");
}

Test(sequenced_client_session, a_machine_that_slept_for_hours_does_each_thing_once)
{
    client_stage_enter(&stage);
    stage.now.mono_ns += 8 * 3600 * MOMENT_NS_PER_S;
    client_stage_tick(&stage);
    cr_expect_eq(stage.sent_count, 1);
    client_stage_pass_ms(&stage, 999);
    cr_expect_eq(stage.sent_count, 1);
}

Test(sequenced_client_session, another_address_is_reported_at_once_and_paths_are_answered)
{
    struct sequenced_down_frame path = {.kind = SEQUENCED_DOWN_PATH,
                                        .challenge = 0x123456789abcdef0};
    struct sequenced_up_frame frame;

    client_stage_enter(&stage);
    client_moved(stage.client, &stage.now);
    client_stage_tick(&stage);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame));
    client_stage_down(&stage, &path);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_PATH, &frame));
    cr_expect_eq(frame.challenge, path.challenge);
}

Test(sequenced_client_session, leave_is_repeated_until_the_server_confirms_it)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_CLOSED,
                                          .closed = {.reason = 0, .text = {"", 0}}};
    struct sequenced_up_frame frame;

    client_stage_enter(&stage);
    client_leave(stage.client, &stage.now, false);
    client_stage_tick(&stage);
    cr_expect_eq(client_state(stage.client), CLIENT_LEAVING);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame));
    client_stage_pass_ms(&stage, 1000);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame), "the first was lost");
    client_stage_down(&stage, &closed);
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
    cr_expect_eq(client_why(stage.client), CLIENT_LEFT);
}

Test(sequenced_client_session, leave_is_given_up_without_an_answer)
{
    struct sequenced_up_frame frame;
    int leaves = 0;

    client_stage_enter(&stage);
    client_leave(stage.client, &stage.now, false);
    client_stage_pass_ms(&stage, 60000);
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
    cr_expect_eq(client_why(stage.client), CLIENT_LEFT);
    while (client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame))
        leaves++;
    cr_expect_eq(leaves, 12);
}

Test(sequenced_client_session, a_client_that_is_not_in_leaves_at_once_unless_its_join_is_in_flight)
{
    struct sequenced_up_frame frame;

    client_leave(stage.client, &stage.now, false);
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
    client_stage_done(&stage);
    client_stage_new(&stage);
    greet();
    client_leave(stage.client, &stage.now, false);
    client_stage_tick(&stage);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING,
                 "there may be a member of its name already");
    client_stage_welcome(&stage, false);
    cr_expect(client_stage_frame(&stage, SEQUENCED_UP_LEAVE, &frame));
}

Test(sequenced_client_session, a_name_refused_while_it_wants_to_leave_is_reason_enough)
{
    greet();
    client_leave(stage.client, &stage.now, false);
    client_stage_refuse(&stage, SEQUENCED_REFUSED_TAKEN, 0);
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
}

Test(sequenced_client_session, a_session_that_the_server_ends_is_over_and_its_words_are_kept)
{
    static const struct {
        uint8_t reason;
        int why;
    } rows[] = {{0, CLIENT_LEFT},      {3, CLIENT_KICKED},     {5, CLIENT_TIMEOUT},
                {6, CLIENT_BANNED},    {7, CLIENT_CLOSED},     {8, CLIENT_ELSEWHERE},
                {9, CLIENT_DISPLACED}, {99, CLIENT_ENDED + 99}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct sequenced_down_frame closed = {
            .kind = SEQUENCED_DOWN_CLOSED,
            .closed = {.reason = rows[i].reason, .text = {"be\x1b nice", 8}}};

        client_stage_done(&stage);
        client_stage_new(&stage);
        client_stage_enter(&stage);
        stage.run = 9;
        client_stage_down(&stage, &closed);
        cr_expect_eq(client_state(stage.client), CLIENT_IN, "another run is another program's");
        stage.run = 1;
        client_stage_down(&stage, &closed);
        cr_expect_eq(client_state(stage.client), CLIENT_OUT);
        cr_expect_eq((int)client_why(stage.client), rows[i].why);
        cr_expect_str_eq(client_close_text(stage.client), "be  nice");
    }
}

Test(sequenced_client_session, a_server_that_restarts_is_asked_again_within_half_a_second)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_CLOSED,
                                          .closed = {.reason = SEQUENCED_CLOSED_RESTARTS}};
    struct sequenced_join join;

    closed.closed.text = (struct octets_slice){"", 0};
    client_stage_enter(&stage);
    client_stage_pass_ms(&stage, 2000);
    client_stage_lose(&stage);
    client_stage_down(&stage, &closed);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
    client_stage_down(&stage, &closed);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING, "once is enough");
    client_stage_pass_ms(&stage, 501);
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    stage.read = stage.sent_count - 1;
    cr_assert(client_stage_join(&stage, &join));
    cr_expect(join.resume);
}

Test(sequenced_client_session, a_server_that_restarts_need_not_hear_that_it_leaves)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_CLOSED,
                                          .closed = {.reason = SEQUENCED_CLOSED_RESTARTS}};

    closed.closed.text = (struct octets_slice){"", 0};
    client_stage_enter(&stage);
    client_leave(stage.client, &stage.now, false);
    client_stage_tick(&stage);
    client_stage_down(&stage, &closed);
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
    cr_expect_eq(client_why(stage.client), CLIENT_LEFT);
}
