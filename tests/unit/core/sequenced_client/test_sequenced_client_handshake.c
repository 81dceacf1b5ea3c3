/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* How a client gets in, is refused, is interrupted, and gets back in. */
#include "support/client_stage.h"

#include <criterion/criterion.h>
#include <roomd/status.h>

static struct client_stage stage;

static void open_stage(void)
{
    client_stage_new(&stage);
}

static void close_stage(void)
{
    client_stage_done(&stage);
}

TestSuite(sequenced_client_handshake, .init = open_stage, .fini = close_stage);

static void greet(void)
{
    struct sequenced_join join;

    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
}

Test(sequenced_client_handshake, hello_cookie_join_welcome_lets_it_in)
{
    struct sequenced_join join;

    cr_assert(client_stage_hello(&stage));
    stage.now.mono_ns += 30 * MOMENT_NS_PER_MS;
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    cr_expect(!join.resume);
    cr_expect_eq(join.cookie.length, 8);
    cr_expect_eq(memcmp(join.name.bytes, "alice", 5), 0);
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
    client_stage_welcome(&stage, false);
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    cr_expect_eq(client_number(stage.client), CLIENT_STAGE_MEMBER);
    cr_expect_str_eq(client_name(stage.client), "alice");
    cr_expect_str_eq(client_room(stage.client), "lobby");
    cr_expect_eq(client_members(stage.client), 1, "as long as nothing else is known");
    client_stage_page(&stage, 10, 0, 3, true, "3 carol");
    cr_expect_eq(client_members(stage.client), 2, "as the server says, until the list is here");
    cr_expect_gt(sequenced_client_round_trip_ns(stage.client), 0);
}

Test(sequenced_client_handshake, a_lost_hello_is_sent_again_with_longer_and_longer_waits)
{
    static const int64_t waits_ms[] = {100,  200,  400,  1000,  1000,  2000, 2000,
                                       4000, 4000, 8000, 16000, 16000, 16000};
    int64_t before_ns = stage.now.mono_ns;
    uint64_t nonce;

    cr_assert(client_stage_hello(&stage));
    nonce = stage.nonce;
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        int64_t waited_ns = stage.next_ns - before_ns;

        cr_expect_leq(waited_ns, waits_ms[i] * MOMENT_NS_PER_MS);
        cr_expect_geq(waited_ns, waits_ms[i] * MOMENT_NS_PER_MS / 5 * 4);
        before_ns = stage.now.mono_ns = stage.next_ns;
        client_stage_tick(&stage);
        cr_assert(client_stage_hello(&stage));
        cr_expect_eq(stage.nonce, nonce, "the same attempt");
        cr_assert_null(client_stage_next(&stage));
    }
}

Test(sequenced_client_handshake, a_server_that_has_answered_is_asked_again_each_two_seconds)
{
    static const int64_t waits_ms[] = {100, 200, 400, 1000, 1000, 2000, 2000, 2000};
    struct sequenced_join join;

    greet();
    for (size_t i = 0; i < sizeof(waits_ms) / sizeof(waits_ms[0]); i++) {
        int64_t waited_ns = stage.next_ns - stage.now.mono_ns;

        cr_expect_leq(waited_ns, waits_ms[i] * MOMENT_NS_PER_MS);
        cr_expect_geq(waited_ns, waits_ms[i] * MOMENT_NS_PER_MS / 5 * 4);
        stage.now.mono_ns = stage.next_ns;
        client_stage_tick(&stage);
        cr_assert(client_stage_join(&stage, &join));
    }
}

Test(sequenced_client_handshake, a_lost_challenge_a_lost_join_and_a_lost_welcome_only_cost_time)
{
    struct sequenced_join join, again;

    cr_assert(client_stage_hello(&stage));
    client_stage_pass_ms(&stage, 100); /* the challenge is lost */
    cr_assert(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join)); /* it is lost */
    client_stage_pass_ms(&stage, 100);
    cr_assert(client_stage_join(&stage, &again));
    cr_expect_eq(again.nonce, join.nonce); /* its welcome is lost */
    client_stage_pass_ms(&stage, 200);
    cr_assert(client_stage_join(&stage, &again));
    cr_expect_eq(again.nonce, join.nonce, "so that it gets the same welcome");
    client_stage_welcome(&stage, false);
    cr_expect_eq(client_state(stage.client), CLIENT_IN);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 0,
                 "nothing can be measured by what was repeated");
}

Test(sequenced_client_handshake, an_unknown_round_trip_time_is_measured_by_the_first_up)
{
    struct sequenced_up_frame frame;
    struct sequenced_down_frame answer = {.kind = SEQUENCED_DOWN_HEARTBEAT};

    client_stage_pass_ms(&stage, 100);
    client_stage_hello(&stage);
    greet();
    client_stage_pass_ms(&stage, 1000);
    client_stage_welcome(&stage, false);
    cr_assert(client_stage_frame(&stage, SEQUENCED_UP_HEARTBEAT, &frame));
    stage.now.mono_ns += 70 * MOMENT_NS_PER_MS;
    answer.heartbeat.echo = frame.echo;
    client_stage_down(&stage, &answer);
    cr_expect_eq(sequenced_client_round_trip_ns(stage.client), 70 * MOMENT_NS_PER_MS);
}

Test(sequenced_client_handshake,
     after_a_minute_without_welcome_an_attempt_with_another_nonce_begins)
{
    uint64_t nonce;

    greet();
    nonce = stage.nonce;
    client_stage_pass_ms(&stage, 59900);
    client_stage_lose(&stage);
    client_stage_pass_ms(&stage, 200);
    cr_assert(client_stage_hello(&stage));
    cr_expect_neq(stage.nonce, nonce);
}

Test(sequenced_client_handshake, answers_without_the_nonce_of_the_attempt_are_ignored)
{
    cr_assert(client_stage_hello(&stage));
    stage.nonce++;
    client_stage_challenge(&stage);
    client_stage_refuse(&stage, SEQUENCED_REFUSED_BANNED, 0);
    cr_expect_null(client_stage_next(&stage));
    cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
    cr_expect_eq(stage.states, 0);
}

Test(sequenced_client_handshake, a_name_that_is_taken_waits_for_another)
{
    struct sequenced_join join;
    uint32_t number = 5;
    uint64_t nonce;

    greet();
    nonce = stage.nonce;
    client_stage_refuse(&stage, SEQUENCED_REFUSED_TAKEN, 0);
    cr_expect_eq(stage.reason, CLIENT_REFUSED_TAKEN);
    cr_expect_eq(stage.next_ns, MOMENT_NEVER_NS);
    cr_expect_eq(client_rename(stage.client, &stage.now, "", &number), STATUS_INVALID);
    cr_expect_eq(client_rename(stage.client, &stage.now, "\xff", &number), STATUS_NOT_UTF8);
    cr_expect_eq(client_rename(stage.client, &stage.now, "bob", &number), 0);
    cr_expect_eq(number, 0);
    client_stage_tick(&stage);
    cr_assert(client_stage_hello(&stage));
    cr_expect_neq(stage.nonce, nonce);
    client_stage_challenge(&stage);
    cr_assert(client_stage_join(&stage, &join));
    cr_expect_eq(memcmp(join.name.bytes, "bob", join.name.length), 0);
}

Test(sequenced_client_handshake, a_full_room_is_asked_again_after_the_time_that_it_gives)
{
    greet();
    client_stage_refuse(&stage, SEQUENCED_REFUSED_FULL, 20);
    cr_expect_eq(stage.reason, CLIENT_REFUSED_FULL);
    cr_expect_eq(stage.wait_s, 20);
    client_stage_pass_ms(&stage, 19999);
    cr_expect_null(client_stage_next(&stage));
    client_stage_pass_ms(&stage, 4002);
    cr_expect(client_stage_hello(&stage));
    client_stage_challenge(&stage);
    client_stage_lose(&stage);
    client_stage_refuse(&stage, SEQUENCED_REFUSED_TOO_MANY, 65535);
    cr_expect_eq(stage.wait_s, 3600, "no server can send it away for longer");
    client_stage_pass_ms(&stage, 1000);
    cr_expect_null(client_stage_next(&stage));
}

Test(sequenced_client_handshake, a_cookie_may_be_refused_four_times)
{
    for (int i = 0; i < 5; i++) {
        cr_expect_eq(client_state(stage.client), CLIENT_JOINING);
        greet();
        client_stage_refuse(&stage, SEQUENCED_REFUSED_COOKIE, 0);
    }
    cr_expect_eq(client_state(stage.client), CLIENT_OUT);
    cr_expect_eq(client_why(stage.client), CLIENT_REFUSED_COOKIE);
}

Test(sequenced_client_handshake, other_refusals_end_it_with_their_number)
{
    static const uint8_t codes[] = {SEQUENCED_REFUSED_VERSION, SEQUENCED_REFUSED_BANNED,
                                    SEQUENCED_REFUSED_USE_PLAIN, 10, 255};

    for (size_t i = 0; i < sizeof(codes); i++) {
        client_stage_done(&stage);
        client_stage_new(&stage);
        greet();
        client_stage_refuse(&stage, codes[i], 0);
        cr_expect_eq(client_state(stage.client), CLIENT_OUT);
        cr_expect_eq((int)client_why(stage.client), codes[i]);
        cr_expect_eq(stage.next_ns, MOMENT_NEVER_NS);
    }
}

Test(sequenced_client_handshake, setups_that_can_not_be_are_refused)
{
    struct client_setup setup = stage.setup;
    struct client_session session = {.position = UINT64_MAX};
    size_t least = SEQUENCED_CLIENT_REORDER_MIN_BYTES;
    struct client *client = NULL;

    setup.name = "";
    cr_expect_eq(sequenced_client_new(&setup, NULL, least, &client), STATUS_INVALID);
    setup.name = "12345678901234567890123456789012345678901234567890123456789012345";
    cr_expect_eq(sequenced_client_new(&setup, NULL, least, &client), STATUS_TOO_LONG);
    setup.name = "\xc3";
    cr_expect_eq(sequenced_client_new(&setup, NULL, least, &client), STATUS_NOT_UTF8);
    setup.name = "alice";
    cr_expect_eq(sequenced_client_new(&setup, NULL, least - 1, &client), STATUS_INVALID);
    cr_expect_eq(sequenced_client_new(&setup, &session, least, &client), STATUS_INVALID);
    cr_expect_null(client);
    client_free(NULL);
}
