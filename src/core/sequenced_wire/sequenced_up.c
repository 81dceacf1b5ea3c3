/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes and decodes UP and its frames. */
#include "core/sequenced_wire/sequenced_up.h"

#include <roomd/status.h>

static bool is_up(const struct sequenced_up *up)
{
    return up->run > 0 && up->packet > 0 && up->position <= OCTETS_VARINT_MAX &&
           up->ahead <= OCTETS_VARINT_MAX - up->position;
}

/* ---- reading ---- */

int sequenced_up_open(const void *bytes, size_t length, struct sequenced_up *ret_up,
                      struct sequenced_up_reader *ret_reader)
{
    struct octets_reader reader;
    struct sequenced_up up;

    if (sequenced_open(bytes, length, SEQUENCED_UP, &reader) != 0)
        return STATUS_INVALID;
    up.token = octets_read_u64(&reader);
    up.run = octets_read_u16(&reader);
    up.packet = octets_read_u32(&reader);
    up.position = octets_read_varint(&reader);
    up.ahead = octets_read_varint(&reader);
    up.received = octets_read_u16(&reader);
    up.lost = octets_read_u16(&reader);
    up.delay = octets_read_u16(&reader);
    if (reader.failed || !is_up(&up))
        return STATUS_INVALID;
    *ret_up = up;
    *ret_reader = (struct sequenced_up_reader){.reader = reader};
    return STATUS_OK;
}

/* The bits may reach beyond the last number; there is nothing there that a server could have sent.
 */
static bool is_missing(const struct sequenced_up_frame *frame)
{
    size_t length = frame->missing.length;

    return length >= 1 && length <= SEQUENCED_MISSING_MAX_BYTES &&
           frame->missing.bits[length - 1] != 0;
}

static bool read_missing(struct octets_reader *reader, struct sequenced_up_frame *frame)
{
    struct octets_slice bits = octets_read_slice(reader, octets_read_u8(reader));

    if (reader->failed || bits.length > SEQUENCED_MISSING_MAX_BYTES)
        return false;
    frame->missing.length = bits.length;
    for (size_t i = 0; i < bits.length; i++)
        frame->missing.bits[i] = (uint8_t)bits.bytes[i];
    return is_missing(frame);
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
        return read_missing(&up->reader, frame);
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
    case SEQUENCED_UP_HISTORY: /* by next_kind */
        return true;
    }
    return false;
}

/* A HISTORY that can't be read is skipped, as one that is not known. */
static int next_kind(struct octets_reader *reader, struct sequenced_up_frame *frame)
{
    int kind;

    do
        kind = sequenced_next_frame(reader);
    while (kind == SEQUENCED_UP_HISTORY && !sequenced_past_read_ask(reader, &frame->ask) &&
           !reader->failed);
    return kind;
}

int sequenced_up_next(struct sequenced_up_reader *reader, struct sequenced_up_frame *ret_frame)
{
    struct sequenced_up_frame frame = {0};
    int kind = next_kind(&reader->reader, &frame);

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

/* ---- MISSING ---- */

void sequenced_up_ask(struct sequenced_up_frame *missing, size_t n)
{
    missing->missing.bits[n / 8] |= (uint8_t)(1U << n % 8);
    if (missing->missing.length <= n / 8)
        missing->missing.length = n / 8 + 1;
}

bool sequenced_up_asks(const struct sequenced_up_frame *missing, size_t n)
{
    return n < 8 * missing->missing.length && (missing->missing.bits[n / 8] >> n % 8 & 1) != 0;
}

/* ---- writing ---- */

int sequenced_up_begin(struct octets_writer *writer, const struct sequenced_up *up)
{
    if (!is_up(up))
        return STATUS_INVALID;
    octets_write_u8(writer, SEQUENCED_FIRST_UP);
    octets_write_u8(writer, SEQUENCED_VERSION);
    octets_write_u8(writer, SEQUENCED_KEY_NONE);
    octets_write_u64(writer, up->token);
    octets_write_u16(writer, up->run);
    octets_write_u32(writer, up->packet);
    octets_write_varint(writer, up->position);
    octets_write_varint(writer, up->ahead);
    octets_write_u16(writer, up->received);
    octets_write_u16(writer, up->lost);
    octets_write_u16(writer, up->delay);
    if (!writer->failed)
        return STATUS_OK;
    octets_rewind(writer, 0);
    return STATUS_FULL;
}

static bool is_frame(const struct sequenced_up_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_UP_MESSAGE:
        return frame->message.number > 0 && frame->message.text.length <= UINT16_MAX;
    case SEQUENCED_UP_MISSING:
        return is_missing(frame);
    case SEQUENCED_UP_HEARTBEAT:
    case SEQUENCED_UP_LEAVE:
    case SEQUENCED_UP_MEMBERS:
    case SEQUENCED_UP_PATH:
        return true;
    case SEQUENCED_UP_HISTORY:
        return sequenced_past_is_ask(&frame->ask);
    }
    return false;
}

static void write_frame(struct octets_writer *writer, const struct sequenced_up_frame *frame)
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
        octets_write_u8(writer, (uint8_t)frame->missing.length);
        octets_write_slice(writer, (struct octets_slice){(const char *)frame->missing.bits,
                                                         frame->missing.length});
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
    case SEQUENCED_UP_HISTORY:
        sequenced_past_write_ask(writer, &frame->ask);
        break;
    }
}

int sequenced_up_add(struct octets_writer *writer, const struct sequenced_up_frame *frame)
{
    size_t before = writer->length;

    if (!is_frame(frame))
        return STATUS_INVALID;
    write_frame(writer, frame);
    if (!writer->failed)
        return STATUS_OK;
    octets_rewind(writer, before);
    return STATUS_FULL;
}
