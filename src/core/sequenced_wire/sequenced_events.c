/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Encodes and decodes events. */
#include "core/sequenced_wire/sequenced_events.h"

#include <roomd/moment.h>
#include <roomd/status.h>
#include <string.h>

/* Kinds on the wire that are not exactly one event. */
#define KIND_JOINS 5
#define KIND_TIME  6

/* A chat, or an exit, with its author's name. */
#define KIND_NAMED_CHAT 7
#define KIND_NAMED_EXIT 8

/* Of the past only: the number of the next event. */
#define KIND_NUMBER 0x42

/* The count is one byte. */
#define JOINS_MAX 255U

/* A time that differs less from the current one needs no frame of its own. */
#define TIME_STEP_MS 1000U

#define NS_PER_MS (MOMENT_NS_PER_S / 1000)

_Static_assert(EXIT_LEFT == 0 && EXIT_RENAMED == 1 && EXIT_IDLE == 2 && EXIT_KICKED == 3 &&
                   EXIT_VANISHED == 4 && EXIT_TIMEOUT == SEQUENCED_EXIT_TIMEOUT &&
                   EXIT_DISPLACED == 6,
               "reasons are written as they are");

/* ---- writing ---- */

void sequenced_events_begin(struct sequenced_bundle *bundle, void *bytes, size_t size,
                            uint64_t epoch)
{
    *bundle = (struct sequenced_bundle){.writer = sequenced_write(bytes, size), .epoch = epoch};
}

void sequenced_events_repeat(struct sequenced_bundle *bundle, uint8_t count)
{
    bundle->repeats = count;
}

/*
 * A clock before 1970 is wrong, but no reason to send nothing. Any time in 64-bit nanoseconds fits
 * 48 bits of milliseconds.
 */
static uint64_t time_of(const struct event *event)
{
    return event->wall_ns < 0 ? 0 : (uint64_t)(event->wall_ns / NS_PER_MS);
}

static bool is_named(const struct event *event)
{
    return event->name_len >= 1 && event->name_len <= ROOM_NAME_MAX_BYTES;
}

/* An exit takes its member with it, and has no name anyway. */
static bool is_tombstone(const struct event *event)
{
    return event->forgotten && event->kind != EVENT_EXIT;
}

static bool is_event(const struct sequenced_bundle *bundle, const struct event *event)
{
    bool authored = event->author >= 1 && event->author <= SEQUENCED_MEMBER_MAX;

    if (event->seq == 0 || event->seq > OCTETS_VARINT_MAX ||
        (bundle->next != 0 && event->seq != bundle->next))
        return false;
    if (is_tombstone(event))
        return true;
    switch (event->kind) {
    case EVENT_JOIN:
        return authored && is_named(event);
    case EVENT_CHAT:
    case EVENT_EXIT:
        return authored && (!event->introduces || is_named(event));
    default:
        return event->kind == EVENT_NOTICE;
    }
}

static void write_author(struct octets_writer *writer, const struct event *event, uint16_t said,
                         bool named)
{
    octets_write_varint(writer, event->author);
    octets_write_u16(writer, said);
    if (!named)
        return;
    octets_write_u8(writer, (uint8_t)event->name_len);
    octets_write_slice(writer, (struct octets_slice){event->name, event->name_len});
}

static void write_text(struct octets_writer *writer, const struct event *event)
{
    octets_write_varint(writer, event->text_len);
    octets_write_slice(writer, (struct octets_slice){event->text, event->text_len});
}

static void write_event(struct octets_writer *writer, const struct event *event, uint16_t said)
{
    if (is_tombstone(event)) {
        octets_write_u8(writer, SEQUENCED_EVENT_FORGOTTEN);
        octets_write_varint(writer, 0);
        return;
    }
    switch ((enum event_kind)event->kind) {
    case EVENT_JOIN:
        octets_write_u8(writer, SEQUENCED_EVENT_JOIN);
        write_author(writer, event, said, true);
        break;
    case EVENT_CHAT:
        octets_write_u8(writer, event->introduces ? KIND_NAMED_CHAT : SEQUENCED_EVENT_CHAT);
        write_author(writer, event, said, event->introduces);
        write_text(writer, event);
        break;
    case EVENT_EXIT:
        octets_write_u8(writer, event->introduces ? KIND_NAMED_EXIT : SEQUENCED_EVENT_EXIT);
        write_author(writer, event, said, event->introduces);
        octets_write_u8(writer, event->reason);
        break;
    case EVENT_NOTICE:
        octets_write_u8(writer, SEQUENCED_EVENT_NOTICE);
        write_text(writer, event);
        break;
    }
}

/*
 * Turns the join at `join_at`, the last event, into joins: kind, count and member replace kind,
 * member and said, so it becomes shorter by a byte.
 */
static void open_joins(struct sequenced_bundle *bundle)
{
    uint8_t *join = bundle->writer.bytes + bundle->join_at;
    size_t member = octets_varint_bytes(bundle->joiner);
    size_t name = 1 + member + 2;

    memmove(join + 2, join + 1, member);
    memmove(join + 2 + member, join + name, bundle->writer.length - bundle->join_at - name);
    join[0] = KIND_JOINS;
    bundle->writer.length--;
}

/*
 * Adds the event to the frame of the previous join. The byte saved by open_joins may be the one
 * that is needed.
 */
static int fold(struct sequenced_bundle *bundle, const struct event *event)
{
    struct octets_writer *writer = &bundle->writer;
    size_t space = writer->size - writer->length + (bundle->joins == 1 ? 1 : 0);

    if (octets_varint_bytes(event->author) + 1 + event->name_len > space)
        return STATUS_FULL;
    if (bundle->joins == 1)
        open_joins(bundle);
    octets_write_varint(writer, event->author);
    octets_write_u8(writer, (uint8_t)event->name_len);
    octets_write_slice(writer, (struct octets_slice){event->name, event->name_len});
    bundle->joins++;
    writer->bytes[bundle->join_at + 1] = (uint8_t)bundle->joins;
    return STATUS_OK;
}

static void write_header(struct sequenced_bundle *bundle, uint64_t first, uint64_t time_ms)
{
    octets_write_u8(&bundle->writer, SEQUENCED_FIRST_EVENTS);
    octets_write_u8(&bundle->writer, SEQUENCED_VERSION);
    octets_write_u8(&bundle->writer, SEQUENCED_KEY_NONE);
    octets_write_u64(&bundle->writer, bundle->epoch);
    octets_write_u8(&bundle->writer, bundle->repeats);
    octets_write_varint(&bundle->writer, first);
    octets_write_u48(&bundle->writer, time_ms);
}

static bool is_foldable(const struct event *event, uint16_t said)
{
    return event->kind == EVENT_JOIN && said == 0 && !event->forgotten;
}

static bool is_step(uint64_t from_ms, uint64_t to_ms)
{
    return (to_ms > from_ms ? to_ms - from_ms : from_ms - to_ms) >= TIME_STEP_MS;
}

/* Writes a frame of its own, with the header or time that must precede it. */
static int append(struct sequenced_bundle *bundle, const struct event *event, uint16_t said,
                  uint64_t time_ms)
{
    size_t before = bundle->writer.length, at;
    bool told = before > 0 && !is_step(bundle->time_ms, time_ms);

    if (before == 0) {
        write_header(bundle, event->seq, time_ms);
    } else if (!told) {
        octets_write_u8(&bundle->writer, KIND_TIME);
        octets_write_u48(&bundle->writer, time_ms);
    }
    at = bundle->writer.length;
    write_event(&bundle->writer, event, said);
    if (bundle->writer.failed) {
        octets_rewind(&bundle->writer, before);
        return STATUS_FULL;
    }
    if (!told)
        bundle->time_ms = time_ms;
    bundle->join_at = is_foldable(event, said) ? at : 0;
    bundle->joins = 1;
    bundle->joiner = event->author;
    return STATUS_OK;
}

int sequenced_events_add(struct sequenced_bundle *bundle, const struct event *event, uint16_t said)
{
    uint64_t time_ms = time_of(event);
    int status;

    if (!is_event(bundle, event))
        return STATUS_INVALID;
    if (is_foldable(event, said) && bundle->join_at != 0 && bundle->joins < JOINS_MAX &&
        !is_step(bundle->time_ms, time_ms))
        status = fold(bundle, event);
    else
        status = append(bundle, event, said, time_ms);
    if (status == 0)
        bundle->next = event->seq + 1;
    return status;
}

size_t sequenced_events_length(const struct sequenced_bundle *bundle)
{
    return bundle->writer.length;
}

/* ---- reading ---- */

static bool is_name(struct octets_slice name)
{
    return name.length >= 1 && name.length <= ROOM_NAME_MAX_BYTES;
}

static uint32_t read_member(struct octets_reader *reader)
{
    uint64_t member = octets_read_varint(reader);

    reader->failed = reader->failed || member < 1 || member > SEQUENCED_MEMBER_MAX;
    return reader->failed ? 0 : (uint32_t)member;
}

static struct octets_slice read_name(struct octets_reader *reader)
{
    struct octets_slice name = octets_read_slice(reader, octets_read_u8(reader));

    reader->failed = reader->failed || !is_name(name);
    return name;
}

static struct octets_slice read_text(struct octets_reader *reader)
{
    return octets_read_slice(reader, octets_read_varint(reader));
}

static void read_joiner(struct octets_reader *reader, struct sequenced_event *event)
{
    event->kind = SEQUENCED_EVENT_JOIN;
    event->member = read_member(reader);
    event->name = read_name(reader);
}

/* The kind without the name. */
static enum sequenced_event_kind kind_of(uint8_t kind)
{
    return kind == KIND_NAMED_CHAT   ? SEQUENCED_EVENT_CHAT
           : kind == KIND_NAMED_EXIT ? SEQUENCED_EVENT_EXIT
                                     : (enum sequenced_event_kind)kind;
}

/* Reads what follows the kind of one event. */
static void read_event(struct octets_reader *reader, uint8_t kind, struct sequenced_event *event)
{
    if (kind >= SEQUENCED_SKIPPABLE) {
        event->kind =
            kind == SEQUENCED_EVENT_FORGOTTEN ? SEQUENCED_EVENT_FORGOTTEN : SEQUENCED_EVENT_UNKNOWN;
        read_text(reader);
        return;
    }
    event->kind = kind_of(kind);
    if (kind != SEQUENCED_EVENT_NOTICE) {
        event->member = read_member(reader);
        event->said = octets_read_u16(reader);
    }
    if (kind == SEQUENCED_EVENT_JOIN || kind == KIND_NAMED_CHAT || kind == KIND_NAMED_EXIT)
        event->name = read_name(reader);
    if (event->kind == SEQUENCED_EVENT_EXIT)
        event->reason = octets_read_u8(reader);
    else if (event->kind != SEQUENCED_EVENT_JOIN)
        event->text = read_text(reader);
}

static void read_number(struct sequenced_events *events)
{
    struct octets_reader *reader = &events->reader;
    struct octets_slice slice = octets_read_slice(reader, octets_read_varint(reader));
    struct octets_reader inner = octets_read(slice.bytes, slice.length);
    uint64_t number = octets_read_varint(&inner);

    reader->failed = reader->failed || inner.failed || number == 0;
    events->seq = number - 1;
}

/*
 * Skips times and numbers, and enters joins. Returns the kind of the next event, which may be
 * KIND_JOINS, or 0 at the end.
 */
static uint8_t next_kind(struct sequenced_events *events)
{
    struct octets_reader *reader = &events->reader;

    while (reader->left > 0) {
        uint8_t kind = octets_read_u8(reader);

        if (events->past && kind == KIND_NUMBER) {
            read_number(events);
            continue;
        }
        if (kind != KIND_TIME) {
            if (kind > KIND_NAMED_EXIT && kind < SEQUENCED_SKIPPABLE)
                reader->failed = true;
            /* Padding: the rest is ignored. */
            if (kind == 0)
                reader->left = 0;
            return kind;
        }
        events->time_ms = octets_read_u48(reader);
        if (reader->failed)
            break;
    }
    return 0;
}

bool sequenced_events_next(struct sequenced_events *events, struct sequenced_event *ret_event)
{
    static const struct octets_slice none = {"", 0};
    struct sequenced_event event = {.name = none, .text = none};
    struct octets_reader *reader = &events->reader;
    uint8_t kind = events->joins > 0 ? KIND_JOINS : next_kind(events);

    if (kind == 0 || reader->failed)
        return false;
    if (kind == KIND_JOINS && events->joins == 0) {
        events->joins = octets_read_u8(reader);
        reader->failed = reader->failed || events->joins < 2;
    }
    if (kind == KIND_JOINS)
        read_joiner(reader, &event);
    else
        read_event(reader, kind, &event);
    if (reader->failed)
        return false;
    events->joins -= kind == KIND_JOINS ? 1 : 0;
    event.seq = ++events->seq;
    event.time_ms = events->time_ms;
    *ret_event = event;
    return true;
}

int sequenced_events_open(const void *bytes, size_t length, struct sequenced_events *ret_events)
{
    struct sequenced_events events = {0}, check;
    struct sequenced_event event;

    if (sequenced_open(bytes, length, SEQUENCED_EVENTS, &events.reader) != 0)
        return STATUS_INVALID;
    events.epoch = octets_read_u64(&events.reader);
    events.repeats = octets_read_u8(&events.reader);
    events.first = octets_read_varint(&events.reader);
    events.time_ms = octets_read_u48(&events.reader);
    if (events.reader.failed || events.first < 1)
        return STATUS_INVALID;
    events.seq = events.first - 1;
    check = events;
    while (sequenced_events_next(&check, &event))
        events.count++;
    if (check.reader.failed || events.count <= events.repeats || check.seq > OCTETS_VARINT_MAX)
        return STATUS_INVALID;
    *ret_events = events;
    return STATUS_OK;
}

/* ---- of the past ---- */

int sequenced_events_open_past(struct octets_slice slice, uint64_t low, uint64_t high,
                               struct sequenced_events *ret_events)
{
    struct sequenced_events events = {.past = true, .first = low, .seq = low - 1}, check;
    struct sequenced_event event;

    events.reader = octets_read(slice.bytes, slice.length);
    if (slice.length > 0)
        events.time_ms = octets_read_u48(&events.reader);
    check = events;
    while (sequenced_events_next(&check, &event)) {
        if (event.seq < low || event.seq > high)
            return STATUS_INVALID;
        events.count++;
    }
    if (check.reader.failed)
        return STATUS_INVALID;
    *ret_events = events;
    return STATUS_OK;
}

void sequenced_events_begin_past(struct sequenced_bundle *bundle, void *bytes, size_t size)
{
    *bundle = (struct sequenced_bundle){.writer = octets_write(bytes, size)};
}

int sequenced_events_add_past(struct sequenced_bundle *bundle, uint64_t low,
                              const struct event *event)
{
    struct octets_writer *writer = &bundle->writer;
    struct event named = *event;
    uint64_t time_ms = time_of(event);
    size_t before = writer->length;

    named.introduces = event->name_len > 0;
    bundle->next = 0;
    if (!is_event(bundle, &named))
        return STATUS_INVALID;
    if (before == 0) {
        octets_write_u48(writer, time_ms);
    } else if (is_step(bundle->time_ms, time_ms)) {
        octets_write_u8(writer, KIND_TIME);
        octets_write_u48(writer, time_ms);
    }
    if (event->seq != (before == 0 ? low : bundle->past + 1)) {
        octets_write_u8(writer, KIND_NUMBER);
        octets_write_varint(writer, octets_varint_bytes(event->seq));
        octets_write_varint(writer, event->seq);
    }
    write_event(writer, &named, 0);
    if (writer->failed) {
        octets_rewind(writer, before);
        return STATUS_FULL;
    }
    if (before == 0 || is_step(bundle->time_ms, time_ms))
        bundle->time_ms = time_ms;
    bundle->past = event->seq;
    return STATUS_OK;
}
