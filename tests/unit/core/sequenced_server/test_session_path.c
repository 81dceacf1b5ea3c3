/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The path of a session, and its end. */
#include "support/hand.h"

#include "core/model/session.h"
#include "core/room/room_state.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;
static struct hand alice, bob;

static void open_stage(void)
{
    stage_new(&stage);
    hand_init(&alice, &stage, ALICE);
    hand_init(&bob, &stage, BOB);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_report(&alice, 1);
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(session_path, .init = open_stage, .fini = close_stage);

static void forget(void)
{
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
    bob.read = 0;
}

static void move_to(uint16_t port)
{
    alice.path.peer.port = port;
    alice.read = fake_outbox_count_to(&stage.outbox, port);
}

static void answer_path(uint64_t challenge)
{
    struct sequenced_up_frame answer = {.kind = SEQUENCED_UP_PATH, .challenge = challenge};

    hand_up(&alice, &answer, 1);
}

static uint64_t told_path(void)
{
    struct sequenced_down_frame frame = {.challenge = 0};

    return hand_told(&alice, SEQUENCED_DOWN_PATH, &frame) ? frame.challenge : 0;
}

/* ---- roaming ---- */

Test(session_path, a_new_address_is_used_once_it_has_answered)
{
    uint64_t challenge;

    move_to(BOB);
    hand_say(&alice, 1, "from elsewhere");
    challenge = told_path();
    cr_assert_neq(challenge, 0);
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1, "PATH only");
    forget();
    answer_path(challenge);
    hand_say(&alice, 2, "again");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    cr_expect_gt(fake_outbox_count_to(&stage.outbox, BOB), 0);
    cr_expect_eq(stage.happened[EVENT_EXIT], 0);
    cr_expect_eq(stage.happened[EVENT_CHAT], 2);
}

static void announce(unsigned count)
{
    uint32_t told;

    for (unsigned i = 0; i < count; i++) {
        cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &told), 0);
        stage_sweep(&stage);
    }
}

Test(session_path, a_new_address_begins_with_a_window_of_its_own_and_is_sent_what_fits_it_at_once)
{
    uint64_t challenge;
    char heard[64];

    hand_report(&alice, 1);
    for (int i = 0; i < 1000; i++) {
        forget();
        announce(1);
        if (fake_outbox_count_to(&stage.outbox, ALICE) == 0)
            break;
    }
    announce(2);
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0, "the window is full");
    move_to(BOB);
    hand_report(&alice, 1);
    challenge = told_path();
    forget();
    answer_path(challenge);
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "!tea !tea !tea");
}

Test(session_path, a_wrong_or_old_challenge_moves_nothing)
{
    uint64_t challenge;

    move_to(BOB);
    hand_report(&alice, 1);
    challenge = told_path();
    answer_path(challenge + 1);
    move_to(CAROL);
    answer_path(challenge);
    move_to(BOB);
    stage.now.mono_ns += 12 * MOMENT_NS_PER_S;
    answer_path(challenge);
    forget();
    hand_say(&alice, 1, "hello");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1, "the events go where they went");
}

Test(session_path, a_challenge_is_good_for_ten_seconds_at_least)
{
    uint64_t challenge;

    move_to(BOB);
    hand_report(&alice, 1);
    challenge = told_path();
    stage.now.mono_ns += 10 * MOMENT_NS_PER_S;
    answer_path(challenge);
    forget();
    hand_say(&alice, 1, "hello");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
}

Test(session_path, an_older_datagram_from_elsewhere_begins_no_check)
{
    move_to(BOB);
    alice.packet = 0;
    hand_say(&alice, 1, "late");
    cr_expect_eq(told_path(), 0);
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
}

Test(session_path, an_older_datagram_with_the_challenge_changes_no_path)
{
    uint64_t challenge;
    uint32_t newest;

    move_to(BOB);
    hand_report(&alice, 1);
    challenge = told_path();
    move_to(ALICE);
    hand_report(&alice, 1);
    newest = alice.packet;
    move_to(BOB);
    alice.packet = newest - 2;
    answer_path(challenge);
    alice.packet = newest - 1;
    answer_path(challenge);
    alice.packet = newest;
    forget();
    hand_say(&alice, 1, "hello");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1, "the events go where they went");
    answer_path(challenge);
    forget();
    hand_say(&alice, 2, "hello");
    stage_sweep(&stage);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
}

Test(session_path, no_more_than_three_checks_are_begun_in_three_seconds)
{
    forget();
    move_to(BOB);
    stage.now.mono_ns = 3000 * MOMENT_NS_PER_S;
    for (int i = 0; i < 10; i++)
        hand_report(&alice, 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 3);
}

Test(session_path, answers_go_to_the_sessions_path_until_the_new_one_is_proved)
{
    struct sequenced_up_frame beat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 1};

    forget();
    move_to(BOB);
    hand_up(&alice, &beat, 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 1);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, BOB), 1);
    cr_expect_leq(fake_outbox_to(&stage.outbox, BOB, 0)->length, SEQUENCED_UP_HEADER_MIN_BYTES);
}

/* A mute covers an endpoint, under any other name: that where its member is now. */
static void expect_mute_has_moved(void)
{
    struct hand other;

    hand_init(&other, &stage, BOB);
    cr_expect_not(hand_enter(&other, 20, "mallory"));
    cr_expect_eq(other.refusal.code, SEQUENCED_REFUSED_BAD_NAME);
    hand_init(&other, &stage, ALICE);
    cr_expect(hand_enter(&other, 21, "carol"));
}

Test(session_path, a_mute_follows_a_session_whose_address_changes)
{
    cr_assert_eq(room_mute(stage.room, &stage.now, "alice", INT64_MAX), 0);
    move_to(BOB);
    hand_report(&alice, 1);
    answer_path(told_path());
    expect_mute_has_moved();
}

Test(session_path, a_mute_follows_a_session_that_resumes_elsewhere)
{
    cr_assert_eq(room_mute(stage.room, &stage.now, "alice", INT64_MAX), 0);
    move_to(BOB);
    cr_assert(hand_hello(&alice, 8));
    cr_assert(hand_join(&alice, "alice", true));
    expect_mute_has_moved();
}

/* ---- heartbeat and silence ---- */

static const struct session *session(void)
{
    return sessions_find(stage.room->sessions, alice.token)->session;
}

Test(session_path, after_90_s_a_member_is_away_and_nothing_is_sent_to_it)
{
    struct room_member member;

    stage_pass_ms(&stage, 89999);
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect(member.sequenced && !member.away);
    stage_pass_ms(&stage, 1);
    cr_assert(room_member(stage.room, 0, &member));
    cr_expect(member.away);
    forget();
    stage_join(&stage, CAROL, "carol");
    stage_send(&stage, CAROL, "C carol hello");
    stage_sweep(&stage);
    stage_pass_ms(&stage, 60000);
    cr_expect_eq(fake_outbox_count_to(&stage.outbox, ALICE), 0);
    stage_send(&stage, 1010, "L alice");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, 1010, 0, "该用户已存在"), "its name stays its own");
}

Test(session_path, the_next_datagram_ends_being_away)
{
    char heard[256];

    stage_pass_ms(&stage, 90000);
    stage_join(&stage, CAROL, "carol");
    forget();
    hand_report(&alice, 1);
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "+carol");
}

Test(session_path, after_the_timeout_it_has_left_and_is_told_so)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_TAKEN};
    struct event event;

    stage_pass_ms(&stage, 90000);
    stage_pass_ms(&stage, 509999);
    cr_expect_eq(room_members(stage.room), 1);
    stage_pass_ms(&stage, 1);
    cr_expect_eq(room_members(stage.room), 0);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &closed));
    cr_expect_eq(closed.closed.reason, SEQUENCED_CLOSED_TIMEOUT);
    cr_assert(room_event(stage.room, 2, &event));
    cr_expect_eq(event.reason, EXIT_TIMEOUT);
    cr_expect_eq(room_next_tick(stage.room), MOMENT_NEVER_NS);
}

Test(session_path, a_shorter_timeout_counts_at_once)
{
    struct room_limits limits;

    stage_pass_ms(&stage, 40000);
    limits = stage.config.limits;
    limits.session_timeout_s = 30;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    stage_pass_ms(&stage, 0);
    stage_pass_ms(&stage, 30000);
    cr_expect_eq(room_members(stage.room), 0);
}

Test(session_path, members_have_a_moment_to_report_after_the_machine_slept)
{
    stage_pass_ms(&stage, 8 * 3600 * 1000);
    cr_expect_eq(room_members(stage.room), 1);
    hand_report(&alice, 1);
    stage_pass_ms(&stage, 60000);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(session_path, a_heartbeat_keeps_it_in)
{
    struct sequenced_up_frame beat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 1};

    for (int i = 0; i < 100; i++) {
        stage_pass_ms(&stage, 25000);
        hand_up(&alice, &beat, 1);
    }
    cr_expect_eq(room_members(stage.room), 1);
    cr_expect_eq(session()->flags & SESSION_GAP, 0);
}

Test(session_path, a_sequenced_member_is_not_warned)
{
    struct room_limits limits;
    struct room_stats stats;

    limits = stage.config.limits;
    limits.idle_timeout_s = 60;
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    for (int i = 0; i < 20; i++) {
        stage_pass_ms(&stage, 20000);
        hand_report(&alice, 1);
    }
    room_stats(stage.room, &stats);
    cr_expect_eq(stats.sequenced, 1);
    cr_expect_eq(room_members(stage.room), 1);
}

Test(session_path, an_icmp_error_is_nobodys_end)
{
    for (int i = 0; i < 10; i++) {
        stage.now.mono_ns += 3 * MOMENT_NS_PER_S;
        stage_unreachable(&stage, &alice.path, "");
    }
    cr_expect_eq(room_members(stage.room), 1);
}

/* ---- the end ---- */

static void expect_closed(uint8_t reason, const char *text)
{
    struct sequenced_down_frame closed = {.kind = SEQUENCED_DOWN_TAKEN};

    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &closed));
    cr_expect_eq(closed.closed.reason, reason);
    cr_expect_eq(closed.closed.text.length, strlen(text));
    cr_expect_eq(memcmp(closed.closed.text.bytes, text, strlen(text)), 0);
    cr_expect_eq(room_members(stage.room), 0);
}

Test(session_path, a_member_that_leaves_is_told_that_it_has_left)
{
    hand_up(&alice, &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    expect_closed(SEQUENCED_CLOSED_LEFT, "");
}

Test(session_path, a_kicked_member_is_told_why_and_may_not_be_back_at_once)
{
    cr_assert_eq(room_kick(stage.room, &stage.now, "alice", "be kind"), 0);
    expect_closed(SEQUENCED_CLOSED_KICKED, "be kind");
    cr_assert(hand_hello(&alice, 8));
    cr_expect_not(hand_join(&alice, "alice", false));
    cr_expect_eq(alice.refusal.code, SEQUENCED_REFUSED_BANNED);
}

Test(session_path, a_banned_member_is_told_so)
{
    struct room_banned banned;

    cr_assert_eq(room_ban_name(stage.room, &stage.now, "alice", INT64_MAX, &banned), 0);
    cr_expect(banned.was_member);
    expect_closed(SEQUENCED_CLOSED_BANNED, "");
}

Test(session_path, a_plain_datagram_from_the_same_address_is_a_strangers)
{
    forget();
    stage_send(&stage, ALICE, "C alice I am not she");
    cr_expect_eq(stage.refused[REFUSED_STRANGER], 1);
    cr_expect_eq(stage.happened[EVENT_CHAT], 0);
}

Test(session_path, garbage_of_a_member_changes_nothing)
{
    uint8_t bytes[64];

    for (size_t length = 1; length < sizeof(bytes); length++) {
        memset(bytes, (int)length, sizeof(bytes));
        bytes[0] = SEQUENCED_FIRST_UP;
        bytes[1] = SEQUENCED_VERSION;
        stage_send_bytes(&stage, &alice.path, bytes, length);
    }
    cr_expect_eq(room_members(stage.room), 1);
}

static unsigned kept;

static void on_keep(void *ctx, uint32_t seat, const struct roster_record *record)
{
    (void)ctx;
    (void)seat;
    (void)record;
    kept++;
}

static void on_forget(void *ctx, uint32_t seat)
{
    (void)ctx;
    (void)seat;
    kept++;
}

Test(session_path, the_roster_is_told_nothing_of_a_session)
{
    stage_done(&stage);
    stage_open(&stage);
    stage.setup.roster = (struct roster){.keep = on_keep, .forget = on_forget};
    stage_start(&stage);
    hand_init(&alice, &stage, ALICE);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_rename(&alice, 1, "alicia");
    room_mute(stage.room, &stage.now, "alicia", INT64_MAX);
    room_kick(stage.room, &stage.now, "alicia", NULL);
    cr_expect_eq(kept, 0);
}
