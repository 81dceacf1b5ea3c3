/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Messages of members of both protocols in one room, and the outcome of each. */
#include "support/hand.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <stdio.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;
static struct hand alice, bob;
static char heard[4096];

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

TestSuite(session_messages, .init = open_stage, .fini = close_stage);

static struct sequenced_down_frame taken(struct hand *hand)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};

    cr_assert(hand_told(hand, SEQUENCED_DOWN_TAKEN, &frame));
    return frame;
}

static void expect_not_taken(struct hand *hand, uint32_t number, uint8_t why)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};

    cr_assert(hand_told(hand, SEQUENCED_DOWN_NOT_TAKEN, &frame), "%u", number);
    cr_expect_eq(frame.not_taken.number, number);
    cr_expect_eq(frame.not_taken.why, why, "%u", frame.not_taken.why);
}

Test(session_messages, plain_and_sequenced_members_hear_each_other)
{
    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    cr_expect(stage_heard(&stage, CAROL, 0, "alice 进入了聊天室"));
    hand_say(&alice, 1, "hello");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, CAROL, 1, "alice ： hello"));
    stage_send(&stage, CAROL, "C carol hi");
    stage_sweep(&stage);
    stage_send(&stage, CAROL, "Q carol");
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "+alice 2:hello 1:hi -1/0");
    hand_up(&alice, &(const struct sequenced_up_frame){.kind = SEQUENCED_UP_LEAVE}, 1);
    cr_expect_eq(stage.happened[EVENT_EXIT], 2);
}

Test(session_messages, a_notice_reaches_both)
{
    uint32_t reached;

    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    cr_assert_eq(room_notice(stage.room, &stage.now, "tea", 3, &reached), 0);
    cr_expect_eq(reached, 2);
    stage_sweep(&stage);
    cr_expect_str_eq(hand_heard(&alice, heard, sizeof(heard)), "+alice !tea");
    cr_expect(stage_heard(&stage, CAROL, 1, "管理员消息: tea"));
}

Test(session_messages, ones_own_event_names_the_message)
{
    struct sequenced_events events;
    struct sequenced_event event;

    cr_assert(hand_enter(&alice, 7, "alice"));
    cr_assert(hand_events(&alice, &events));
    hand_say(&alice, 1, "hello");
    stage_sweep(&stage);
    cr_assert(hand_events(&alice, &events));
    cr_assert(sequenced_events_next(&events, &event));
    cr_expect_eq(event.said, 1);
    cr_expect_eq(event.member, alice.member);
    cr_expect_eq(event.seq, 2);
}

Test(session_messages, a_repeated_message_is_one_event_and_is_answered_by_taken)
{
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, "hello");
    hand_say(&alice, 1, "hello");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    cr_expect_eq(taken(&alice).taken.upto, 1);
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "", true));
    hand_say(&alice, 1, "hello");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    cr_expect_eq(taken(&alice).taken.upto, 1);
}

Test(session_messages, a_message_that_comes_early_waits_for_those_before_it)
{
    struct sequenced_down_frame frame;

    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 3, "three");
    hand_say(&alice, 2, "two");
    hand_say(&alice, 33, "too far");
    frame = taken(&alice);
    cr_expect_eq(frame.taken.upto, 0);
    cr_expect_eq(frame.taken.kept, 1U << 2);
    cr_expect_eq(stage.happened[EVENT_CHAT], 0);
    hand_say(&alice, 1, "one");
    cr_expect_eq(stage.happened[EVENT_CHAT], 3);
    hand_say(&alice, 2, "two");
    frame = taken(&alice);
    cr_expect_eq(frame.taken.upto, 3);
    cr_expect_eq(frame.taken.kept, 0);
    stage_sweep(&stage);
    cr_expect_str_eq((alice.read = 1, hand_heard(&alice, heard, sizeof(heard))),
                     "+alice 1:one 1:two 1:three");
}

Test(session_messages, what_came_early_is_refused_in_its_turn)
{
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 2, "\xff");
    hand_say(&alice, 3, "three");
    alice.read = stage.outbox.count;
    hand_say(&alice, 1, "one");
    expect_not_taken(&alice, 2, SEQUENCED_WHY_NOT_UTF8);
    cr_expect_eq(stage.happened[EVENT_CHAT], 2);
}

Test(session_messages, what_came_early_and_has_to_wait_once_more_is_still_kept)
{
    struct sequenced_down_frame frame;

    stage.config.limits.messages = (struct room_rate){.per_second = 1, .burst = 1};
    stage_reconfigure(&stage);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 3, "three");
    hand_say(&alice, 2, "two");
    stage_sweep(&stage);
    alice.read = stage.outbox.count;
    hand_say(&alice, 1, "one");
    expect_not_taken(&alice, 2, SEQUENCED_WHY_SLOW_DOWN);
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    hand_say(&alice, 3, "three");
    frame = taken(&alice);
    cr_expect_eq(frame.taken.upto, 1);
    cr_expect_eq(frame.taken.kept, 3);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    hand_say(&alice, 2, "two");
    cr_expect_eq(stage.happened[EVENT_CHAT], 2);
    stage.now.mono_ns += MOMENT_NS_PER_S;
    hand_say(&alice, 3, "three");
    cr_expect_eq(stage.happened[EVENT_CHAT], 3);
}

Test(session_messages, another_program_has_other_messages_under_the_numbers_that_were_kept)
{
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 2, "of the dead");
    cr_assert(hand_hello(&alice, 8) && hand_join(&alice, "", true));
    hand_say(&alice, 1, "one");
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    hand_say(&alice, 2, "two");
    stage_sweep(&stage);
    cr_expect_str_eq((alice.read = 0, hand_heard(&alice, heard, sizeof(heard))),
                     "+alice +alice 1:one 1:two");
}

Test(session_messages, many_messages_of_one_datagram_are_taken_in_their_order)
{
    struct sequenced_up_frame frames[32];
    char texts[32][8];

    cr_assert(hand_enter(&alice, 7, "alice"));
    for (uint32_t i = 0; i < 32; i++) {
        snprintf(texts[i], sizeof(texts[i]), "m%u", i + 1);
        frames[i] = (struct sequenced_up_frame){.kind = SEQUENCED_UP_MESSAGE};
        frames[i].message.number = i + 1;
        frames[i].message.text = (struct octets_slice){texts[i], strlen(texts[i])};
    }
    hand_up(&alice, frames, 32);
    cr_expect_eq(stage.happened[EVENT_CHAT], 32);
    stage_sweep(&stage);
    hand_heard(&alice, heard, sizeof(heard));
    cr_expect_not_null(strstr(heard, "1:m1 1:m2 1:m3"));
    cr_expect_not_null(strstr(heard, "1:m31 1:m32"));
}

Test(session_messages, what_is_refused_says_why_once_and_then_that_it_was_refused)
{
    char longest[902];
    struct sequenced_down_frame frame;

    memset(longest, 'x', sizeof(longest));
    longest[901] = '\0';
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, longest);
    expect_not_taken(&alice, 1, SEQUENCED_WHY_TOO_LONG);
    hand_say(&alice, 2, "\xff");
    expect_not_taken(&alice, 2, SEQUENCED_WHY_NOT_UTF8);
    hand_say(&alice, 3, "");
    expect_not_taken(&alice, 3, SEQUENCED_WHY_EMPTY);
    longest[900] = '\0';
    hand_say(&alice, 4, longest);
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    room_mute(stage.room, &stage.now, "alice", INT64_MAX);
    hand_say(&alice, 5, "x");
    expect_not_taken(&alice, 5, SEQUENCED_WHY_MUTED);
    hand_say(&alice, 5, "x");
    frame = taken(&alice);
    cr_expect_eq(frame.taken.upto, 5);
    cr_expect_eq(frame.taken.refused, 0x1dU, "%x: 1, 2, 3 and 5", frame.taken.refused);
}

Test(session_messages, what_is_not_understood_is_refused)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MESSAGE};

    cr_assert(hand_enter(&alice, 7, "alice"));
    frame.message.number = 1;
    frame.message.what = 9;
    frame.message.text = (struct octets_slice){"x", 1};
    hand_up(&alice, &frame, 1);
    expect_not_taken(&alice, 1, SEQUENCED_WHY_NOT_UNDERSTOOD);
}

Test(session_messages, too_fast_decides_nothing_and_says_how_long_to_wait)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};
    struct room_limits limits;

    limits = stage.config.limits;
    limits.messages = (struct room_rate){.per_second = 2, .burst = 1};
    stage.config.limits = limits;
    stage_reconfigure(&stage);
    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, "one");
    hand_say(&alice, 2, "two");
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_NOT_TAKEN, &frame));
    cr_expect_eq(frame.not_taken.why, SEQUENCED_WHY_SLOW_DOWN);
    cr_expect_eq(frame.not_taken.wait_cs, 50);
    cr_expect_eq(stage.happened[EVENT_CHAT], 1);
    stage.now.mono_ns += 500 * MOMENT_NS_PER_MS;
    hand_say(&alice, 2, "two");
    cr_expect_eq(stage.happened[EVENT_CHAT], 2);
}

Test(session_messages, another_name_is_an_exit_and_a_join_of_the_same_member)
{
    struct sequenced_events events;
    struct sequenced_event event;

    stage_join(&stage, CAROL, "carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    fake_outbox_clear(&stage.outbox);
    alice.read = 0;
    hand_rename(&alice, 1, "alicia");
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, CAROL, 0, "alice 退出了聊天室"));
    cr_expect(stage_heard(&stage, CAROL, 1, "alicia 进入了聊天室"));
    cr_assert(hand_events(&alice, &events));
    cr_assert(sequenced_events_next(&events, &event));
    cr_expect_eq(event.reason, EXIT_RENAMED);
    cr_expect_eq(event.said, 1);
    cr_assert(sequenced_events_next(&events, &event));
    cr_expect_eq(event.kind, SEQUENCED_EVENT_JOIN);
    cr_expect_eq(event.said, 1);
    cr_expect_eq(event.member, alice.member);
    hand_rename(&alice, 2, "carol");
    expect_not_taken(&alice, 2, SEQUENCED_WHY_NAME_TAKEN);
    hand_rename(&alice, 3, "a b");
    expect_not_taken(&alice, 3, SEQUENCED_WHY_BAD_NAME);
    hand_rename(&alice, 4, "alicia");
    cr_expect_eq(taken(&alice).taken.upto, 4);
    hand_rename(&alice, 5, "ALICIA");
    cr_expect_eq(stage.happened[EVENT_EXIT], 2);
}

/* ---- members ---- */

static struct sequenced_down_frame page(struct hand *hand, uint32_t after)
{
    struct sequenced_up_frame ask = {.kind = SEQUENCED_UP_MEMBERS, .after = after};
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};

    stage.now.mono_ns += 10 * MOMENT_NS_PER_MS;
    hand_up(hand, &ask, 1);
    cr_assert(hand_told(hand, SEQUENCED_DOWN_MEMBERS, &frame));
    return frame;
}

Test(session_messages, a_page_of_members_tells_who_is_in_and_who_has_left_but_spoken)
{
    struct sequenced_down_frame frame;
    struct sequenced_entry entry;

    stage_join(&stage, CAROL, "carol");
    stage_send(&stage, CAROL, "Q carol");
    cr_assert(hand_enter(&alice, 7, "alice"));
    cr_assert(hand_enter(&bob, 8, "bob"));
    frame = page(&alice, 0);
    cr_expect_eq(frame.members.head, 4);
    cr_expect_eq(frame.members.after, 0);
    cr_expect_eq(frame.members.last, 3);
    cr_expect_not(frame.members.more);
    cr_assert(sequenced_down_next_entry(&frame.members.entries, &entry));
    cr_expect(entry.member == 1 && entry.gone && memcmp(entry.name.bytes, "carol", 5) == 0);
    cr_assert(sequenced_down_next_entry(&frame.members.entries, &entry));
    cr_expect(entry.member == 2 && !entry.gone && memcmp(entry.name.bytes, "alice", 5) == 0);
    cr_assert(sequenced_down_next_entry(&frame.members.entries, &entry));
    cr_expect(entry.member == 3 && !entry.gone);
    cr_expect_not(sequenced_down_next_entry(&frame.members.entries, &entry));
    frame = page(&alice, 3);
    cr_expect_eq(frame.members.last, 3);
    cr_expect_eq(frame.members.entries.length, 0);
}

Test(session_messages, a_large_room_takes_several_pages_and_is_listed_completely)
{
    struct sequenced_down_frame frame;
    struct sequenced_entry entry;
    uint32_t after = 0, count = 0;
    char name[32];

    for (uint16_t i = 0; i < 300; i++) {
        snprintf(name, sizeof(name), "somebody%u", i);
        stage_join(&stage, (uint16_t)(3000 + i), name);
    }
    cr_assert(hand_enter(&alice, 7, "alice"));
    do {
        frame = page(&alice, after);
        while (sequenced_down_next_entry(&frame.members.entries, &entry)) {
            cr_expect_eq(entry.member, after + 1);
            after = entry.member;
            count++;
        }
        cr_expect_eq(frame.members.last, after);
    } while (frame.members.more);
    cr_expect_eq(count, 301);
}

Test(session_messages, a_page_comes_once_in_10_ms)
{
    struct sequenced_up_frame ask = {.kind = SEQUENCED_UP_MEMBERS};
    struct sequenced_down_frame frame;

    cr_assert(hand_enter(&alice, 7, "alice"));
    page(&alice, 0);
    hand_up(&alice, &ask, 1);
    cr_expect_not(hand_told(&alice, SEQUENCED_DOWN_MEMBERS, &frame));
}

Test(session_messages, a_heartbeat_is_answered_with_the_last_event_that_was_sent)
{
    struct sequenced_up_frame beat = {.kind = SEQUENCED_UP_HEARTBEAT, .echo = 99};
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEAD};

    cr_assert(hand_enter(&alice, 7, "alice"));
    hand_say(&alice, 1, "not swept yet");
    hand_up(&alice, &beat, 1);
    cr_assert(hand_told(&alice, SEQUENCED_DOWN_HEARTBEAT, &frame));
    cr_expect_eq(frame.heartbeat.echo, 99);
    cr_expect_eq(frame.heartbeat.head, 1);
}
