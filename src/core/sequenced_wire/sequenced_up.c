/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes and decodes UP and its frames. */
#include "core/sequenced_wire/sequenced_up.h"

#include <roomd/status.h>

static bool is_up(const struct sequenced_up *up)
{
    return up->run > 0 && up->packet > 0 && up->position <= OCTETS_VARINT_MAX;
}

/* ---- reading ---- */

int sequenced_up_open(const void *bytes, size_t length, struct sequenced_up *ret_up,
                      struct sequenced_up_reader *ret_reader)
{
    struct octets_reader reader = octets_read(bytes, length);
    enum sequenced_datagram datagram = SEQUENCED_HELLO;
    struct sequenced_up up;

    if (sequenced_identify(bytes, length, &datagram) != 0 || datagram != SEQUENCED_UP)
        return STATUS_INVALID;
    octets_read_u16(&reader);
    up.token = octets_read_u64(&reader);
    up.run = octets_read_u16(&reader);
    up.packet = octets_read_u32(&reader);
    up.position = octets_read_u64(&reader);
    if (reader.failed || !is_up(&up))
        return STATUS_INVALID;
    *ret_up = up;
    *ret_reader = (struct sequenced_up_reader){.reader = reader, .position = up.position};
    return STATUS_OK;
}

/* Neither sum can overflow: all three are below 2^62. */
static bool is_range(uint64_t position, uint64_t offset, uint64_t length)
{
    return offset >= 1 && length >= 1 && position + offset + length - 1 <= OCTETS_VARINT_MAX;
}

static bool read_missing(struct sequenced_up_reader *up, struct sequenced_up_frame *frame)
{
    frame->missing.count = octets_read_u8(&up->reader);
    if (frame->missing.count < 1 || frame->missing.count > SEQUENCED_RANGES_MAX)
        return false;
    for (size_t i = 0; i < frame->missing.count; i++) {
        uint64_t offset = octets_read_varint(&up->reader);
        uint64_t length = octets_read_varint(&up->reader);

        if (!is_range(up->position, offset, length))
            return false;
        frame->missing.ranges[i] = (struct sequenced_range){up->position + offset, length};
    }
    return true;
}

static bool read_message(struct octets_reader *reader, struct sequenced_up_frame *frame)
{
    frame->message.number = octets_read_u32(reader);
    frame->message.what = octets_read_u8(reader);
    frame->message.text = octets_read_slice(reader, octets_read_u16(reader));
    return frame->message.number > 0;
}

/* Reads what follows the kind. */
static bool read_frame(struct sequenced_up_reader *up, struct sequenced_up_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_UP_MESSAGE:
        return read_message(&up->reader, frame);
    case SEQUENCED_UP_MISSING:
        return read_missing(up, frame);
    case SEQUENCED_UP_HEARTBEAT:
        frame->echo = octets_read_u32(&up->reader);
        return true;
    case SEQUENCED_UP_LEAVE:
        return true;
    case SEQUENCED_UP_MEMBERS:
        frame->after = octets_read_u32(&up->reader);
        return true;
    case SEQUENCED_UP_PATH:
        frame->challenge = octets_read_u64(&up->reader);
        return true;
    }
    return false;
}

int sequenced_up_next(struct sequenced_up_reader *reader, struct sequenced_up_frame *ret_frame)
{
    struct sequenced_up_frame frame = {0};
    int kind = sequenced_next_frame(&reader->reader);

    if (kind == 0)
        return 0;
    if (kind > 0)
        frame.kind = (enum sequenced_up_kind)kind;
    if (kind < 0 || !read_frame(reader, &frame) || reader->reader.failed) {
        reader->reader = octets_read(NULL, 0);
        return STATUS_INVALID;
    }
    *ret_frame = frame;
    return 1;
}

/* ---- writing ---- */

int sequenced_up_begin(struct octets_writer *writer, const struct sequenced_up *up)
{
    if (!is_up(up))
        return STATUS_INVALID;
    octets_write_u8(writer, SEQUENCED_FIRST_UP);
    octets_write_u8(writer, SEQUENCED_VERSION);
    octets_write_u64(writer, up->token);
    octets_write_u16(writer, up->run);
    octets_write_u32(writer, up->packet);
    octets_write_u64(writer, up->position);
    if (!writer->failed)
        return STATUS_OK;
    octets_rewind(writer, 0);
    return STATUS_FULL;
}

static bool is_missing(const struct sequenced_up *up, const struct sequenced_up_frame *frame)
{
    if (frame->missing.count < 1 || frame->missing.count > SEQUENCED_RANGES_MAX)
        return false;
    for (size_t i = 0; i < frame->missing.count; i++) {
        const struct sequenced_range *range = &frame->missing.ranges[i];

        if (range->first <= up->position || range->first > OCTETS_VARINT_MAX ||
            range->length > OCTETS_VARINT_MAX ||
            !is_range(up->position, range->first - up->position, range->length))
            return false;
    }
    return true;
}

static bool is_frame(const struct sequenced_up *up, const struct sequenced_up_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_UP_MESSAGE:
        return frame->message.number > 0 && frame->message.text.length <= UINT16_MAX;
    case SEQUENCED_UP_MISSING:
        return is_missing(up, frame);
    case SEQUENCED_UP_HEARTBEAT:
    case SEQUENCED_UP_LEAVE:
    case SEQUENCED_UP_MEMBERS:
    case SEQUENCED_UP_PATH:
        return true;
    }
    return false;
}

static void write_frame(struct octets_writer *writer, const struct sequenced_up *up,
                        const struct sequenced_up_frame *frame)
{
    octets_write_u8(writer, (uint8_t)frame->kind);
    switch (frame->kind) {
    case SEQUENCED_UP_MESSAGE:
        octets_write_u32(writer, frame->message.number);
        octets_write_u8(writer, frame->message.what);
        octets_write_u16(writer, (uint16_t)frame->message.text.length);
        octets_write_slice(writer, frame->message.text);
        break;
    case SEQUENCED_UP_MISSING:
        octets_write_u8(writer, (uint8_t)frame->missing.count);
        for (size_t i = 0; i < frame->missing.count; i++) {
            octets_write_varint(writer, frame->missing.ranges[i].first - up->position);
            octets_write_varint(writer, frame->missing.ranges[i].length);
        }
        break;
    case SEQUENCED_UP_HEARTBEAT:
        octets_write_u32(writer, frame->echo);
        break;
    case SEQUENCED_UP_LEAVE:
        break;
    case SEQUENCED_UP_MEMBERS:
        octets_write_u32(writer, frame->after);
        break;
    case SEQUENCED_UP_PATH:
        octets_write_u64(writer, frame->challenge);
        break;
    }
}

int sequenced_up_add(struct octets_writer *writer, const struct sequenced_up *up,
                     const struct sequenced_up_frame *frame)
{
    size_t before = writer->length;

    if (!is_frame(up, frame))
        return STATUS_INVALID;
    write_frame(writer, up, frame);
    if (!writer->failed)
        return STATUS_OK;
    octets_rewind(writer, before);
    return STATUS_FULL;
}
