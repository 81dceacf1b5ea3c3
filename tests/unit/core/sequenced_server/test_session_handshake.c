/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The handshake of the sequenced protocol: how a session begins, and how it is refused. */
#include "support/hand.h"

#include "core/room/room_state.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002

static struct stage stage;
static struct hand alice, bob;

static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
    hand_init(&bob, &stage, BOB);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_handshake, .init = open_stage, .fini = close_stage);

Test(session_handshake, a_newcomer_is_welcomed_and_hears_its_own_join)
{
    char heard[256];

    cr_assert(hand_hello(&alice, 7));
    cr_assert(hand_join(&alice, "alice", false));
    cr_expect_eq(alice.welcome.run, 1);
    cr_expect_eq(alice.welcome.member, 1);
    cr_expect_eq(alice.welcome.position, 0);
    cr_expect_eq(alice.welcome.max_text_bytes, 900);
    cr_expect_eq(alice.welcome.timeout_s, 600);
    cr_expect_not(alice.welcome.resumed);
    cr_expect_eq(alice.welcome.name.length, 5);
    cr_expect_eq(memcmp(alice.welcome.room.bytes, "room", 4), 0);
    cr_expect_eq(stage_sweep(&stage), SWEEP_DONE);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "+alice");
}

Test(session_handshake, the_room_is_called_as_the_administrator_says)
{
    stage.config.title = "tea room";
    stage_reconfigure(&stage);
    stage.now.mono_ns++;
    cr_assert(hand_hello(&alice, 7) && hand_join(&alice, "alice", false));
    cr_expect_eq(alice.welcome.room.length, 8);
    cr_expect_eq(memcmp(alice.welcome.room.bytes, "tea room", 8), 0);
}

Test(session_handshake, hello_leaves_nothing_behind)
{
    for (uint64_t nonce = 1; nonce <= 1000; nonce++) {
        alice.path.peer.port = (uint16_t)nonce;
        alice.read = 0;
        hand_hello(&alice, nonce);
    }
    cr_expect_eq(room_members(stage.room), 0);
    cr_expect_eq(room_next_tick(stage.room), MOMENT_NEVER_NS);
    cr_expect_eq(stage.room->sessions->by_token.capacity, 0);
}

Test(session_handshake, a_repeated_join_is_answered_by_the_same_welcome_and_makes_no_second_member)
{
    struct fake_datagram first;

    cr_assert(hand_hello(&alice, 7) && hand_join(&alice, "alice", false));
    first = *fake_outbox_to(&stage.outbox, ALICE, alice.read - 1);
    cr_assert(hand_join(&alice, "alice", false));
    cr_expect_eq(memcmp(first.bytes, fake_outbox_to(&stage.outbox, ALICE, alice.read - 1)->bytes,
                        first.length),
                 0);
    cr_expect_eq(room_members(stage.room), 1);
    cr_expect_eq(stage.happened[EVENT_JOIN], 1);
}

/* The same JOIN again; true if the WELCOME has the same bytes as `first`. */
static bool is_welcomed_again(const struct fake_datagram *first, bool resume)
{
    const struct fake_datagram *again;

    if (!hand_join(&alice, "alice", resume))
        return false;
    again = fake_outbox_to(&stage.outbox, ALICE, alice.read - 1);
    return again->length == first->length && memcmp(again->bytes, first->bytes, again->length) == 0;
}

Test(session_handshake, a_reload_does_not_change_a_welcome_that_is_repeated)
{
    struct fake_datagram first;
    struct room_limits limits;

    for (uint64_t run = 1; run <= 2; run++) {
        cr_assert(hand_hello(&alice, run) && hand_join(&alice, "alice", run > 1));
        first = *fake_outbox_to(&stage.outbox, ALICE, alice.read - 1);
        limits = stage.config.limits;
        limits.max_text_bytes = 100 + (uint32_t)run;
        limits.session_timeout_s = 100 + (uint32_t)run;
        limits.sequenced_enabled = false;
        stage.config.limits = limits;
        stage.config.title = run == 1 ? "tea room" : "library";
        stage_reconfigure(&stage);
        cr_expect(is_welcomed_again(&first, run > 1), "run %u", (unsigned)run);
        limits.sequenced_enabled = true;
        stage.config.limits = limits;
        stage.now.mono_ns++;
        stage_reconfigure(&stage);
        cr_expect(is_welcomed_again(&first, run > 1), "run %u", (unsigned)run);
        hand_report(&alice, 1);
    }
    cr_expect_eq(alice.welcome.max_text_bytes, 101, "as of the first reload");
    cr_expect_eq(alice.welcome.timeout_s, 101);
    cr_expect_eq(alice.welcome.room.length, strlen("tea room"));
}

Test(session_handshake, after_the_first_up_of_a_run_a_repeated_join_is_too_late_for_a_welcome)
{
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_report(&alice, 1);
    cr_expect_not(hand_join(&alice, "alice", false), "its position is another one now");
    cr_expect_eq(alice.refusal.code, 0);
    cr_expect_eq(room_members(stage.room), 1);
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "alice", true));
    cr_assert(hand_join(&alice, "alice", true), "another run");
    hand_report(&alice, 1);
    cr_expect_not(hand_join(&alice, "alice", true));
}

Test(session_handshake, when_the_program_ends_sessions_are_told_whether_to_come_back)
{
    struct sequenced_down_frame frame;

    stage_join(&stage, 1003, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    stage_sweep(&stage);
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
    room_close(stage.room, true);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &frame));
    cr_expect_eq(frame.closed.reason, SEQUENCED_CLOSED_RESTARTS);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, 1003), 0, "of the plain protocol");
    room_close(stage.room, false);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &frame));
    cr_expect_eq(frame.closed.reason, SEQUENCED_CLOSED_PROGRAM_ENDS);
}

Test(session_handshake, a_cookie_is_good_for_one_address_one_nonce_and_two_minutes_at_least)
{
    struct hand other;

    cr_assert(hand_hello(&alice, 7));
    stage_pass_ms(&stage, 119999);
    other = alice;
    other.path.peer.port++;
    other.read = 0;
    cr_expect_not(hand_join(&other, "alice", false));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_COOKIE);
    other = alice;
    other.nonce++;
    cr_expect_not(hand_join(&other, "alice", false));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_COOKIE);
    for (size_t i = 0; i < alice.cookie_length; i++) {
        other = alice;
        other.cookie[i] ^= 1;
        hand_join(&other, "alice", false);
        cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_COOKIE, "byte %zu", i);
    }
    cr_expect(hand_join(&alice, "alice", false));
}

Test(session_handshake, a_cookie_is_not_good_after_four_minutes)
{
    cr_assert(hand_hello(&alice, 7));
    stage_pass_ms(&stage, 240000);
    cr_expect_not(hand_join(&alice, "alice", false));
    cr_expect_eq(alice.refusal.code, SEQUENCED_REFUSED_COOKIE);
    cr_expect_eq(stage.refused[REFUSED_COOKIE], 1);
}

static void expect_refused(const char *name, uint8_t code, uint16_t wait)
{
    cr_assert(hand_hello(&bob, bob.nonce + 1));
    cr_expect_not(hand_join(&bob, name, false), "%s", name);
    cr_expect_eq(bob.refusal.code, code, "%s: %u", name, bob.refusal.code);
    cr_expect_eq(bob.refusal.wait, wait, "%s", name);
    cr_expect_eq(bob.refusal.nonce, bob.nonce);
}

Test(session_handshake, names_are_refused_as_in_the_plain_protocol)
{
    stage_join(&stage, 1003, "carol");
    hand_enter(&alice, 7, "alice");
    expect_refused("ALICE", SEQUENCED_REFUSED_TAKEN, 0);
    expect_refused("carol", SEQUENCED_REFUSED_TAKEN, 0);
    expect_refused("a b", SEQUENCED_REFUSED_BAD_NAME, 0);
    expect_refused("", SEQUENCED_REFUSED_BAD_NAME, 0);
    expect_refused("\xff", SEQUENCED_REFUSED_BAD_NAME, 0);
    expect_refused("admin", SEQUENCED_REFUSED_BAD_NAME, 0);
    stage_send(&stage, 1004, "L Alice");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, 1004, 0, "该用户已存在"));
}

Test(session_handshake, a_full_room_says_when_to_ask_again)
{
    struct room_limits limits;

    hand_enter(&alice, 7, "alice");
    limits = stage.config.limits;
    limits.max_members = 1;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    expect_refused("bob", SEQUENCED_REFUSED_FULL, 30);
}

Test(session_handshake, a_banned_newcomer_is_told_so)
{
    struct room_banned banned;

    cr_assert_eq(room_ban_name(stage.room, &stage.now, "bob", INT64_MAX, &banned), 0);
    expect_refused("bob", SEQUENCED_REFUSED_BANNED, 0);
}

Test(session_handshake, joins_from_an_untrusted_address_are_limited)
{
    struct room_limits limits;

    stage.config.access.trusted.sets = 0;
    stage_reconfigure(&stage);
    limits = stage.config.limits;
    limits.untrusted.joins = (struct room_rate){.per_second = 1, .burst = 1};
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_assert(hand_enter(&alice, 7, "alice"));
    expect_refused("bob", SEQUENCED_REFUSED_TOO_MANY, 10);
    limits.untrusted.joins.per_second = 0;
    limits.untrusted.members = 1;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    expect_refused("bob", SEQUENCED_REFUSED_TOO_MANY, 10);
}

Test(session_handshake, a_room_that_does_not_speak_it_says_use_plain)
{
    struct room_limits limits;

    cr_assert(hand_hello(&alice, 7));
    limits = stage.config.limits;
    limits.sequenced_enabled = false;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_expect_not(hand_join(&alice, "alice", false));
    cr_expect_eq(alice.refusal.code, SEQUENCED_REFUSED_USE_PLAIN);
    cr_expect_not(hand_hello(&alice, 8));
    cr_expect_eq(alice.refusal.code, SEQUENCED_REFUSED_USE_PLAIN);
    cr_expect_eq(stage.refused[REFUSED_SEQUENCED_OFF], 2);
}

Test(session_handshake, another_version_is_told_the_highest_that_is_spoken)
{
    const struct sequenced_hello hello = {.version = 9, .nonce = 77};
    uint8_t bytes[SEQUENCED_HELLO_MIN_BYTES];
    struct sequenced_refusal refusal;

    sequenced_handshake_write_hello(bytes, sizeof(bytes), &hello);
    stage_send_bytes(&stage, &alice.path, bytes, sizeof(bytes));
    cr_assert_eq(stage.outbox.count, 1);
    cr_assert_eq(sequenced_handshake_read_refusal(stage.outbox.sent[0].bytes,
                                                  stage.outbox.sent[0].length, &refusal),
                 0);
    cr_expect_eq(refusal.code, SEQUENCED_REFUSED_VERSION);
    cr_expect_eq(refusal.version, 9);
    cr_expect_eq(refusal.wait, SEQUENCED_VERSION);
    cr_expect_eq(refusal.nonce, 77);
}

Test(session_handshake, from_a_denied_network_and_from_ourselves_nothing_is_answered)
{
    struct path path = alice.path;

    alice.path.peer = (struct endpoint){.port = STAGE_PORT};
    memcpy(alice.path.peer.address, alice.path.local, ENDPOINT_ADDRESS_BYTES);
    hand_hello(&alice, 7);
    alice.path = path;
    stage.config.access.deny.sets = NETWORK_SET_BIT(NETWORK_ALL);
    stage_reconfigure(&stage);
    hand_hello(&alice, 7);
    cr_expect_eq(stage.outbox.count, 0);
    cr_expect_eq(stage.refused[REFUSED_OWN_ADDRESS], 1);
    cr_expect_eq(stage.refused[REFUSED_DENIED], 1);
}

Test(session_handshake, a_newcomer_outside_plain_from_may_join_because_its_address_is_confirmed)
{
    stage.config.access.plain_from.sets = 0;
    stage_reconfigure(&stage);
    cr_expect(hand_enter(&alice, 7, "alice"));
    stage_reconfigure(&stage);
    cr_expect_eq(room_members(stage.room), 1);
    stage.config.access.deny.sets = NETWORK_SET_BIT(NETWORK_ALL);
    cr_expect_eq(stage_reconfigure(&stage), 1);
}

Test(session_handshake, beyond_the_limits_every_second_hello_is_answered)
{
    size_t answered = 0;

    for (uint64_t nonce = 1; nonce <= 1200; nonce++)
        answered += hand_hello(&alice, nonce) ? 1 : 0;
    cr_expect_eq(answered, 200 + 500);
}

Test(session_handshake, an_up_with_an_unknown_token_is_a_strangers)
{
    struct sequenced_stranger stranger;

    alice.token = 12345;
    alice.run = 1;
    hand_up(&alice, NULL, 0);
    cr_assert_eq(stage.outbox.count, 1);
    cr_assert_eq(sequenced_handshake_read_stranger(stage.outbox.sent[0].bytes,
                                                   stage.outbox.sent[0].length, &stranger),
                 0);
    cr_expect_eq(stranger.token, 12345);
    cr_expect_eq(stage.refused[REFUSED_STRANGER], 1);
}

/* ---- many sessions ---- */

Test(session_handshake, half_of_three_thousand_leave_and_the_table_finds_the_others)
{
    static struct hand hands[3000];
    struct room_stats stats;
    char name[32];

    for (size_t i = 0; i < 3000; i++) {
        hand_init(&hands[i], &stage, (uint16_t)(2000 + i));
        snprintf(name, sizeof(name), "member%zu", i);
        stage.now.mono_ns += MOMENT_NS_PER_S;
        fake_outbox_clear(&stage.outbox);
        cr_assert(hand_hello(&hands[i], i + 1) && hand_join(&hands[i], name, false), "%zu", i);
    }
    fake_outbox_clear(&stage.outbox);
    for (size_t i = 0; i < 3000; i += 2)
        hand_up(&hands[i], &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.sequenced, 1500);
    for (size_t i = 1; i < 3000; i += 2)
        cr_expect_not_null(sessions_find(stage.room->sessions, hands[i].token));
    for (size_t i = 0; i < 3000; i += 2)
        cr_expect_null(sessions_find(stage.room->sessions, hands[i].token));
}
