/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/*
 * Bounded reading and writing: each access goes through `take` or `place`, the only functions that
 * advance a cursor.
 */
#include "base/octets.h"

#include <string.h>

/* The first byte has two bits for the length and six for the beginning of the value. */
#define VARINT_LENGTH_BITS 2
#define VARINT_VALUE_BITS  6

/* ---- reading ---- */

struct octets_reader octets_read(const void *bytes, size_t length)
{
    return (struct octets_reader){.at = bytes, .left = length};
}

static const uint8_t *take(struct octets_reader *reader, uint64_t length)
{
    const uint8_t *taken = reader->at;

    if (reader->failed || length > reader->left) {
        reader->failed = true;
        return NULL;
    }
    if (length > 0) /* `at` may be NULL */
        reader->at += length;
    reader->left -= (size_t)length;
    return taken;
}

/* Compilers turn each of these into one load. */
static uint16_t load_u16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static uint32_t load_u32(const uint8_t *bytes)
{
    return (uint32_t)load_u16(bytes) << 16 | load_u16(bytes + 2);
}

static uint64_t load_u64(const uint8_t *bytes)
{
    return (uint64_t)load_u32(bytes) << 32 | load_u32(bytes + 4);
}

uint8_t octets_read_u8(struct octets_reader *reader)
{
    const uint8_t *bytes = take(reader, 1);

    return bytes != NULL ? bytes[0] : 0;
}

uint16_t octets_read_u16(struct octets_reader *reader)
{
    const uint8_t *bytes = take(reader, 2);

    return bytes != NULL ? load_u16(bytes) : 0;
}

uint32_t octets_read_u32(struct octets_reader *reader)
{
    const uint8_t *bytes = take(reader, 4);

    return bytes != NULL ? load_u32(bytes) : 0;
}

uint64_t octets_read_u48(struct octets_reader *reader)
{
    const uint8_t *bytes = take(reader, 6);

    return bytes != NULL ? (uint64_t)load_u16(bytes) << 32 | load_u32(bytes + 2) : 0;
}

uint64_t octets_read_u64(struct octets_reader *reader)
{
    const uint8_t *bytes = take(reader, 8);

    return bytes != NULL ? load_u64(bytes) : 0;
}

uint64_t octets_read_varint(struct octets_reader *reader)
{
    uint64_t value = octets_read_u8(reader);
    size_t more = ((size_t)1 << (value >> VARINT_VALUE_BITS)) - 1;
    const uint8_t *bytes = take(reader, more);

    value &= (1U << VARINT_VALUE_BITS) - 1;
    for (size_t i = 0; bytes != NULL && i < more; i++)
        value = value << 8 | bytes[i];
    return reader->failed ? 0 : value;
}

struct octets_slice octets_read_slice(struct octets_reader *reader, uint64_t length)
{
    const uint8_t *bytes = take(reader, length);

    /* Never NULL, so that callers may pass it to memcpy. */
    return bytes != NULL ? (struct octets_slice){(const char *)bytes, (size_t)length}
                         : (struct octets_slice){"", 0};
}

/* ---- writing ---- */

struct octets_writer octets_write(void *bytes, size_t size)
{
    return (struct octets_writer){.bytes = bytes, .size = size};
}

static uint8_t *place(struct octets_writer *writer, size_t length)
{
    uint8_t *placed;

    if (writer->failed || length > writer->size - writer->length) {
        writer->failed = true;
        return NULL;
    }
    placed = writer->bytes + writer->length;
    writer->length += length;
    return placed;
}

static void write_number(struct octets_writer *writer, uint64_t value, size_t length)
{
    uint8_t *bytes = place(writer, length);

    for (size_t i = 0; bytes != NULL && i < length; i++)
        bytes[i] = (uint8_t)(value >> (8 * (length - 1 - i)));
}

void octets_write_u8(struct octets_writer *writer, uint8_t value)
{
    write_number(writer, value, 1);
}

void octets_write_u16(struct octets_writer *writer, uint16_t value)
{
    write_number(writer, value, 2);
}

void octets_write_u32(struct octets_writer *writer, uint32_t value)
{
    write_number(writer, value, 4);
}

void octets_write_u48(struct octets_writer *writer, uint64_t value)
{
    writer->failed = writer->failed || value > OCTETS_U48_MAX;
    write_number(writer, value, 6);
}

void octets_write_u64(struct octets_writer *writer, uint64_t value)
{
    write_number(writer, value, 8);
}

size_t octets_varint_bytes(uint64_t value)
{
    size_t length = 1;

    while (length < 8 && value >> (8 * length - VARINT_LENGTH_BITS) != 0)
        length *= 2;
    return length;
}

void octets_write_varint(struct octets_writer *writer, uint64_t value)
{
    size_t length = octets_varint_bytes(value);
    uint64_t mark = length == 8 ? 3 : length >> 1; /* 1, 2, 4, 8 bytes: 0, 1, 2, 3 */

    writer->failed = writer->failed || value > OCTETS_VARINT_MAX;
    write_number(writer, value | mark << (8 * length - VARINT_LENGTH_BITS), length);
}

void octets_write_slice(struct octets_writer *writer, struct octets_slice slice)
{
    uint8_t *bytes = place(writer, slice.length);

    if (bytes != NULL && slice.length > 0)
        memcpy(bytes, slice.bytes, slice.length);
}

void octets_write_zeros(struct octets_writer *writer, size_t until)
{
    uint8_t *bytes;

    if (until <= writer->length)
        return;
    bytes = place(writer, until - writer->length);
    if (bytes != NULL)
        memset(bytes, 0, (size_t)(writer->bytes + until - bytes));
}

void octets_rewind(struct octets_writer *writer, size_t length)
{
    writer->length = length;
    writer->failed = false;
}
