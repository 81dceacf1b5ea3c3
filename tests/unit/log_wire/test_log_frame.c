/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "log_wire/log_frame.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static uint8_t bytes[LOG_FRAME_MAX_BYTES + 1];
static struct log_frame frame;

static size_t write_frame(enum log_type type, uint8_t flags, size_t length)
{
    static char payload[LOG_FRAME_MAX_BYTES];

    return log_frame_write(bytes, sizeof(bytes),
                           &(struct log_frame){type, flags, 0, 0, 0, {payload, length}});
}

Test(log_frame, the_longest_is_one_packet_and_one_byte_more_is_none)
{
    size_t most = LOG_FRAME_MAX_BYTES - LOG_FRAME_HEADER_BYTES;

    cr_expect_eq(write_frame(LOG_PROPOSE, 0, most), LOG_FRAME_MAX_BYTES);
    cr_expect_eq(log_frame_read(bytes, LOG_FRAME_MAX_BYTES, &frame), 0);
    cr_expect_eq(frame.payload.length, most);
    cr_expect_eq(write_frame(LOG_PROPOSE, 0, most + 1), 0);
}

Test(log_frame, its_length_is_that_of_the_packet)
{
    size_t length = write_frame(LOG_LIVE, 0, 3);

    cr_expect_eq(log_frame_read(bytes, length, &frame), 0);
    cr_expect_eq(log_frame_read(bytes, length - 1, &frame), STATUS_INVALID);
    cr_expect_eq(log_frame_read(bytes, length + 1, &frame), STATUS_INVALID);
    cr_expect_eq(log_frame_read(NULL, 0, &frame), STATUS_INVALID);
}

Test(log_frame, unknown_types_and_flags_are_not_of_this_version)
{
    size_t length = write_frame((enum log_type)0x42, 0, 0);

    cr_expect_eq(log_frame_read(bytes, length, &frame), STATUS_NOT_FOUND);
    cr_expect_str_eq(log_frame_name(frame.type), "?");
    length = write_frame(LOG_SOFT, 1, 0);
    cr_expect_eq(log_frame_read(bytes, length, &frame), STATUS_INVALID);
    length = write_frame(LOG_PROPOSE, LOG_PROPOSE_TOGETHER, 0);
    cr_expect_eq(log_frame_read(bytes, length, &frame), 0);
}

Test(log_frame, types_tell_who_sends_them)
{
    cr_expect(log_frame_is_from_room(LOG_HELLO));
    cr_expect(log_frame_is_from_room(LOG_ASK));
    cr_expect_not(log_frame_is_from_room(LOG_READY));
    cr_expect_not(log_frame_is_from_room(LOG_STATUS));
}

Test(log_frame, every_trouble_has_a_word)
{
    for (unsigned i = 0; i < LOG_TROUBLES; i++)
        cr_expect_neq(strlen(log_trouble_name((enum log_trouble)i)), 0);
    cr_expect_str_eq(log_trouble_name(LOG_TROUBLES), "unknown");
}

Test(log_frame, fields_out_of_their_range_are_neither_written_nor_read)
{
    struct log_hello hello = {.incarnation = 1, .version = 1, .room = {"", 0}};
    struct log_read read = {.id = 1, .rows = 1, .name = {"", 0}, .words = {"", 0}};
    size_t length = log_hello_write(bytes, sizeof(bytes), &hello);

    cr_assert_neq(length, 0);
    bytes[LOG_FRAME_HEADER_BYTES + 1 + LOG_ID_BYTES] = LOG_REPLICAS + 1;
    cr_assert_eq(log_frame_read(bytes, length, &frame), 0);
    cr_expect_eq(log_hello_read(&frame, &hello), STATUS_INVALID);
    hello.incarnation = 0;
    cr_expect_eq(log_hello_write(bytes, sizeof(bytes), &hello), 0);
    read.rows = 0;
    cr_expect_eq(log_read_write(bytes, sizeof(bytes), &read), 0);
    read.rows = 1;
    read.id = 0;
    cr_expect_eq(log_read_write(bytes, sizeof(bytes), &read), 0);
    read.id = 1;
    cr_expect_eq(log_read_write(bytes, LOG_FRAME_HEADER_BYTES, &read), 0);
    cr_expect_neq(log_read_write(bytes, sizeof(bytes), &read), 0);
}
