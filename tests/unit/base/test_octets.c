/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/octets.h"
#include "support/dice.h"

#include <criterion/criterion.h>
#include <string.h>

Test(octets, numbers_are_written_highest_byte_first_and_read_back)
{
    static const uint8_t expected[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
                                       0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e,
                                       0x0f, 0x10, 0x11, 0x12, 0x13, 0x14, 0x15};
    uint8_t bytes[sizeof(expected)];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));
    struct octets_reader reader = octets_read(expected, sizeof(expected));

    octets_write_u8(&writer, 0x01);
    octets_write_u16(&writer, 0x0203);
    octets_write_u32(&writer, 0x04050607);
    octets_write_u48(&writer, 0x08090a0b0c0d);
    octets_write_u64(&writer, 0x0e0f101112131415);
    cr_expect_not(writer.failed);
    cr_assert_eq(writer.length, sizeof(expected));
    cr_expect_arr_eq(bytes, expected, sizeof(expected));
    cr_expect_eq(octets_read_u8(&reader), 0x01);
    cr_expect_eq(octets_read_u16(&reader), 0x0203);
    cr_expect_eq(octets_read_u32(&reader), 0x04050607);
    cr_expect_eq(octets_read_u48(&reader), 0x08090a0b0c0d);
    cr_expect_eq(octets_read_u64(&reader), 0x0e0f101112131415);
    cr_expect(!reader.failed && reader.left == 0);
}

static uint64_t byte_by_byte(const uint8_t *bytes, size_t length)
{
    uint64_t value = 0;

    for (size_t i = 0; i < length; i++)
        value = value << 8 | bytes[i];
    return value;
}

Test(octets, random_bytes_are_read_as_byte_by_byte_at_any_alignment)
{
    struct dice dice = {.state = 1};

    for (int round = 0; round < 1000; round++) {
        uint8_t bytes[32];
        uint32_t at = dice_below(&dice, 8);
        struct octets_reader reader = octets_read(bytes + at, 21);

        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = (uint8_t)dice_roll(&dice);
        cr_assert_eq(octets_read_u8(&reader), byte_by_byte(bytes + at, 1));
        cr_assert_eq(octets_read_u16(&reader), byte_by_byte(bytes + at + 1, 2));
        cr_assert_eq(octets_read_u32(&reader), byte_by_byte(bytes + at + 3, 4));
        cr_assert_eq(octets_read_u48(&reader), byte_by_byte(bytes + at + 7, 6));
        cr_assert_eq(octets_read_u64(&reader), byte_by_byte(bytes + at + 13, 8));
    }
}

Test(octets, a_varint_takes_the_fewest_bytes_and_is_read_in_any)
{
    static const struct {
        uint64_t value;
        size_t length;
    } rows[] = {{0, 1},        {63, 1},
                {64, 2},       {16383, 2},
                {16384, 4},    {(1U << 30) - 1, 4},
                {1U << 30, 8}, {OCTETS_VARINT_MAX, 8}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        uint8_t bytes[8];
        struct octets_writer writer = octets_write(bytes, sizeof(bytes));
        struct octets_reader reader;

        octets_write_varint(&writer, rows[i].value);
        cr_expect_eq(writer.length, rows[i].length);
        cr_expect_eq(octets_varint_bytes(rows[i].value), rows[i].length);
        reader = octets_read(bytes, writer.length);
        cr_expect_eq(octets_read_varint(&reader), rows[i].value);
        cr_expect(!reader.failed && reader.left == 0);
        reader = octets_read(bytes, writer.length - 1);
        octets_read_varint(&reader);
        cr_expect(reader.failed);
    }
}

Test(octets, the_examples_of_rfc_9000_are_read_as_it_says)
{
    static const struct {
        const char *bytes;
        size_t length;
        uint64_t value;
    } rows[] = {{"\xc2\x19\x7c\x5e\xff\x14\xe8\x8c", 8, 151288809941952652},
                {"\x9d\x7f\x3e\x7d", 4, 494878333},
                {"\x7b\xbd", 2, 15293},
                {"\x25", 1, 37},
                {"\x40\x25", 2, 37}};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        struct octets_reader reader = octets_read(rows[i].bytes, rows[i].length);

        cr_expect_eq(octets_read_varint(&reader), rows[i].value);
        cr_expect(!reader.failed && reader.left == 0);
    }
}

Test(octets, a_number_that_has_too_many_bits_is_not_written)
{
    uint8_t bytes[16] = {0};
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    octets_write_u48(&writer, OCTETS_U48_MAX + 1);
    cr_expect(writer.failed && writer.length == 0);
    octets_rewind(&writer, 0);
    octets_write_varint(&writer, OCTETS_VARINT_MAX + 1);
    cr_expect(writer.failed && writer.length == 0);
}

Test(octets, a_read_beyond_the_end_gives_zero_and_so_do_all_later_ones)
{
    struct octets_reader reader = octets_read("\1\2\3", 3);

    cr_expect_eq(octets_read_u32(&reader), 0);
    cr_expect(reader.failed);
    cr_expect_eq(octets_read_u8(&reader), 0);
    cr_expect_eq(octets_read_slice(&reader, 1).length, 0);
    reader = octets_read(NULL, 0);
    cr_expect_eq(octets_read_varint(&reader), 0);
    cr_expect(reader.failed);
}

Test(octets, a_slice_is_the_bytes_themselves_and_never_longer_than_what_is_left)
{
    static const char bytes[] = "abc";
    struct octets_reader reader = octets_read(bytes, 3);
    struct octets_slice slice = octets_read_slice(&reader, 2);

    cr_expect(slice.bytes == bytes && slice.length == 2);
    cr_expect_eq(octets_read_slice(&reader, UINT64_MAX).length, 0);
    cr_expect(reader.failed);
    reader = octets_read(NULL, 0);
    slice = octets_read_slice(&reader, 0);
    cr_expect(!reader.failed && slice.length == 0 && slice.bytes != NULL);
}

Test(octets, nothing_is_written_beyond_the_buffer_and_a_failure_can_be_taken_back)
{
    uint8_t bytes[8];
    struct octets_writer writer = octets_write(bytes, 5);

    memset(bytes, 0xaa, sizeof(bytes));
    octets_write_u32(&writer, 1);
    octets_write_u16(&writer, 2);
    octets_write_u8(&writer, 3); /* would fit, but an earlier write failed */
    cr_expect(writer.failed && writer.length == 4);
    octets_rewind(&writer, 4);
    octets_write_slice(&writer, (struct octets_slice){"x", 1});
    cr_expect(!writer.failed && writer.length == 5);
    octets_write_slice(&writer, (struct octets_slice){NULL, 0});
    cr_expect_not(writer.failed);
    cr_expect(bytes[4] == 'x' && bytes[5] == 0xaa);
}

Test(octets, zeros_fill_up_to_a_length_and_take_nothing_away)
{
    uint8_t bytes[8];
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    memset(bytes, 0xaa, sizeof(bytes));
    octets_write_u16(&writer, 0xffff);
    octets_write_zeros(&writer, 1);
    cr_expect_eq(writer.length, 2);
    octets_write_zeros(&writer, 6);
    cr_expect_eq(writer.length, 6);
    cr_expect(bytes[1] == 0xff && bytes[2] == 0 && bytes[5] == 0 && bytes[6] == 0xaa);
    octets_write_zeros(&writer, 9);
    cr_expect(writer.failed);
}
