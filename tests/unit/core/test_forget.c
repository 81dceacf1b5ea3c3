/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* What was forgotten is nowhere: not in the transcript, not in what members are sent again. */
#include "support/hand.h"

#include "core/room/room_state.h"
#include <criterion/criterion.h>
#include <string.h>

#define ALICE 1001
#define BOB   1002
#define CAROL 1003

static struct stage stage;
static struct hand bob;

static void open_stage(void)
{
    stage_new(&stage);
    stage_join(&stage, ALICE, "Älice");
    hand_init(&bob, &stage, BOB);
    cr_assert(hand_enter(&bob, 1, "bob"));
}

static void close_stage(void)
{
    stage_done(&stage);
}

TestSuite(forget, .init = open_stage, .fini = close_stage);

static uint64_t forget(const char *folded)
{
    uint64_t count = 0, from = 1;

    do
        from = room_forget(stage.room, folded, strlen(folded), from, &count);
    while (from != 0);
    return count;
}

static struct event event_at(uint64_t seq)
{
    struct event event = {.seq = 0};

    cr_assert(room_event(stage.room, seq, &event));
    return event;
}

/* The bytes occur in nothing that was sent to that port since the outbox was cleared. */
static void expect_nowhere(uint16_t port, const char *text)
{
    for (size_t n = 0; n < stage.outbox.count; n++) {
        const struct fake_datagram *datagram = &stage.outbox.sent[n];

        cr_expect(datagram->path.peer.port != port ||
                  memmem(datagram->bytes, datagram->length, text, strlen(text)) == NULL);
    }
}

Test(forget, names_and_texts_are_gone_and_numbers_stay)
{
    stage_say(&stage, ALICE, "Älice", "a secret");
    hand_say(&bob, 1, "hello");
    stage_sweep(&stage);
    cr_expect_eq(forget("älice"), 2);
    for (uint64_t seq = 1; seq <= 3; seq += 2) {
        struct event event = event_at(seq);

        cr_expect(event.forgotten && event.name_len == 0 && event.text_len == 0);
        cr_expect_eq(event.seq, seq);
        cr_expect_eq(event.author, 1);
        cr_expect_neq(event.wall_ns, 0);
        cr_expect_eq(event.kind, seq == 1 ? EVENT_JOIN : EVENT_CHAT);
    }
    cr_expect_not(event_at(4).forgotten);
    cr_expect_eq(forget("älice"), 0);
    cr_expect_eq(forget("bob"), 2);
}

Test(forget, only_that_name_is_meant_and_in_any_case)
{
    stage_say(&stage, ALICE, "Älice", "mine");
    cr_expect_eq(forget("lice"), 0);
    cr_expect_eq(forget("Älice"), 0);
    cr_expect_eq(forget("bo"), 0);
    cr_expect_eq(forget(""), 0);
    cr_expect_eq(forget("älice"), 2);
}

Test(forget, a_repair_brings_a_tombstone_with_the_same_number)
{
    struct sequenced_events events;
    struct sequenced_event event;
    const struct fake_datagram *datagram;

    stage_say(&stage, ALICE, "Älice", "a secret");
    forget("älice");
    while (hand_next(&bob) != NULL)
        ;
    fake_outbox_clear(&stage.outbox);
    bob.read = 0;
    hand_missing(&bob, 3, 1);
    stage_sweep(&stage);
    datagram = hand_next(&bob);
    cr_assert_not_null(datagram);
    cr_assert_eq(sequenced_events_open(datagram->bytes, datagram->length, &events), 0);
    while (sequenced_events_next(&events, &event) && event.seq < 3)
        ;
    cr_expect_eq(event.seq, 3);
    cr_expect_eq(event.kind, SEQUENCED_EVENT_FORGOTTEN);
    expect_nowhere(BOB, "secret");
}

Test(forget, an_exit_that_was_forgotten_still_takes_its_member_with_it)
{
    struct event left;
    uint8_t bytes[64];
    struct sequenced_bundle bundle;
    struct sequenced_events events;
    struct sequenced_event read;

    stage_send(&stage, ALICE, "E Älice");
    stage_sweep(&stage);
    cr_expect_eq(forget("älice"), 2);
    left = event_at(3);
    cr_expect(left.forgotten && !left.introduces);
    sequenced_events_begin(&bundle, bytes, sizeof(bytes), 1);
    cr_assert_eq(sequenced_events_add(&bundle, &left, 0), 0);
    cr_assert_eq(sequenced_events_open(bytes, sequenced_events_length(&bundle), &events), 0);
    cr_assert(sequenced_events_next(&events, &read));
    cr_expect_eq(read.kind, SEQUENCED_EVENT_EXIT);
    cr_expect_eq(read.member, 1);
    cr_expect_eq(read.name.length, 0);
}

/* Its socket is full while the message is said. */
Test(forget, a_plain_member_that_lags_is_told_that_it_has_missed_something)
{
    stage_join(&stage, CAROL, "carol");
    stage.outbox.full_doors = 1;
    stage_say(&stage, ALICE, "Älice", "a secret");
    stage_say(&stage, ALICE, "Älice", "another one");
    stage_sweep(&stage);
    cr_expect_eq(forget("älice"), 3);
    fake_outbox_clear(&stage.outbox);
    stage.outbox.full_doors = 0;
    room_door_writable(stage.room, 0);
    stage_sweep(&stage);
    cr_expect(stage_heard(&stage, CAROL, 0, "您错过了 2 条消息"));
    expect_nowhere(CAROL, "secret");
}

Test(forget, a_large_transcript_is_looked_through_in_portions)
{
    uint64_t count = 0, from = 1;
    unsigned calls = 0;

    stage_done(&stage);
    stage_open(&stage);
    stage.setup.ring_bytes = 1U << 20;
    cr_assert_eq(stage_start(&stage), 0);
    stage_join(&stage, ALICE, "Älice");
    for (unsigned n = 0; n < 2 * ROOM_FORGET_EVENTS; n++) {
        stage_say(&stage, ALICE, "Älice", "x");
        stage_pass_ms(&stage, 1000);
        fake_outbox_clear(&stage.outbox);
    }
    do {
        uint64_t before = count;

        from = room_forget(stage.room, "älice", strlen("älice"), from, &count);
        cr_expect_leq(count - before, ROOM_FORGET_EVENTS);
        calls++;
    } while (from != 0);
    cr_expect_eq(count, 2 * ROOM_FORGET_EVENTS + 1);
    cr_expect_eq(calls, 3);
}

Test(forget, joins_in_one_frame_are_divided_where_one_of_them_was_forgotten)
{
    static const char *const names[] = {"a", "b", "c"};
    uint8_t bytes[200];
    struct sequenced_bundle bundle;
    struct sequenced_events events;
    struct sequenced_event read;
    unsigned joins = 0;

    sequenced_events_begin(&bundle, bytes, sizeof(bytes), 1);
    for (unsigned n = 0; n < 3; n++) {
        struct event joined = {.kind = EVENT_JOIN,
                               .seq = n + 1,
                               .author = n + 1,
                               .name = names[n],
                               .name_len = n == 1 ? 0 : 1,
                               .forgotten = n == 1};

        cr_assert_eq(sequenced_events_add(&bundle, &joined, 0), 0);
    }
    cr_assert_eq(sequenced_events_open(bytes, sequenced_events_length(&bundle), &events), 0);
    cr_expect_eq(events.count, 3);
    while (sequenced_events_next(&events, &read))
        joins += read.kind == SEQUENCED_EVENT_JOIN ? 1 : 0;
    cr_expect_eq(joins, 2);
}
