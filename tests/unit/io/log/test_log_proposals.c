/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "io/log/log_proposals.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <roomd/status.h>
#include <string.h>
#include <unistd.h>

static struct log_outgoing outgoing;
static struct log_proposals proposals;
static struct room_log port;

static void set_up(void)
{
    cr_assert_eq(log_outgoing_init(&outgoing), 0);
    log_proposals_init(&proposals, &outgoing);
    port = log_proposals_port(&proposals);
}

static void tear_down(void)
{
    log_outgoing_done(&outgoing);
}

TestSuite(log_proposals, .init = set_up, .fini = tear_down);

/* A record with one message, which is event `number`, and one row. */
static void hand_over(uint64_t number, const char *name, const char *folded, const char *text)
{
    const struct room_record record = {
        .number = number, .first_event = number, .wall_ns = 5, .utc_offset_s = 3600};
    const struct event event = {.seq = number,
                                .author = 7,
                                .kind = EVENT_CHAT,
                                .said = 3,
                                .name = name,
                                .name_len = (uint16_t)strlen(name),
                                .text = text,
                                .text_len = (uint16_t)strlen(text)};
    const struct room_change change = {
        .space = ROOM_SPACE_DECIDED, .key = "\0\0\0\1", .key_len = 4, .value = "v", .value_len = 1};

    port.begin(port.ctx, &record);
    port.event(port.ctx, &event, folded, strlen(folded));
    port.change(port.ctx, &change);
    port.end(port.ctx);
}

/* Takes the oldest frame; the number of its records. */
static unsigned take(struct log_frame *ret_frame)
{
    static uint8_t bytes[LOG_FRAME_MAX_BYTES];
    struct log_packet packet;

    cr_assert(log_outgoing_first(&outgoing, &packet));
    memcpy(bytes, packet.bytes, packet.length);
    cr_assert_eq(log_frame_read(bytes, packet.length, ret_frame), 0);
    cr_assert_eq(log_records_check(ret_frame), 0);
    log_outgoing_drop(&outgoing);
    return ret_frame->count;
}

static bool is_text(struct octets_slice slice, const char *text)
{
    return slice.length == strlen(text) && memcmp(slice.bytes, text, slice.length) == 0;
}

Test(log_proposals, a_record_is_a_frame_of_its_effects)
{
    struct log_frame frame;
    struct log_records records;
    struct log_record record;
    struct log_effect effect;

    log_proposals_begin(&proposals, 4);
    hand_over(4, "Alice", "alice", "hello");
    cr_expect_not(log_outgoing_first(&outgoing, &(struct log_packet){0}));
    log_proposals_flush(&proposals);
    cr_assert_eq(take(&frame), 1);
    cr_expect_eq(frame.type, LOG_PROPOSE);
    cr_expect_eq(frame.a, 4);
    records = log_records_open(&frame);
    cr_assert_eq(log_records_next(&records, &record), 1);
    cr_expect_eq(record.number, 4);
    cr_expect_eq(record.first_event, 4);
    cr_expect_eq(record.time_ns, 5);
    cr_expect_eq(record.utc_offset_s, 3600);
    cr_assert_eq(log_effects_next(&record.effects, &effect), 1);
    cr_expect_eq(effect.kind, LOG_EVENT);
    cr_expect_eq(effect.event.kind, LOG_CHAT);
    cr_expect_eq(effect.event.member, 7);
    cr_expect_eq(effect.event.said, 3);
    cr_expect(is_text(effect.event.name, "Alice"));
    cr_expect(is_text(effect.event.folded, "alice"));
    cr_expect(is_text(effect.event.text, "hello"));
    cr_assert_eq(log_effects_next(&record.effects, &effect), 1);
    cr_expect_eq(effect.kind, LOG_PUT);
    cr_expect_eq(effect.value.space, ROOM_SPACE_DECIDED);
    cr_expect_eq(log_effects_next(&record.effects, &effect), 0);
    cr_expect_eq(log_proposals_last(&proposals), 4);
}

Test(log_proposals, a_name_that_is_folded_already_is_sent_once)
{
    struct log_frame frame;
    struct log_records records;
    struct log_record record;
    struct log_effect effect;

    log_proposals_begin(&proposals, 1);
    hand_over(1, "bob", "bob", "x");
    log_proposals_flush(&proposals);
    take(&frame);
    records = log_records_open(&frame);
    cr_assert_eq(log_records_next(&records, &record), 1);
    cr_assert_eq(log_effects_next(&record.effects, &effect), 1);
    cr_expect_eq(effect.event.folded.length, 0);
}

Test(log_proposals, records_of_one_turn_share_a_frame_until_it_is_full)
{
    char text[1001];
    struct log_frame frame;
    unsigned first, second;

    memset(text, 'x', 1000);
    text[1000] = '\0';
    log_proposals_begin(&proposals, 1);
    for (uint64_t number = 1; number <= 40; number++)
        hand_over(number, "alice", "alice", text);
    log_proposals_flush(&proposals);
    first = take(&frame);
    cr_expect_eq(frame.a, 1);
    second = take(&frame);
    cr_expect_eq(frame.a, first + 1);
    cr_expect_eq(first + second, 40);
    cr_expect_gt(first, 25);
}

Test(log_proposals, what_was_taken_is_not_taken_again)
{
    struct log_frame frame;

    log_proposals_begin(&proposals, 1);
    hand_over(1, "alice", "alice", "a");
    hand_over(2, "alice", "alice", "b");
    hand_over(1, "alice", "alice", "a");
    hand_over(2, "alice", "alice", "b");
    hand_over(3, "alice", "alice", "c");
    log_proposals_flush(&proposals);
    cr_expect_eq(take(&frame), 3);
    cr_expect_not(proposals.behind);
}

Test(log_proposals, without_a_log_nothing_is_taken)
{
    hand_over(1, "alice", "alice", "a");
    log_proposals_flush(&proposals);
    cr_expect_not(log_outgoing_first(&outgoing, &(struct log_packet){0}));
    cr_expect_not(proposals.behind);
    cr_expect_eq(log_proposals_last(&proposals), 0);
}

Test(log_proposals, what_finds_no_place_is_left_out_until_it_is_handed_over_again)
{
    char text[1001];
    struct log_frame frame;
    uint64_t number = 0, next = 1;

    memset(text, 'x', 1000);
    text[1000] = '\0';
    log_proposals_begin(&proposals, 1);
    while (!proposals.behind && number < 5000)
        hand_over(++number, "alice", "alice", text);
    cr_expect_gt(number, 900);
    cr_expect_lt(number, 1100);
    cr_expect_eq(log_proposals_last(&proposals), number - 1);
    hand_over(number + 1, "alice", "alice", text); /* not before the one that was left out */
    cr_expect_eq(log_proposals_last(&proposals), number - 1);
    log_proposals_flush(&proposals);
    while (!log_outgoing_is_low(&outgoing)) {
        unsigned count = take(&frame);

        cr_expect_eq(frame.a, next);
        next += count;
    }
    proposals.behind = false;
    for (uint64_t again = 1; again <= number + 1; again++)
        hand_over(again, "alice", "alice", text);
    log_proposals_flush(&proposals);
    while (outgoing.queue.used > 0) {
        unsigned count = take(&frame);

        cr_expect_eq(frame.a, next);
        next += count;
    }
    cr_expect_eq(next, number + 2);
}

Test(log_proposals, requests_find_a_place_where_records_do_not)
{
    char text[1001];
    uint8_t request[4096] = {0};
    uint64_t number = 0;

    memset(text, 'x', 1000);
    text[1000] = '\0';
    log_proposals_begin(&proposals, 1);
    while (!proposals.behind)
        hand_over(++number, "alice", "alice", text);
    log_proposals_flush(&proposals);
    for (unsigned i = 0; i < 8; i++)
        cr_expect_eq(log_outgoing_add(&outgoing, request, sizeof(request), -1), 0);
}

Test(log_proposals, a_full_queue_refuses)
{
    static uint8_t frame[LOG_FRAME_MAX_BYTES];
    unsigned added = 0;

    while (log_outgoing_add(&outgoing, frame, sizeof(frame), -1) == 0)
        added++;
    cr_expect_eq(added, (LOG_OUTGOING_RECORDS_BYTES + LOG_OUTGOING_RESERVE_BYTES) /
                            (LOG_FRAME_MAX_BYTES + 8));
    cr_expect_eq(log_outgoing_add(&outgoing, frame, sizeof(frame), -1), STATUS_FULL);
}

Test(log_proposals, a_descriptor_in_the_queue_is_closed_with_its_frame)
{
    int fd = open("/dev/null", O_RDONLY);

    cr_assert_eq(log_outgoing_add(&outgoing, "x", 1, fd), 0);
    log_outgoing_clear(&outgoing);
    cr_expect_eq(fcntl(fd, F_GETFD), -1);
}
