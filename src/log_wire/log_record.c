/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Records, effects, events and rows. */
#include "log_wire/log_record.h"

#include <roomd/status.h>
#include <string.h>

/* Of a row before its name: number, time, offset; kind, flags, reason, said, member. */
#define ROW_HEAD_BYTES   20U
#define EVENT_HEAD_BYTES 15U

/* A record's length does not count itself; a length field has two bytes. */
#define LENGTH_BYTES 2U

/* ---- reading ---- */

static struct octets_slice read_name(struct octets_reader *reader)
{
    return octets_read_slice(reader, octets_read_u8(reader));
}

static void read_event(struct octets_reader *reader, struct log_entry *ret_event)
{
    unsigned kind = octets_read_u8(reader);

    ret_event->kind = (enum log_event_kind)kind;
    ret_event->flags = octets_read_u8(reader);
    ret_event->reason = octets_read_u8(reader);
    ret_event->said = octets_read_u32(reader);
    ret_event->member = octets_read_u64(reader);
    ret_event->name = read_name(reader);
    ret_event->folded = read_name(reader);
    ret_event->text = octets_read_slice(reader, octets_read_u16(reader));
    reader->failed = reader->failed || kind >= LOG_EVENT_KINDS ||
                     (ret_event->flags & ~LOG_EVENT_FORGOTTEN) != 0 ||
                     ret_event->text.length > LOG_TEXT_MAX_BYTES;
}

static void read_value(struct octets_reader *reader, bool has_value, struct log_value *ret_value)
{
    ret_value->space = octets_read_u8(reader);
    ret_value->key = read_name(reader);
    ret_value->value = octets_read_slice(reader, has_value ? reader->left : 0);
    reader->failed =
        reader->failed || ret_value->space == 0 || ret_value->value.length > LOG_VALUE_MAX_BYTES;
}

int log_effects_next(struct log_effects *effects, struct log_effect *ret_effect)
{
    struct log_effect effect;
    struct octets_slice payload;
    struct octets_reader reader;

    if (effects->left == 0)
        return effects->reader.failed || effects->reader.left > 0 ? STATUS_INVALID : 0;
    effect.kind = (enum log_effect_kind)octets_read_u8(&effects->reader);
    payload = octets_read_slice(&effects->reader, octets_read_u16(&effects->reader));
    reader = octets_read(payload.bytes, payload.length);
    switch (effect.kind) {
    case LOG_EVENT:
        read_event(&reader, &effect.event);
        break;
    case LOG_PUT:
    case LOG_DROP:
        read_value(&reader, effect.kind == LOG_PUT, &effect.value);
        break;
    case LOG_FORGOTTEN:
        effect.name = octets_read_slice(&reader, reader.left);
        reader.failed = effect.name.length == 0 || effect.name.length > LOG_NAME_MAX_BYTES;
        break;
    default:
        return STATUS_INVALID;
    }
    if (effects->reader.failed || reader.failed || reader.left > 0)
        return STATUS_INVALID;
    effects->left--;
    *ret_effect = effect;
    return 1;
}

struct log_effects log_effects_open(const struct log_frame *frame)
{
    return (struct log_effects){octets_read(frame->payload.bytes, frame->payload.length),
                                frame->count};
}

struct log_records log_records_open(const struct log_frame *frame)
{
    return (struct log_records){octets_read(frame->payload.bytes, frame->payload.length),
                                frame->count};
}

int log_records_next(struct log_records *records, struct log_record *ret_record)
{
    struct log_record record = {0};
    struct octets_slice bytes;
    struct octets_reader reader;

    if (records->left == 0)
        return records->reader.failed || records->reader.left > 0 ? STATUS_INVALID : 0;
    bytes = octets_read_slice(&records->reader, octets_read_u16(&records->reader));
    reader = octets_read(bytes.bytes, bytes.length);
    record.flags = octets_read_u8(&reader);
    record.effects.left = octets_read_u8(&reader);
    record.number = octets_read_u64(&reader);
    record.first_event = octets_read_u64(&reader);
    record.time_ns = (int64_t)octets_read_u64(&reader);
    record.utc_offset_s = (int32_t)octets_read_u32(&reader);
    if ((record.flags & LOG_RECORD_ORIGIN) != 0) {
        record.node = octets_read_u16(&reader);
        record.incarnation = octets_read_u64(&reader);
        record.proposal = octets_read_u64(&reader);
    }
    record.effects.reader = reader;
    if (records->reader.failed || reader.failed ||
        (record.flags & ~(LOG_RECORD_VOID | LOG_RECORD_ORIGIN)) != 0)
        return STATUS_INVALID;
    records->left--;
    *ret_record = record;
    return 1;
}

struct log_rows log_rows_open(const struct log_frame *frame)
{
    return (struct log_rows){octets_read(frame->payload.bytes, frame->payload.length),
                             frame->count};
}

int log_rows_next(struct log_rows *rows, struct log_row *ret_row)
{
    struct log_row row;

    if (rows->left == 0)
        return rows->reader.failed || rows->reader.left > 0 ? STATUS_INVALID : 0;
    row.number = octets_read_u64(&rows->reader);
    row.time_ns = (int64_t)octets_read_u64(&rows->reader);
    row.utc_offset_s = (int32_t)octets_read_u32(&rows->reader);
    read_event(&rows->reader, &row.event);
    if (rows->reader.failed)
        return STATUS_INVALID;
    rows->left--;
    *ret_row = row;
    return 1;
}

/* ---- checking ---- */

/* What each frame may hold: a record no value that may be lost, SOFT and STATE no event. */
static bool is_allowed(enum log_type type, const struct log_effect *effect)
{
    bool is_value = effect->kind == LOG_PUT || effect->kind == LOG_DROP;

    switch (type) {
    case LOG_SOFT:
        return is_value && effect->value.space >= LOG_SPACE_SOFT;
    case LOG_STATE:
        return effect->kind == LOG_PUT;
    case LOG_PROPOSE:
        return effect->kind != LOG_FORGOTTEN &&
               !(effect->kind == LOG_PUT && effect->value.space >= LOG_SPACE_SOFT);
    default:
        return true;
    }
}

static int check_effects(enum log_type type, struct log_effects effects)
{
    struct log_effect effect;
    int status;

    while ((status = log_effects_next(&effects, &effect)) == 1)
        if (!is_allowed(type, &effect))
            return STATUS_INVALID;
    return status;
}

static int check_records(const struct log_frame *frame)
{
    struct log_records records = log_records_open(frame);
    struct log_record record;
    int status;

    while ((status = log_records_next(&records, &record)) == 1)
        if (check_effects(frame->type, record.effects) != 0)
            return STATUS_INVALID;
    return status;
}

static int check_rows(const struct log_frame *frame)
{
    struct log_rows rows = log_rows_open(frame);
    struct log_row row;
    int status;

    do
        status = log_rows_next(&rows, &row);
    while (status == 1);
    return status;
}

int log_records_check(const struct log_frame *frame)
{
    switch (frame->type) {
    case LOG_PROPOSE:
    case LOG_ENTRIES:
        return check_records(frame);
    case LOG_SOFT:
    case LOG_STATE:
        return check_effects(frame->type, log_effects_open(frame));
    case LOG_ROWS:
        return check_rows(frame);
    default:
        return STATUS_INVALID;
    }
}

/* ---- writing ---- */

/* Begins something with a length of two bytes before it; returns where it is. */
static size_t begin_length(struct octets_writer *writer)
{
    octets_write_u16(writer, 0);
    return writer->length;
}

static void end_length(struct octets_writer *writer, size_t place)
{
    size_t length = writer->length - place;
    struct octets_writer patch;

    writer->failed = writer->failed || length > UINT16_MAX;
    if (writer->failed)
        return;
    patch = octets_write(writer->bytes + place - LENGTH_BYTES, LENGTH_BYTES);
    octets_write_u16(&patch, (uint16_t)length);
}

static void write_name(struct octets_writer *writer, struct octets_slice name)
{
    writer->failed = writer->failed || name.length > LOG_NAME_MAX_BYTES;
    octets_write_u8(writer, (uint8_t)name.length);
    octets_write_slice(writer, name);
}

static void write_event(struct octets_writer *writer, const struct log_entry *event)
{
    writer->failed = writer->failed || (unsigned)event->kind >= LOG_EVENT_KINDS ||
                     event->text.length > LOG_TEXT_MAX_BYTES;
    octets_write_u8(writer, (uint8_t)event->kind);
    octets_write_u8(writer, event->flags);
    octets_write_u8(writer, event->reason);
    octets_write_u32(writer, event->said);
    octets_write_u64(writer, event->member);
    write_name(writer, event->name);
    write_name(writer, event->folded);
    octets_write_u16(writer, (uint16_t)event->text.length);
    octets_write_slice(writer, event->text);
}

static void write_value(struct octets_writer *writer, const struct log_value *value, bool has_value)
{
    writer->failed = writer->failed || value->space == 0 ||
                     (has_value && value->value.length > LOG_VALUE_MAX_BYTES);
    octets_write_u8(writer, value->space);
    write_name(writer, value->key);
    if (has_value)
        octets_write_slice(writer, value->value);
}

size_t log_record_begin(struct octets_writer *writer, const struct log_record *record)
{
    size_t place = begin_length(writer);

    octets_write_u8(writer, record->flags);
    octets_write_u8(writer, 0);
    octets_write_u64(writer, record->number);
    octets_write_u64(writer, record->first_event);
    octets_write_u64(writer, (uint64_t)record->time_ns);
    octets_write_u32(writer, (uint32_t)record->utc_offset_s);
    if ((record->flags & LOG_RECORD_ORIGIN) != 0) {
        octets_write_u16(writer, record->node);
        octets_write_u64(writer, record->incarnation);
        octets_write_u64(writer, record->proposal);
    }
    return place;
}

void log_record_end(struct octets_writer *writer, size_t place, unsigned effects)
{
    writer->failed = writer->failed || effects > LOG_EFFECTS_MAX;
    end_length(writer, place);
    if (!writer->failed)
        writer->bytes[place + 1] = (uint8_t)effects;
}

void log_effect_add(struct octets_writer *writer, const struct log_effect *effect)
{
    size_t place;

    octets_write_u8(writer, (uint8_t)effect->kind);
    place = begin_length(writer);
    switch (effect->kind) {
    case LOG_EVENT:
        write_event(writer, &effect->event);
        break;
    case LOG_PUT:
    case LOG_DROP:
        write_value(writer, &effect->value, effect->kind == LOG_PUT);
        break;
    case LOG_FORGOTTEN:
        writer->failed =
            writer->failed || effect->name.length == 0 || effect->name.length > LOG_NAME_MAX_BYTES;
        octets_write_slice(writer, effect->name);
        break;
    default:
        writer->failed = true;
    }
    end_length(writer, place);
}

void log_row_add(struct octets_writer *writer, const struct log_row *row)
{
    octets_write_u64(writer, row->number);
    octets_write_u64(writer, (uint64_t)row->time_ns);
    octets_write_u32(writer, (uint32_t)row->utc_offset_s);
    write_event(writer, &row->event);
}

size_t log_row_bytes(const struct log_row *row)
{
    return ROW_HEAD_BYTES + EVENT_HEAD_BYTES + 1 + row->event.name.length + 1 +
           row->event.folded.length + LENGTH_BYTES + row->event.text.length;
}
