/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes and decodes DOWN and its frames. */
#include "core/sequenced_wire/sequenced_down.h"

#include <roomd/status.h>

/* ---- validity, for readers and writers alike ---- */

static bool is_entry(const struct sequenced_entry *entry)
{
    return entry->member >= 1 && entry->member <= SEQUENCED_MEMBER_MAX && entry->name.length >= 1 &&
           entry->name.length <= ROOM_NAME_MAX_BYTES;
}

bool sequenced_down_next_entry(struct octets_slice *entries, struct sequenced_entry *ret_entry)
{
    struct octets_reader reader = octets_read(entries->bytes, entries->length);
    struct sequenced_entry entry;
    uint64_t member;

    if (entries->length == 0)
        return false;
    member = octets_read_varint(&reader);
    entry.gone = octets_read_u8(&reader) != 0;
    entry.name = octets_read_slice(&reader, octets_read_u8(&reader));
    entry.member = member <= SEQUENCED_MEMBER_MAX ? (uint32_t)member : 0;
    if (reader.failed || !is_entry(&entry))
        return false;
    *entries = (struct octets_slice){(const char *)reader.at, reader.left};
    *ret_entry = entry;
    return true;
}

/* The page covers the numbers above `after` and up to `last`. */
static bool is_page(struct octets_slice entries, uint32_t after, uint32_t last, bool more)
{
    struct sequenced_entry entry;
    uint32_t before = after;

    if (last < after || (more && last == after))
        return false;
    while (sequenced_down_next_entry(&entries, &entry)) {
        if (entry.member <= before || entry.member > last)
            return false;
        before = entry.member;
    }
    return entries.length == 0;
}

static bool is_frame(const struct sequenced_down_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
    case SEQUENCED_DOWN_PATH:
        return true;
    case SEQUENCED_DOWN_NOT_TAKEN:
        return frame->not_taken.number > 0;
    case SEQUENCED_DOWN_HEAD:
        return frame->head <= OCTETS_VARINT_MAX;
    case SEQUENCED_DOWN_HEARTBEAT:
        return frame->heartbeat.head <= OCTETS_VARINT_MAX;
    case SEQUENCED_DOWN_MEMBERS:
        return frame->members.head <= OCTETS_VARINT_MAX &&
               frame->members.entries.length <= UINT16_MAX &&
               is_page(frame->members.entries, frame->members.after, frame->members.last,
                       frame->members.more);
    case SEQUENCED_DOWN_GAP:
        return frame->oldest >= 1 && frame->oldest <= OCTETS_VARINT_MAX;
    case SEQUENCED_DOWN_CLOSED:
        return frame->closed.text.length <= UINT16_MAX;
    case SEQUENCED_DOWN_REPORT:
        return frame->report.packet > 0;
    case SEQUENCED_DOWN_HISTORY:
        return sequenced_past_is_page(&frame->past);
    }
    return false;
}

/* ---- reading ---- */

int sequenced_down_open(const void *bytes, size_t length, struct sequenced_down *ret_down,
                        struct octets_reader *ret_reader)
{
    struct octets_reader reader;
    struct sequenced_down down;

    if (sequenced_open(bytes, length, SEQUENCED_DOWN, &reader) != 0)
        return STATUS_INVALID;
    down.token = octets_read_u64(&reader);
    down.run = octets_read_u16(&reader);
    if (reader.failed || down.run == 0)
        return STATUS_INVALID;
    *ret_down = down;
    *ret_reader = reader;
    return STATUS_OK;
}

static void read_page(struct octets_reader *reader, struct sequenced_down_frame *frame)
{
    frame->members.head = octets_read_u64(reader);
    frame->members.here = octets_read_u32(reader);
    frame->members.after = octets_read_u32(reader);
    frame->members.last = octets_read_u32(reader);
    frame->members.more = octets_read_u8(reader) != 0;
    frame->members.entries = octets_read_slice(reader, octets_read_u16(reader));
}

/* Reads what follows the kind. */
static void read_frame(struct octets_reader *reader, struct sequenced_down_frame *frame)
{
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
        frame->taken.upto = octets_read_u32(reader);
        frame->taken.refused = octets_read_u32(reader);
        frame->taken.kept = octets_read_u32(reader);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        frame->not_taken.number = octets_read_u32(reader);
        frame->not_taken.why = octets_read_u8(reader);
        frame->not_taken.wait_cs = octets_read_u16(reader);
        break;
    case SEQUENCED_DOWN_HEAD:
        frame->head = octets_read_u64(reader);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        frame->heartbeat.echo = octets_read_u32(reader);
        frame->heartbeat.head = octets_read_u64(reader);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        read_page(reader, frame);
        break;
    case SEQUENCED_DOWN_GAP:
        frame->oldest = octets_read_u64(reader);
        break;
    case SEQUENCED_DOWN_PATH:
        frame->challenge = octets_read_u64(reader);
        break;
    case SEQUENCED_DOWN_CLOSED:
        frame->closed.reason = octets_read_u8(reader);
        frame->closed.text = octets_read_slice(reader, octets_read_u16(reader));
        break;
    case SEQUENCED_DOWN_REPORT:
        frame->report.packet = octets_read_u32(reader);
        frame->report.received = octets_read_u16(reader);
        break;
    case SEQUENCED_DOWN_HISTORY: /* by next_kind */
        break;
    }
}

/* A HISTORY that can't be read is skipped, as one that is not known. */
static int next_kind(struct octets_reader *reader, struct sequenced_down_frame *frame)
{
    int kind;

    do
        kind = sequenced_next_frame(reader);
    while (kind == SEQUENCED_DOWN_HISTORY && !sequenced_past_read_page(reader, &frame->past) &&
           !reader->failed);
    return kind;
}

int sequenced_down_next(struct octets_reader *reader, struct sequenced_down_frame *ret_frame)
{
    struct sequenced_down_frame frame = {0};
    int kind = next_kind(reader, &frame);

    if (kind == 0)
        return 0;
    if (kind > 0) {
        frame.kind = (enum sequenced_down_kind)kind;
        read_frame(reader, &frame);
    }
    if (kind < 0 || reader->failed || !is_frame(&frame)) {
        *reader = octets_read(NULL, 0);
        return STATUS_INVALID;
    }
    *ret_frame = frame;
    return 1;
}

/* ---- writing ---- */

static int settle(struct octets_writer *writer, size_t before)
{
    if (!writer->failed)
        return STATUS_OK;
    octets_rewind(writer, before);
    return STATUS_FULL;
}

int sequenced_down_begin(struct octets_writer *writer, const struct sequenced_down *down)
{
    if (down->run == 0)
        return STATUS_INVALID;
    octets_write_u8(writer, SEQUENCED_FIRST_DOWN);
    octets_write_u8(writer, SEQUENCED_VERSION);
    octets_write_u8(writer, SEQUENCED_KEY_NONE);
    octets_write_u64(writer, down->token);
    octets_write_u16(writer, down->run);
    return settle(writer, 0);
}

static void write_page(struct octets_writer *writer, const struct sequenced_down_frame *frame)
{
    octets_write_u64(writer, frame->members.head);
    octets_write_u32(writer, frame->members.here);
    octets_write_u32(writer, frame->members.after);
    octets_write_u32(writer, frame->members.last);
    octets_write_u8(writer, frame->members.more ? 1 : 0);
    octets_write_u16(writer, (uint16_t)frame->members.entries.length);
    octets_write_slice(writer, frame->members.entries);
}

static void write_frame(struct octets_writer *writer, const struct sequenced_down_frame *frame)
{
    octets_write_u8(writer, (uint8_t)frame->kind);
    switch (frame->kind) {
    case SEQUENCED_DOWN_TAKEN:
        octets_write_u32(writer, frame->taken.upto);
        octets_write_u32(writer, frame->taken.refused);
        octets_write_u32(writer, frame->taken.kept);
        break;
    case SEQUENCED_DOWN_NOT_TAKEN:
        octets_write_u32(writer, frame->not_taken.number);
        octets_write_u8(writer, frame->not_taken.why);
        octets_write_u16(writer, frame->not_taken.wait_cs);
        break;
    case SEQUENCED_DOWN_HEAD:
        octets_write_u64(writer, frame->head);
        break;
    case SEQUENCED_DOWN_HEARTBEAT:
        octets_write_u32(writer, frame->heartbeat.echo);
        octets_write_u64(writer, frame->heartbeat.head);
        break;
    case SEQUENCED_DOWN_MEMBERS:
        write_page(writer, frame);
        break;
    case SEQUENCED_DOWN_GAP:
        octets_write_u64(writer, frame->oldest);
        break;
    case SEQUENCED_DOWN_PATH:
        octets_write_u64(writer, frame->challenge);
        break;
    case SEQUENCED_DOWN_CLOSED:
        octets_write_u8(writer, frame->closed.reason);
        octets_write_u16(writer, (uint16_t)frame->closed.text.length);
        octets_write_slice(writer, frame->closed.text);
        break;
    case SEQUENCED_DOWN_REPORT:
        octets_write_u32(writer, frame->report.packet);
        octets_write_u16(writer, frame->report.received);
        break;
    case SEQUENCED_DOWN_HISTORY:
        sequenced_past_write_page(writer, &frame->past);
        break;
    }
}

int sequenced_down_add(struct octets_writer *writer, const struct sequenced_down_frame *frame)
{
    size_t before = writer->length;

    if (!is_frame(frame))
        return STATUS_INVALID;
    write_frame(writer, frame);
    return settle(writer, before);
}

int sequenced_down_add_entry(struct octets_writer *writer, const struct sequenced_entry *entry)
{
    size_t before = writer->length;

    if (!is_entry(entry))
        return STATUS_INVALID;
    octets_write_varint(writer, entry->member);
    octets_write_u8(writer, entry->gone ? 1 : 0);
    octets_write_u8(writer, (uint8_t)entry->name.length);
    octets_write_slice(writer, entry->name);
    return settle(writer, before);
}
