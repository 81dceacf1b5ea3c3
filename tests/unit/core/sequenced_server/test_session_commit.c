/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* A session in a room with a log: no outcome is told before it is committed. */
#include "core/room/record.h"
#include "core/room/state_row.h"
#include "support/fake_log.h"
#include "support/hand.h"

#include <criterion/criterion.h>
#include <string.h>

static struct stage stage;
static struct fake_log logged;
static struct hand alice;
static struct sequenced_down_frame told;
static char text[512];

static void commit_all(void)
{
    fake_log_commit_all(&logged, stage.room, &stage.now);
    stage_sweep(&stage);
}

static void new_stage(void)
{
    stage_open(&stage);
    fake_log_init(&logged);
    stage.setup.log = fake_log_port(&logged);
    stage_start(&stage);
    hand_init(&alice, &stage, 1001);
}

static void close_stage(void)
{
    stage_done(&stage);
    fake_log_done(&logged);
}

/* Reads the WELCOME that was sent since `hand_join` returned. */
static const struct fake_datagram *next_welcome(struct hand *hand)
{
    const struct fake_datagram *datagram = hand_next(hand);

    if (datagram == NULL ||
        sequenced_handshake_read_welcome(datagram->bytes, datagram->length, &hand->welcome) != 0)
        return NULL;
    hand->epoch = hand->welcome.epoch;
    hand->token = hand->welcome.token;
    hand->run = hand->welcome.run;
    hand->member = hand->welcome.member;
    hand->position = hand->welcome.position;
    hand->packet = 0;
    return datagram;
}

static void enter(struct hand *hand, uint64_t nonce, const char *name)
{
    cr_assert(hand_hello(hand, nonce));
    cr_assert_not(hand_join(hand, name, false));
    commit_all();
    cr_assert_not_null(next_welcome(hand));
    hand->position = logged.kept_event;
    hand->read = fake_outbox_count_to(&stage.outbox, hand->path.peer.port);
}

static bool is_silent(struct hand *hand)
{
    stage_sweep(&stage);
    return hand_next(hand) == NULL;
}

static const char *last_record(void)
{
    return fake_log_text(&logged, room_recorded(stage.room), text, sizeof(text));
}

Test(session_commit, a_welcome_waits_and_is_the_same_each_time)
{
    const struct fake_datagram *first, *second;

    new_stage();
    cr_assert(hand_hello(&alice, 1), "a CHALLENGE tells nothing");
    cr_expect_not(hand_join(&alice, "alice", false));
    cr_expect_not(hand_join(&alice, "alice", false));
    cr_expect(is_silent(&alice));
    cr_expect_eq(stage.happened[EVENT_JOIN], 0);
    cr_expect_str_eq(last_record(), "+alice room member member session");
    commit_all();
    first = next_welcome(&alice);
    second = next_welcome(&alice);
    cr_assert(first != NULL && second != NULL);
    cr_expect_eq(first->length, second->length);
    cr_expect_eq(memcmp(first->bytes, second->bytes, first->length), 0);
    cr_expect_str_eq(hand_heard(&alice, text, sizeof(text)), "+alice");
    close_stage();
}

Test(session_commit, a_resumed_session_is_welcomed_when_its_run_is_committed)
{
    struct state_session row;

    new_stage();
    enter(&alice, 1, "alice");
    cr_assert(hand_hello(&alice, 2));
    cr_expect_not(hand_join(&alice, "alice", true));
    cr_expect(is_silent(&alice));
    cr_expect_str_eq(last_record(), "member session");
    commit_all();
    cr_assert_not_null(next_welcome(&alice));
    cr_expect_eq(alice.run, 2);
    cr_assert_eq(state_row_read_session(fake_log_seat(&logged, ROOM_SPACE_SESSION, 0), &row), 0);
    cr_expect_eq(row.run, 2);
    cr_expect_eq(row.token, alice.token);
    cr_expect_eq(row.nonce, 2);
    close_stage();
}

Test(session_commit, the_earlier_run_hears_of_the_next_one_when_that_is_committed)
{
    struct hand bob;

    new_stage();
    enter(&alice, 1, "alice");
    bob = alice;
    bob.path.peer.port = 1002;
    bob.read = 0;
    cr_assert(hand_hello(&bob, 2));
    cr_expect_not(hand_join(&bob, "alice", true));
    hand_report(&alice, alice.position);
    cr_expect(is_silent(&alice));
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &told));
    cr_expect_eq(told.closed.reason, SEQUENCED_CLOSED_RESUMED_ELSEWHERE);
    close_stage();
}

Test(session_commit, a_position_beyond_what_is_committed_is_impossible)
{
    uint32_t members;

    new_stage();
    enter(&alice, 1, "alice");
    cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &members), 0);
    alice.position = 2;
    cr_assert(hand_hello(&alice, 2));
    cr_expect_not(hand_join(&alice, "alice", true));
    commit_all();
    cr_expect_null(next_welcome(&alice));
    cr_assert(hand_hello(&alice, 3));
    cr_expect_not(hand_join(&alice, "alice", true), "committed, the event is possible");
    commit_all();
    cr_expect_not_null(next_welcome(&alice));
    close_stage();
}

Test(session_commit, taken_waits)
{
    new_stage();
    enter(&alice, 1, "alice");
    hand_rename(&alice, 1, "alice");
    cr_expect(is_silent(&alice));
    cr_expect_str_eq(last_record(), "decided", "a rename to the same name is decided");
    hand_say(&alice, 2, "hello");
    hand_say(&alice, 2, "hello");
    cr_expect(is_silent(&alice));
    cr_expect_str_eq(last_record(), "alice:hello decided");
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_expect_eq(told.taken.upto, 1, "what was decided when it was asked");
    close_stage();
}

Test(session_commit, not_taken_waits_and_is_decided_in_the_log)
{
    struct state_decided row;

    new_stage();
    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "");
    cr_expect(is_silent(&alice));
    cr_expect_str_eq(last_record(), "decided");
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_DECIDED, 0));
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &told));
    cr_expect_eq(told.not_taken.number, 1);
    cr_assert_eq(state_row_read_decided(fake_log_seat(&logged, ROOM_SPACE_DECIDED, 0), &row), 0);
    cr_expect_eq(row.upto, 1);
    cr_expect_eq(row.refused, 1);
    close_stage();
}

/* A crash takes back what is not kept: nothing may have been said about it until then. */
Test(session_commit, nothing_is_said_of_a_message_before_its_decision_is_kept)
{
    const struct sequenced_up_frame heartbeat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 5};

    new_stage();
    enter(&alice, 1, "alice");
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
    for (uint32_t n = 1; n <= 20; n++) {
        hand_say(&alice, n, n % 3 == 0 ? "" : "hello");
        hand_say(&alice, n, "again");
        hand_up(&alice, &heartbeat, 1);
    }
    stage_pass_ms(&stage, 3000);
    while (hand_next(&alice) != NULL) {
        const struct fake_datagram *datagram =
            fake_outbox_to(&stage.outbox, alice.path.peer.port, alice.read - 1);
        struct sequenced_down_frame frame;
        struct octets_reader reader;
        struct sequenced_down down;

        cr_assert_eq(sequenced_down_open(datagram->bytes, datagram->length, &down, &reader), 0);
        while (sequenced_down_next(&reader, &frame) == 1) {
            cr_expect(frame.kind == SEQUENCED_DOWN_HEARTBEAT || frame.kind == SEQUENCED_DOWN_REPORT,
                      "kind %d", (int)frame.kind);
            if (frame.kind == SEQUENCED_DOWN_HEARTBEAT)
                cr_expect_leq(frame.heartbeat.head, logged.kept_event);
        }
    }
    cr_expect_gt(alice.read, 0, "heartbeats are answered");
    close_stage();
}

Test(session_commit, a_heartbeat_of_a_resumed_session_does_not_wait_for_taken)
{
    const struct sequenced_up_frame heartbeat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 5};

    new_stage();
    enter(&alice, 1, "alice");
    cr_assert(hand_hello(&alice, 2));
    cr_expect_not(hand_join(&alice, "alice", true));
    commit_all();
    cr_assert_not_null(next_welcome(&alice));
    hand_say(&alice, 1, "hello");
    hand_up(&alice, &heartbeat, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_HEARTBEAT, &told));
    cr_expect_eq(told.heartbeat.echo, 5);
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told));
    cr_expect_eq(told.taken.upto, 1);
    hand_up(&alice, &heartbeat, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_TAKEN, &told), "at once, if nothing waits");
    close_stage();
}

Test(session_commit, left_waits_and_so_does_that_its_session_is_unknown)
{
    const struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};

    new_stage();
    enter(&alice, 1, "alice");
    hand_up(&alice, &leave, 1);
    hand_up(&alice, &leave, 1);
    cr_expect(is_silent(&alice));
    cr_expect_str_eq(last_record(), "-alice ~member ~session ~decided ended");
    commit_all();
    cr_assert_eq(fake_outbox_count_to(&stage.outbox, 1001), alice.read + 2);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &told));
    cr_expect_eq(told.closed.reason, SEQUENCED_CLOSED_LEFT);
    cr_expect_null(fake_log_seat(&logged, ROOM_SPACE_SESSION, 0));
    close_stage();
}

Test(session_commit, an_ended_session_is_a_row)
{
    const struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};
    const uint8_t place[4] = {0};
    struct state_ended row;

    new_stage();
    enter(&alice, 77, "alice");
    hand_up(&alice, &leave, 1);
    commit_all();
    cr_assert_eq(
        state_row_read_ended(fake_log_row(&logged, ROOM_SPACE_ENDED, place, sizeof(place)), &row),
        0);
    cr_expect_eq(row.token, alice.token);
    cr_expect_eq(row.nonce, 77);
    cr_expect_eq(row.record, logged.kept);
    close_stage();
}

Test(session_commit, a_page_of_members_waits)
{
    const struct sequenced_up_frame members = {.kind = SEQUENCED_UP_MEMBERS};
    uint32_t count;

    new_stage();
    enter(&alice, 1, "alice");
    hand_report(&alice, alice.position);
    cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &count), 0);
    stage_pass_ms(&stage, 100);
    hand_up(&alice, &members, 1);
    cr_expect(is_silent(&alice));
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_MEMBERS, &told));
    cr_expect_eq(told.members.head, 2);
    close_stage();
}

Test(session_commit, a_timeout_is_told_when_it_is_committed)
{
    new_stage();
    enter(&alice, 1, "alice");
    stage_pass_ms(&stage, 90001);
    stage_pass_ms(&stage, 511000);
    cr_expect(is_silent(&alice));
    cr_expect_eq(room_members(stage.room), 0);
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &told));
    cr_expect_eq(told.closed.reason, SEQUENCED_CLOSED_TIMEOUT);
    close_stage();
}

Test(session_commit, the_end_of_the_program_is_told_at_once)
{
    new_stage();
    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "hello");
    room_close(stage.room, true);
    cr_expect(is_silent(&alice), "its session goes on after a restart");
    room_close(stage.room, false);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_CLOSED, &told));
    cr_expect_eq(told.closed.reason, SEQUENCED_CLOSED_PROGRAM_ENDS);
    close_stage();
}

Test(session_commit, a_log_that_is_far_behind_says_slow_down_at_once_and_decides_nothing)
{
    char line[900];
    uint32_t number = 0;

    stage_open(&stage);
    fake_log_init(&logged);
    stage.setup.log = fake_log_port(&logged);
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    stage_start(&stage);
    hand_init(&alice, &stage, 1001);
    enter(&alice, 1, "alice");
    memset(line, 'x', sizeof(line) - 1);
    line[sizeof(line) - 1] = '\0';
    while (!hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &told) && number < 1000)
        hand_say(&alice, ++number, line);
    cr_expect_gt(number, 30);
    cr_expect_eq(told.not_taken.number, number);
    cr_expect_eq(told.not_taken.why, SEQUENCED_WHY_SLOW_DOWN);
    cr_expect_eq(told.not_taken.wait_cs, 50);
    hand_say(&alice, number, "");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &told));
    cr_expect_eq(told.not_taken.why, SEQUENCED_WHY_SLOW_DOWN, "to refuse is a decision, too");
    commit_all();
    hand_say(&alice, number, "now");
    cr_expect_str_eq(last_record(), "alice:now decided");
    close_stage();
}

Test(session_commit, a_member_that_moves_is_kept_where_it_is)
{
    struct sequenced_up_frame answer = {.kind = SEQUENCED_UP_PATH};
    struct state_member row;

    new_stage();
    enter(&alice, 1, "alice");
    alice.path.peer.port = 1009;
    alice.read = 0;
    hand_report(&alice, alice.position);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_PATH, &told), "a challenge does not wait");
    answer.challenge = told.challenge;
    hand_up(&alice, &answer, 1);
    cr_expect_str_eq(last_record(), "member");
    commit_all();
    cr_assert_eq(state_row_read_member(fake_log_seat(&logged, ROOM_SPACE_MEMBER, 0), &row), 0);
    cr_expect_eq(row.path.peer.port, 1009);
    cr_expect_str_eq(row.name, "alice");
    cr_expect_eq(row.number, alice.member);
    cr_expect_eq(row.flags, STATE_MEMBER_SEQUENCED);
    close_stage();
}

static uint64_t waiting_bytes(void)
{
    struct room_log_stats stats;

    room_log_stats(stage.room, &stats);
    return stats.waiting_bytes;
}

Test(session_commit, the_largest_records_are_no_larger_than_their_reserve)
{
    const struct sequenced_up_frame leave = {.kind = SEQUENCED_UP_LEAVE};
    char name[ROOM_NAME_MAX_BYTES + 1], other[ROOM_NAME_MAX_BYTES + 1];
    uint64_t before;

    stage_open(&stage);
    fake_log_init(&logged);
    stage.setup.log = fake_log_port(&logged);
    stage.config.limits.max_name_codepoints = ROOM_NAME_MAX_BYTES;
    stage_start(&stage);
    hand_init(&alice, &stage, 1001);
    memset(name, 'A', ROOM_NAME_MAX_BYTES);
    memset(other, 'B', ROOM_NAME_MAX_BYTES);
    name[ROOM_NAME_MAX_BYTES] = other[ROOM_NAME_MAX_BYTES] = '\0';
    enter(&alice, 1, name);
    before = waiting_bytes();
    hand_rename(&alice, 1, other);
    cr_expect_leq(waiting_bytes() - before, RECORD_MAX_BYTES);
    cr_assert_eq(room_mute(stage.room, &stage.now, other, MOMENT_NEVER_NS), 0);
    before = waiting_bytes();
    hand_up(&alice, &leave, 1);
    cr_expect_eq(room_members(stage.room), 0);
    cr_expect_gt(waiting_bytes() - before, 300);
    cr_expect_leq(waiting_bytes() - before, RECORD_EXIT_BYTES);
    close_stage();
}

Test(session_commit, slow_down_does_not_wait_with_what_was_decided_before_it)
{
    struct sequenced_up_frame frames[2] = {{.kind = SEQUENCED_UP_MESSAGE},
                                           {.kind = SEQUENCED_UP_MESSAGE}};
    const struct fake_datagram *datagram;
    struct octets_reader reader;
    struct sequenced_down down;

    stage_open(&stage);
    fake_log_init(&logged);
    stage.setup.log = fake_log_port(&logged);
    stage.config.limits.messages = (struct room_rate){.per_second = 1, .burst = 1};
    stage_start(&stage);
    hand_init(&alice, &stage, 1001);
    enter(&alice, 1, "alice");
    hand_say(&alice, 1, "hello");
    frames[0].message.number = 2;
    frames[1].message.number = 3;
    frames[1].message.text = (struct octets_slice){"hello", 5};
    hand_up(&alice, frames, 2);
    datagram = hand_next(&alice);
    cr_assert_not_null(datagram);
    cr_assert_eq(sequenced_down_open(datagram->bytes, datagram->length, &down, &reader), 0);
    cr_assert_eq(sequenced_down_next(&reader, &told), 1);
    cr_expect_eq(told.not_taken.number, 3);
    cr_expect_eq(told.not_taken.why, SEQUENCED_WHY_SLOW_DOWN);
    cr_expect(is_silent(&alice));
    commit_all();
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &told));
    cr_expect_eq(told.not_taken.number, 2);
    close_stage();
}
