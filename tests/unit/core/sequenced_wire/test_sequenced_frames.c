/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * UP and DOWN beyond the vectors: random frames are decoded as they were encoded, and what a writer
 * refuses.
 */
#include "core/sequenced_wire/sequenced_down.h"
#include "core/sequenced_wire/sequenced_up.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

#define SEED       7
#define ROUNDS     3000
#define FRAMES_MAX 400

static uint8_t bytes[SEQUENCED_DATAGRAM_MAX_BYTES];
static uint8_t page[2 * SEQUENCED_DATAGRAM_MAX_BYTES];
static char text[1200];

static uint64_t draw(uint64_t *state)
{
    /* Knuth, MMIX */
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 2 ^ *state >> 33;
}

/* Numbers of all sizes are equally likely. */
static uint64_t draw_up_to(uint64_t *state, uint64_t most)
{
    uint64_t value = draw(state) >> draw(state) % 62;

    return most == UINT64_MAX ? value : value % (most + 1);
}

static struct octets_slice draw_text(uint64_t *state, size_t most)
{
    memset(text, 't', sizeof(text));
    return (struct octets_slice){text, draw_up_to(state, most)};
}

static bool is_same(struct octets_slice one, struct octets_slice other)
{
    return one.length == other.length && memcmp(one.bytes, other.bytes, one.length) == 0;
}

/* ---- UP ---- */

static struct sequenced_up draw_up(uint64_t *state)
{
    return (struct sequenced_up){.token = draw(state),
                                 .run = (uint16_t)(1 + draw_up_to(state, UINT16_MAX - 1)),
                                 .packet = (uint32_t)(1 + draw_up_to(state, UINT32_MAX - 1)),
                                 .position = draw_up_to(state, OCTETS_VARINT_MAX / 2),
                                 .ahead = draw_up_to(state, OCTETS_VARINT_MAX / 2),
                                 .received = (uint16_t)draw(state),
                                 .lost = (uint16_t)draw(state),
                                 .delay = (uint16_t)draw(state)};
}

static struct sequenced_up_frame draw_up_frame(uint64_t *state)
{
    struct sequenced_up_frame frame = {.kind = (enum sequenced_up_kind)(1 + draw(state) % 7)};

    if (frame.kind > SEQUENCED_UP_PATH)
        frame.kind = SEQUENCED_UP_HISTORY;
    switch (frame.kind) {
    case SEQUENCED_UP_MESSAGE:
        frame.message.number = (uint32_t)(1 + draw_up_to(state, UINT32_MAX - 1));
        frame.message.what = (uint8_t)draw(state);
        frame.message.text = draw_text(state, 300);
        break;
    case SEQUENCED_UP_MISSING:
        for (uint64_t left = 1 + draw(state) % 20; left > 0; left--)
            sequenced_up_ask(&frame, draw_up_to(state, SEQUENCED_MISSING_MAX - 1));
        break;
    case SEQUENCED_UP_HEARTBEAT:
        frame.echo = (uint32_t)draw(state);
        break;
    case SEQUENCED_UP_LEAVE:
        break;
    case SEQUENCED_UP_MEMBERS:
        frame.after = (uint32_t)draw_up_to(state, UINT32_MAX);
        break;
    case SEQUENCED_UP_PATH:
        frame.challenge = draw(state);
        break;
    case SEQUENCED_UP_HISTORY:
        frame.ask =
            (struct sequenced_ask){.id = (uint16_t)(1 + draw_up_to(state, UINT16_MAX - 1)),
                                   .flags = (uint8_t)draw(state),
                                   .pages = (uint8_t)(1 + draw(state) % SEQUENCED_PAST_PAGES_MAX),
                                   .low = 1 + draw_up_to(state, OCTETS_VARINT_MAX / 2),
                                   .since_ms = draw_up_to(state, OCTETS_U48_MAX),
                                   .words = draw_text(state, SEQUENCED_PAST_WORDS_MAX_BYTES)};
        frame.ask.high =
            draw(state) % 2 == 0 ? 0 : frame.ask.low + draw_up_to(state, OCTETS_VARINT_MAX / 2 - 1);
        break;
    }
    return frame;
}

static void expect_same_up(const struct sequenced_up_frame *in,
                           const struct sequenced_up_frame *out)
{
    cr_assert_eq(in->kind, out->kind);
    switch (in->kind) {
    case SEQUENCED_UP_MESSAGE:
        cr_expect(in->message.number == out->message.number &&
                  in->message.what == out->message.what &&
                  is_same(in->message.text, out->message.text));
        break;
    case SEQUENCED_UP_MISSING:
        cr_assert_eq(in->missing.length, out->missing.length);
        cr_expect_arr_eq(in->missing.bits, out->missing.bits, sizeof(in->missing.bits));
        break;
    case SEQUENCED_UP_HEARTBEAT:
        cr_expect_eq(in->echo, out->echo);
        break;
    case SEQUENCED_UP_LEAVE:
        break;
    case SEQUENCED_UP_MEMBERS:
        cr_expect_eq(in->after, out->after);
        break;
    case SEQUENCED_UP_PATH:
        cr_expect_eq(in->challenge, out->challenge);
        break;
    case SEQUENCED_UP_HISTORY:
        cr_expect(in->ask.id == out->ask.id && in->ask.flags == out->ask.flags &&
                  in->ask.pages == out->ask.pages && in->ask.low == out->ask.low &&
                  in->ask.high == out->ask.high && in->ask.since_ms == out->ask.since_ms &&
                  is_same(in->ask.words, out->ask.words));
        break;
    }
}

Test(sequenced_frames, random_up_frames_are_decoded_in_the_same_order)
{
    static struct sequenced_up_frame frames[FRAMES_MAX];
    uint64_t state = SEED;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct octets_writer writer = sequenced_write(bytes, 39 + draw(&state) % 1200);
        struct sequenced_up up = draw_up(&state), got;
        struct sequenced_up_reader reader;
        struct sequenced_up_frame frame;
        size_t count = 0;

        cr_assert_eq(sequenced_up_begin(&writer, &up), 0);
        for (; count < FRAMES_MAX; count++) {
            frames[count] = draw_up_frame(&state);
            if (sequenced_up_add(&writer, &frames[count]) != 0)
                break;
        }
        cr_assert_eq(sequenced_up_open(bytes, writer.length, &got, &reader), 0);
        cr_expect(got.token == up.token && got.run == up.run && got.packet == up.packet &&
                  got.position == up.position && got.ahead == up.ahead &&
                  got.received == up.received && got.lost == up.lost && got.delay == up.delay);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(sequenced_up_next(&reader, &frame), 1);
            expect_same_up(&frames[i], &frame);
        }
        cr_assert_eq(sequenced_up_next(&reader, &frame), 0);
    }
}

static void expect_up_refused(struct sequenced_up_frame frame)
{
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
    struct sequenced_up up = {.run = 1, .packet = 1, .position = 10};

    cr_assert_eq(sequenced_up_begin(&writer, &up), 0);
    cr_expect_eq(sequenced_up_add(&writer, &frame), STATUS_INVALID);
    cr_expect_eq(writer.length, SEQUENCED_UP_HEADER_MIN_BYTES);
}

static struct sequenced_up_frame missing(size_t length, uint8_t last)
{
    struct sequenced_up_frame frame = {.kind = SEQUENCED_UP_MISSING};

    frame.missing.length = length;
    if (length > 0 && length <= SEQUENCED_MISSING_MAX_BYTES)
        frame.missing.bits[length - 1] = last;
    return frame;
}

Test(sequenced_frames, an_up_out_of_range_is_not_written)
{
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
    struct sequenced_up rows[] = {
        {.run = 0, .packet = 1},
        {.run = 1, .packet = 0},
        {.run = 1, .packet = 1, .position = OCTETS_VARINT_MAX + 1},
        {.run = 1, .packet = 1, .position = 2, .ahead = OCTETS_VARINT_MAX - 1}};
    struct sequenced_up_frame message = {.kind = SEQUENCED_UP_MESSAGE};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        cr_expect_eq(sequenced_up_begin(&writer, &rows[i]), STATUS_INVALID);
    cr_expect_eq(writer.length, 0);
    expect_up_refused(message); /* number 0 */
    expect_up_refused((struct sequenced_up_frame){.kind = 0});
    expect_up_refused((struct sequenced_up_frame){.kind = SEQUENCED_SKIPPABLE});
    expect_up_refused(missing(0, 1));
    expect_up_refused(missing(SEQUENCED_MISSING_MAX_BYTES + 1, 1));
    expect_up_refused(missing(1, 0));
    message.message.number = 1;
    message.message.text = (struct octets_slice){text, UINT16_MAX + 1};
    expect_up_refused(message);
}

/* ---- DOWN ---- */

static struct octets_slice draw_page(uint64_t *state)
{
    struct octets_writer writer = octets_write(page, sizeof(page));
    struct sequenced_entry entry = {.name = draw_text(state, ROOM_NAME_MAX_BYTES)};

    entry.name.length += entry.name.length == 0 ? 1 : 0;
    for (size_t left = draw(state) % 20; left > 0; left--) {
        entry.member += (uint32_t)(1 + draw_up_to(state, 1000000));
        entry.gone = draw(state) % 2 == 0;
        cr_assert_eq(sequenced_down_add_entry(&writer, &entry), 0);
    }
    return (struct octets_slice){(char *)page, writer.length};
}

static struct sequenced_down_frame draw_down_frame(uint64_t *state)
{
    struct sequenced_down_frame frame = {.kind = (enum sequenced_down_kind)(1 + draw(state) % 10)};

    if (frame.kind > SEQUENCED_DOWN_REPORT)
        frame.kind = SEQUENCED_DOWN_HISTORY;
    switch (frame.kind) {
    case SEQUENCED_DOWN_TAKEN:
        frame.taken.upto = (uint32_t)draw(state);
        frame.taken.refused = (uint32_t)draw(state);
        frame.taken.kept = (uint32_t)draw(state);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        frame.not_taken.number = (uint32_t)(1 + draw_up_to(state, UINT32_MAX - 1));
        frame.not_taken.why = (uint8_t)draw(state);
        frame.not_taken.wait_cs = (uint16_t)draw(state);
        break;
    case SEQUENCED_DOWN_HEAD:
        frame.head = draw_up_to(state, OCTETS_VARINT_MAX);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        frame.heartbeat.echo = (uint32_t)draw(state);
        frame.heartbeat.head = draw_up_to(state, OCTETS_VARINT_MAX);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        frame.members.head = draw_up_to(state, OCTETS_VARINT_MAX);
        frame.members.last = UINT32_MAX;
        frame.members.more = draw(state) % 2 == 0;
        frame.members.entries = draw_page(state);
        break;
    case SEQUENCED_DOWN_GAP:
        frame.oldest = 1 + draw_up_to(state, OCTETS_VARINT_MAX - 1);
        break;
    case SEQUENCED_DOWN_PATH:
        frame.challenge = draw(state);
        break;
    case SEQUENCED_DOWN_CLOSED:
        frame.closed.reason = (uint8_t)draw(state);
        frame.closed.text = draw_text(state, 300);
        break;
    case SEQUENCED_DOWN_REPORT:
        frame.report.packet = (uint32_t)(1 + draw_up_to(state, UINT32_MAX - 1));
        frame.report.received = (uint16_t)draw(state);
        break;
    case SEQUENCED_DOWN_HISTORY:
        frame.past =
            (struct sequenced_page){.id = (uint16_t)(1 + draw_up_to(state, UINT16_MAX - 1)),
                                    .flags = (uint8_t)draw(state),
                                    .page = (uint8_t)(draw(state) % SEQUENCED_PAST_PAGES_MAX),
                                    .low = 1 + draw_up_to(state, OCTETS_VARINT_MAX / 2),
                                    .events = draw_text(state, 300)};
        frame.past.high = frame.past.low - 1 + draw_up_to(state, OCTETS_VARINT_MAX / 2);
        break;
    }
    return frame;
}

static void expect_same_down(const struct sequenced_down_frame *in,
                             const struct sequenced_down_frame *out)
{
    cr_assert_eq(in->kind, out->kind);
    switch (in->kind) {
    case SEQUENCED_DOWN_TAKEN:
        cr_expect(in->taken.upto == out->taken.upto && in->taken.refused == out->taken.refused &&
                  in->taken.kept == out->taken.kept);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        cr_expect(in->not_taken.number == out->not_taken.number &&
                  in->not_taken.why == out->not_taken.why &&
                  in->not_taken.wait_cs == out->not_taken.wait_cs);
        break;
    case SEQUENCED_DOWN_HEAD:
        cr_expect_eq(in->head, out->head);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        cr_expect(in->heartbeat.echo == out->heartbeat.echo &&
                  in->heartbeat.head == out->heartbeat.head);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        cr_expect(in->members.head == out->members.head &&
                  in->members.after == out->members.after &&
                  in->members.last == out->members.last && in->members.more == out->members.more &&
                  is_same(in->members.entries, out->members.entries));
        break;
    case SEQUENCED_DOWN_GAP:
        cr_expect_eq(in->oldest, out->oldest);
        break;
    case SEQUENCED_DOWN_PATH:
        cr_expect_eq(in->challenge, out->challenge);
        break;
    case SEQUENCED_DOWN_CLOSED:
        cr_expect(in->closed.reason == out->closed.reason &&
                  is_same(in->closed.text, out->closed.text));
        break;
    case SEQUENCED_DOWN_REPORT:
        cr_expect(in->report.packet == out->report.packet &&
                  in->report.received == out->report.received);
        break;
    case SEQUENCED_DOWN_HISTORY:
        cr_expect(in->past.id == out->past.id && in->past.flags == out->past.flags &&
                  in->past.page == out->past.page && in->past.low == out->past.low &&
                  in->past.high == out->past.high && is_same(in->past.events, out->past.events));
        break;
    }
}

/* One frame at a time, since there is only one page buffer. */
Test(sequenced_frames, random_down_frames_are_decoded_as_they_were_encoded)
{
    uint64_t state = SEED;
    unsigned written = 0;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
        struct sequenced_down down = {.token = draw(&state),
                                      .run = (uint16_t)(1 + draw(&state) % UINT16_MAX)},
                              got;
        struct sequenced_down_frame in = draw_down_frame(&state), out;
        struct octets_reader reader;

        cr_assert_eq(sequenced_down_begin(&writer, &down), 0);
        if (sequenced_down_add(&writer, &in) != 0) {
            cr_assert(in.kind == SEQUENCED_DOWN_MEMBERS &&
                      in.members.entries.length > SEQUENCED_PAGE_MAX_BYTES);
            continue;
        }
        cr_assert_eq(sequenced_down_open(bytes, writer.length, &got, &reader), 0);
        cr_expect(got.token == down.token && got.run == down.run);
        cr_assert_eq(sequenced_down_next(&reader, &out), 1);
        expect_same_down(&in, &out);
        cr_assert_eq(sequenced_down_next(&reader, &out), 0);
        written++;
    }
    cr_expect_gt(written, ROUNDS / 2);
}

static void expect_down(struct sequenced_down_frame frame, int status)
{
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
    struct sequenced_down down = {.run = 1};

    cr_assert_eq(sequenced_down_begin(&writer, &down), 0);
    cr_expect_eq(sequenced_down_add(&writer, &frame), status);
    if (status != 0)
        cr_expect_eq(writer.length, SEQUENCED_DOWN_HEADER_BYTES);
}

Test(sequenced_frames, a_down_out_of_range_is_not_written)
{
    struct octets_writer writer = sequenced_write(bytes, sizeof(bytes));
    struct sequenced_down down = {.run = 0};
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_HEARTBEAT};

    cr_expect_eq(sequenced_down_begin(&writer, &down), STATUS_INVALID);
    frame.heartbeat.head = OCTETS_VARINT_MAX + 1;
    expect_down(frame, STATUS_INVALID);
    expect_down((struct sequenced_down_frame){.kind = 0}, STATUS_INVALID);
    expect_down(
        (struct sequenced_down_frame){.kind = SEQUENCED_DOWN_HEAD, .head = OCTETS_VARINT_MAX + 1},
        STATUS_INVALID);
    expect_down((struct sequenced_down_frame){.kind = SEQUENCED_DOWN_GAP, .oldest = 0},
                STATUS_INVALID);
    expect_down((struct sequenced_down_frame){.kind = SEQUENCED_DOWN_NOT_TAKEN}, STATUS_INVALID);
}

/* A page of exactly so many bytes. */
static struct octets_slice one_page(size_t bytes_wanted, uint32_t *ret_last)
{
    struct octets_writer writer = octets_write(page, sizeof(page));
    struct sequenced_entry entry = {.member = 1, .name = {text, 57}};

    memset(text, 't', sizeof(text));
    while (writer.length + 60 <= bytes_wanted) { /* 1 + 1 + 1 + 57 */
        cr_assert_eq(sequenced_down_add_entry(&writer, &entry), 0);
        *ret_last = entry.member++;
    }
    entry.name.length = bytes_wanted - writer.length - 3;
    cr_assert_eq(sequenced_down_add_entry(&writer, &entry), 0);
    *ret_last = entry.member;
    return (struct octets_slice){(char *)page, writer.length};
}

Test(sequenced_frames, a_page_may_fill_its_datagram_and_not_one_byte_more)
{
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_MEMBERS};

    frame.members.entries = one_page(SEQUENCED_PAGE_MAX_BYTES, &frame.members.last);
    cr_assert_eq(frame.members.entries.length, SEQUENCED_PAGE_MAX_BYTES);
    expect_down(frame, 0);
    frame.members.entries = one_page(SEQUENCED_PAGE_MAX_BYTES + 1, &frame.members.last);
    expect_down(frame, STATUS_FULL);
}

Test(sequenced_frames, entries_are_written_only_in_order)
{
    struct octets_writer writer = octets_write(page, sizeof(page));
    struct sequenced_down_frame frame = {.kind = SEQUENCED_DOWN_MEMBERS};
    struct sequenced_entry entry = {.member = 2, .name = {"a", 1}};

    cr_assert_eq(sequenced_down_add_entry(&writer, &entry), 0);
    /* The page does not reach so far. */
    frame.members.last = 1;
    frame.members.entries = (struct octets_slice){(char *)page, writer.length};
    expect_down(frame, STATUS_INVALID);
    frame.members.last = 2;
    expect_down(frame, 0);
    cr_assert_eq(sequenced_down_add_entry(&writer, &entry), 0);
    frame.members.entries.length = writer.length;
    expect_down(frame, STATUS_INVALID);
    entry.member = 0;
    cr_expect_eq(sequenced_down_add_entry(&writer, &entry), STATUS_INVALID);
    entry = (struct sequenced_entry){.member = SEQUENCED_MEMBER_MAX + 1, .name = {"a", 1}};
    cr_expect_eq(sequenced_down_add_entry(&writer, &entry), STATUS_INVALID);
    entry = (struct sequenced_entry){.member = 3, .name = {"a", 0}};
    cr_expect_eq(sequenced_down_add_entry(&writer, &entry), STATUS_INVALID);
    entry.name = (struct octets_slice){text, ROOM_NAME_MAX_BYTES + 1};
    cr_expect_eq(sequenced_down_add_entry(&writer, &entry), STATUS_INVALID);
    writer = octets_write(page, 3);
    entry = (struct sequenced_entry){.member = 3, .name = {"a", 1}};
    cr_expect_eq(sequenced_down_add_entry(&writer, &entry), STATUS_FULL);
    cr_expect_eq(writer.length, 0);
}
