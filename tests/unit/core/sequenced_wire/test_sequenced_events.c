/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* EVENTS beyond the vectors: how a datagram is filled, and what a writer refuses. */
#include "core/sequenced_wire/sequenced_events.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

#define EPOCH      UINT64_C(0x1122334455667788)
#define SEED       6
#define EVENTS_MAX 1200

static uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES + 100];
static struct sequenced_bundle bundle;
static struct sequenced_events events;
static struct sequenced_event got;
static char text[2000];

static void begin(size_t size)
{
    memset(bytes, 0xaa, sizeof(bytes));
    sequenced_events_begin(&bundle, bytes, size, EPOCH);
}

static struct event join(uint64_t seq, uint64_t author, const char *name)
{
    return (struct event){.seq = seq,
                          .author = author,
                          .kind = EVENT_JOIN,
                          .name = name,
                          .name_len = (uint16_t)strlen(name)};
}

static struct event chat(uint64_t seq, uint64_t author, size_t length)
{
    memset(text, 't', sizeof(text));
    return (struct event){.seq = seq,
                          .author = author,
                          .kind = EVENT_CHAT,
                          .name = "x",
                          .text = text,
                          .text_len = (uint16_t)length};
}

static void open_all(uint64_t count)
{
    cr_assert_eq(sequenced_events_open(bytes, sequenced_events_length(&bundle), &events), 0);
    cr_assert_eq(events.count, count);
}

Test(sequenced_events, an_event_that_does_not_fit_leaves_the_datagram_as_it_was)
{
    uint8_t before[SEQUENCED_DATAGRAM_MAX_BYTES];
    struct event event = chat(1, 1, 500);
    size_t length;

    begin(sizeof(bytes));
    cr_expect_eq(sequenced_events_length(&bundle), 0);
    for (; sequenced_events_add(&bundle, &event, 1) == 0; event.seq++)
        ;
    cr_expect_eq(event.seq, 3);
    length = sequenced_events_length(&bundle);
    memcpy(before, bytes, length);
    cr_expect_eq(sequenced_events_add(&bundle, &event, 1), STATUS_FULL);
    cr_expect_eq(sequenced_events_length(&bundle), length);
    cr_expect_arr_eq(bytes, before, length);
    /* A shorter one still fits. */
    event.text_len = 1;
    cr_expect_eq(sequenced_events_add(&bundle, &event, 1), 0);
    open_all(3);
}

Test(sequenced_events, nothing_is_written_beyond_1200_bytes_whatever_the_buffer)
{
    struct event event = chat(1, 1, 3);

    begin(sizeof(bytes));
    for (; sequenced_events_add(&bundle, &event, 1) == 0; event.seq++)
        ;
    cr_expect_leq(sequenced_events_length(&bundle), SEQUENCED_DATAGRAM_MAX_BYTES);
    cr_expect_geq(sequenced_events_length(&bundle), SEQUENCED_DATAGRAM_MAX_BYTES - 8);
    for (size_t i = SEQUENCED_DATAGRAM_MAX_BYTES; i < sizeof(bytes); i++)
        cr_expect_eq(bytes[i], 0xaa);
}

Test(sequenced_events, an_event_costs_at_most_nine_bytes_beside_its_text)
{
    struct event event = chat(1, SEQUENCED_MEMBER_MAX, 1000);

    begin(sizeof(bytes));
    cr_assert_eq(sequenced_events_add(&bundle, &event, UINT16_MAX), 0);
    cr_expect_eq(sequenced_events_length(&bundle),
                 SEQUENCED_EVENTS_HEADER_MIN_BYTES + SEQUENCED_EVENT_OVERHEAD_BYTES + 1000);
    event = join(2, SEQUENCED_MEMBER_MAX, "alice");
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    cr_expect_eq(sequenced_events_length(&bundle),
                 SEQUENCED_EVENTS_HEADER_MIN_BYTES + 2 * 9 + 1000 + 5 - 1);
}

Test(sequenced_events, joins_are_folded_up_to_255_and_then_begin_another_frame)
{
    struct event event = join(1, 1, "a");

    begin(sizeof(bytes));
    for (; event.seq <= 256; event.seq++)
        cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    cr_expect_eq(bytes[SEQUENCED_EVENTS_HEADER_MIN_BYTES], 5);
    cr_expect_eq(bytes[SEQUENCED_EVENTS_HEADER_MIN_BYTES + 1], 255);
    cr_expect_eq(sequenced_events_length(&bundle),
                 SEQUENCED_EVENTS_HEADER_MIN_BYTES + 2 + 255 * 3 + 6);
    open_all(256);
    for (uint64_t seq = 1; seq <= 256; seq++) {
        cr_assert(sequenced_events_next(&events, &got));
        cr_expect(got.kind == SEQUENCED_EVENT_JOIN && got.seq == seq && got.member == 1 &&
                  got.name.length == 1);
    }
}

Test(sequenced_events, a_join_that_does_not_fit_into_the_frame_leaves_it_a_single_join)
{
    struct event event = join(1, 1, "a"), second = join(2, 2, "long enough");

    begin(SEQUENCED_EVENTS_HEADER_MIN_BYTES + 12);
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    cr_expect_eq(sequenced_events_add(&bundle, &second, 0), STATUS_FULL);
    open_all(1);
    cr_assert(sequenced_events_next(&events, &got));
    cr_expect(got.member == 1 && got.name.length == 1 && got.name.bytes[0] == 'a');
}

Test(sequenced_events, a_join_may_fill_the_frame_to_the_last_byte_which_folding_saves)
{
    struct event event = join(1, 1, "a"), second = join(2, 2, "b");

    for (size_t size = SEQUENCED_EVENTS_HEADER_MIN_BYTES + 6;
         size <= SEQUENCED_EVENTS_HEADER_MIN_BYTES + 8; size++) {
        bool fits = size == SEQUENCED_EVENTS_HEADER_MIN_BYTES + 8;

        begin(size);
        cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
        cr_expect_eq(sequenced_events_add(&bundle, &second, 0), fits ? 0 : STATUS_FULL);
        cr_expect_eq(bytes[size], 0xaa);
        open_all(fits ? 2 : 1);
    }
}

Test(sequenced_events, only_joins_without_a_message_and_near_in_time_are_folded)
{
    struct event event = join(1, 1, "a");

    begin(sizeof(bytes));
    cr_assert_eq(sequenced_events_add(&bundle, &event, 7), 0);
    event = join(2, 2, "b");
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    cr_expect_eq(bytes[SEQUENCED_EVENTS_HEADER_MIN_BYTES], SEQUENCED_EVENT_JOIN);
    event = join(3, 3, "c");
    event.wall_ns = MOMENT_NS_PER_S - 1;
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    event = join(4, 4, "d");
    event.wall_ns = MOMENT_NS_PER_S;
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    open_all(4);
    cr_expect_eq(sequenced_events_length(&bundle),
                 SEQUENCED_EVENTS_HEADER_MIN_BYTES + 6 + (2 + 3 + 3) + 7 + 6);
    for (uint64_t seq = 1; seq <= 4; seq++) {
        cr_assert(sequenced_events_next(&events, &got));
        cr_expect(got.seq == seq && got.member == seq && got.said == (seq == 1 ? 7 : 0));
        cr_expect_eq(got.time_ms, seq == 4 ? 1000 : 0);
    }
}

Test(sequenced_events, a_wrong_clock_is_no_reason_to_send_nothing)
{
    struct event event = chat(1, 1, 1);

    begin(sizeof(bytes));
    event.wall_ns = INT64_MIN;
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    event.seq = 2;
    event.wall_ns = INT64_MAX;
    cr_assert_eq(sequenced_events_add(&bundle, &event, 0), 0);
    open_all(2);
    cr_assert(sequenced_events_next(&events, &got));
    cr_expect_eq(got.time_ms, 0);
    cr_assert(sequenced_events_next(&events, &got));
    cr_expect_eq(got.time_ms, (uint64_t)(INT64_MAX / 1000000));
}

static void expect_refused(struct event event)
{
    size_t length = sequenced_events_length(&bundle);

    cr_expect_eq(sequenced_events_add(&bundle, &event, 0), STATUS_INVALID);
    cr_expect_eq(sequenced_events_length(&bundle), length);
}

Test(sequenced_events, an_event_without_an_encoding_is_refused)
{
    char name[ROOM_NAME_MAX_BYTES + 2];
    struct event event = chat(4, 1, 1);

    memset(name, 'n', sizeof(name));
    name[ROOM_NAME_MAX_BYTES + 1] = '\0';
    begin(sizeof(bytes));
    expect_refused(chat(0, 1, 1));
    expect_refused(chat(OCTETS_VARINT_MAX + 1, 1, 1));
    cr_assert_eq(sequenced_events_add(&bundle, &event, 1), 0);
    expect_refused(chat(4, 1, 1));
    expect_refused(chat(6, 1, 1));
    expect_refused(chat(5, EVENT_AUTHOR_NOBODY, 1));
    expect_refused(chat(5, (uint64_t)SEQUENCED_MEMBER_MAX + 1, 1));
    expect_refused(join(5, EVENT_AUTHOR_NOBODY, "a"));
    expect_refused(join(5, 1, ""));
    expect_refused(join(5, 1, name));
    event = chat(5, 1, 1);
    event.kind = EVENT_NOTICE + 1;
    expect_refused(event);
    event.kind = EVENT_NOTICE;
    event.author = EVENT_AUTHOR_NOBODY;
    cr_expect_eq(sequenced_events_add(&bundle, &event, 0), 0);
}

/* ---- random events ---- */

struct said_event {
    struct event event;
    uint16_t said;
    char name[ROOM_NAME_MAX_BYTES + 1];
};

static uint32_t draw(uint32_t *state)
{
    *state = *state * 1664525U + 1013904223U; /* Numerical Recipes */
    return *state >> 8;
}

static void make_up(struct said_event *made, uint64_t seq, uint32_t *state)
{
    static const uint32_t members[] = {1, 63, 64, 16383, 16384, SEQUENCED_MEMBER_MAX};
    size_t name_len = 1 + draw(state) % (draw(state) % 4 == 0 ? ROOM_NAME_MAX_BYTES : 6);

    memset(made->name, 'a' + (int)(draw(state) % 26), name_len);
    made->name[name_len] = '\0';
    made->event =
        chat(seq, members[draw(state) % 6], draw(state) % (draw(state) % 8 == 0 ? 1000 : 30));
    made->event.name = made->name;
    made->event.name_len = (uint16_t)name_len;
    made->event.wall_ns = 1000000 * (int64_t)(draw(state) % (draw(state) % 4 == 0 ? 5000 : 900));
    made->said = draw(state) % 3 == 0 ? (uint16_t)draw(state) : 0;
    switch (draw(state) % 6) {
    case 0:
        made->event.kind = EVENT_EXIT;
        made->event.reason = (uint8_t)(draw(state) % 6);
        break;
    case 1:
        made->event.kind = EVENT_NOTICE;
        made->said = 0;
        break;
    case 2:
        break;
    /* Often, so that joins follow one another. */
    default:
        made->event.kind = EVENT_JOIN;
        made->said = draw(state) % 8 == 0 ? made->said : 0;
    }
}

static void expect_same(const struct said_event *made)
{
    static const enum sequenced_event_kind kinds[] = {
        [EVENT_JOIN] = SEQUENCED_EVENT_JOIN,
        [EVENT_CHAT] = SEQUENCED_EVENT_CHAT,
        [EVENT_EXIT] = SEQUENCED_EVENT_EXIT,
        [EVENT_NOTICE] = SEQUENCED_EVENT_NOTICE,
    };
    const struct event *event = &made->event;
    int64_t late_ms = event->wall_ns / 1000000 - (int64_t)got.time_ms;

    cr_assert(got.kind == kinds[event->kind] && got.seq == event->seq && got.said == made->said);
    cr_expect(late_ms > -1000 && late_ms < 1000, "%d", (int)late_ms);
    cr_expect_eq(got.member, event->kind == EVENT_NOTICE ? 0 : event->author);
    if (event->kind == EVENT_EXIT)
        cr_expect_eq(got.reason, event->reason);
    if (event->kind == EVENT_JOIN)
        cr_expect(got.name.length == event->name_len &&
                  memcmp(got.name.bytes, event->name, event->name_len) == 0);
    if (event->kind == EVENT_CHAT || event->kind == EVENT_NOTICE)
        cr_expect(got.text.length == event->text_len &&
                  memcmp(got.text.bytes, event->text, event->text_len) == 0);
}

Test(sequenced_events, random_events_are_decoded_in_the_same_order)
{
    static struct said_event made[EVENTS_MAX];
    uint32_t state = SEED;
    uint64_t seq = 1;

    for (unsigned round = 0; round < 2000; round++) {
        size_t count = 0, size = 200 + draw(&state) % 1001;
        uint64_t first = seq;

        begin(size);
        while (count < EVENTS_MAX) {
            make_up(&made[count], seq, &state);
            if (sequenced_events_add(&bundle, &made[count].event, made[count].said) != 0)
                break;
            count++;
            seq++;
        }
        if (count == 0)
            continue;
        cr_assert_leq(sequenced_events_length(&bundle), size);
        open_all(count);
        cr_assert(events.first == first && events.epoch == EPOCH);
        for (size_t i = 0; i < count; i++) {
            cr_assert(sequenced_events_next(&events, &got));
            expect_same(&made[i]);
        }
    }
    cr_expect_gt(seq, 10000);
}
