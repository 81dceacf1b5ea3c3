/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/stage.h"

#include "core/model/transcript.h"
#include <criterion/criterion.h>
#include <string.h>

#define ALICE 1001

static struct stage stage;

static void open_all(void)
{
    stage_open(&stage);
    stage.setup.ring_bytes = ROOM_RING_MIN_BYTES;
    cr_assert_eq(stage_start(&stage), 0);
}

static void close_all(void)
{
    stage_done(&stage);
}

TestSuite(view, .init = open_all, .fini = close_all);

Test(view, a_room_in_which_nothing_happened_has_no_events)
{
    uint64_t oldest, released;
    struct event event;

    room_events(stage.room, &oldest, &released);
    cr_expect_eq(oldest, 1);
    cr_expect_eq(released, 0);
    cr_expect_not(room_event(stage.room, 0, &event));
    cr_expect_not(room_event(stage.room, 1, &event));
}

Test(view, events_are_read_by_their_numbers)
{
    struct event event;

    stage_join(&stage, ALICE, "Alice");
    stage_send(&stage, ALICE, "C Alice hello");
    cr_assert(room_event(stage.room, 1, &event));
    cr_expect_eq(event.kind, EVENT_JOIN);
    cr_assert(room_event(stage.room, 2, &event));
    cr_expect_eq(event.kind, EVENT_CHAT);
    cr_expect(event.text_len == 5 && memcmp(event.text, "hello", 5) == 0);
    cr_expect_not(room_event(stage.room, 3, &event));
}

Test(view, forgotten_events_are_no_longer_read)
{
    uint64_t oldest, released;
    struct event event;

    stage_join(&stage, ALICE, "Alice");
    do {
        stage_send(&stage, ALICE,
                   "C Alice a line to fill the ring with, which forgets what came first");
        room_events(stage.room, &oldest, &released);
    } while (oldest == 1);
    cr_expect_not(room_event(stage.room, oldest - 1, &event));
    cr_expect(room_event(stage.room, oldest, &event));
    cr_expect(room_event(stage.room, released, &event));
}

Test(view, a_newcomer_has_a_higher_number_than_the_last_member)
{
    struct room_member member;
    uint64_t last = room_last_number(stage.room);

    cr_expect_eq(last, 0);
    for (uint16_t i = 0; i < 3; i++) {
        stage_join(&stage, ALICE, "Alice");
        cr_assert(room_member(stage.room, 0, &member));
        cr_expect_eq(member.number, last + 1);
        last = room_last_number(stage.room);
        cr_expect_eq(member.number, last);
        stage_send(&stage, ALICE, "E Alice");
    }
}

Test(view, doors_are_known_by_their_index)
{
    char text[ENDPOINT_TEXT_BYTES];
    struct room_door door;

    cr_assert(room_door(stage.room, 1, &door));
    cr_expect_str_eq(endpoint_format(&door.listen, text), "[::]:8888");
    cr_expect_not(room_door(stage.room, 2, &door));
}
