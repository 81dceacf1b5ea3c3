/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* Frames of the log protocol: header, names, and the frames with fixed fields. */
#include "log_wire/log_frame.h"

#include <roomd/status.h>
#include <string.h>

/* Where log_frame_end puts count and length. */
#define COUNT_AT  2
#define LENGTH_AT 4

/* ---- frames as such ---- */

static const struct {
    enum log_type type;
    uint8_t flags; /* that exist */
    const char *name;
} types[] = {
    {LOG_HELLO, LOG_HELLO_READ_ONLY, "HELLO"},
    {LOG_SETTINGS, 0, "SETTINGS"},
    {LOG_PROPOSE, LOG_PROPOSE_TOGETHER, "PROPOSE"},
    {LOG_SOFT, 0, "SOFT"},
    {LOG_READ, 0, "READ"},
    {LOG_CANCEL, 0, "CANCEL"},
    {LOG_FORGET, 0, "FORGET"},
    {LOG_PRUNE, 0, "PRUNE"},
    {LOG_BACKUP, 0, "BACKUP"},
    {LOG_ASK, 0, "ASK"},
    {LOG_READY, 0x1f, "READY"},
    {LOG_STATE, 0, "STATE"},
    {LOG_ENTRIES, 0, "ENTRIES"},
    {LOG_LIVE, 0, "LIVE"},
    {LOG_COMMITTED, 0x03, "COMMITTED"},
    {LOG_TROUBLE, LOG_TROUBLE_FATAL, "TROUBLE"},
    {LOG_ROWS, 0, "ROWS"},
    {LOG_END, 0x03, "END"},
    {LOG_STATUS, 0, "STATUS"},
};

#define TYPES (sizeof(types) / sizeof(types[0]))

static size_t find_type(unsigned type)
{
    size_t i = 0;

    while (i < TYPES && types[i].type != (enum log_type)type)
        i++;
    return i;
}

int log_frame_read(const void *bytes, size_t length, struct log_frame *ret_frame)
{
    struct octets_reader reader = octets_read(bytes, length);
    struct log_frame frame = {.type = (enum log_type)octets_read_u8(&reader)};
    size_t type = find_type(frame.type);
    uint32_t payload;

    frame.flags = octets_read_u8(&reader);
    frame.count = octets_read_u16(&reader);
    payload = octets_read_u32(&reader);
    frame.a = octets_read_u64(&reader);
    frame.b = octets_read_u64(&reader);
    frame.payload = octets_read_slice(&reader, payload);
    if (reader.failed || reader.left > 0 || length > LOG_FRAME_MAX_BYTES)
        return STATUS_INVALID;
    if (type < TYPES && (frame.flags & ~types[type].flags) != 0)
        return STATUS_INVALID;
    *ret_frame = frame;
    return type < TYPES ? STATUS_OK : STATUS_NOT_FOUND;
}

struct octets_writer log_frame_begin(void *bytes, size_t size, enum log_type type, uint8_t flags,
                                     uint64_t a, uint64_t b)
{
    struct octets_writer writer =
        octets_write(bytes, size < LOG_FRAME_MAX_BYTES ? size : LOG_FRAME_MAX_BYTES);

    octets_write_u8(&writer, (uint8_t)type);
    octets_write_u8(&writer, flags);
    octets_write_u16(&writer, 0);
    octets_write_u32(&writer, 0);
    octets_write_u64(&writer, a);
    octets_write_u64(&writer, b);
    return writer;
}

size_t log_frame_end(struct octets_writer *writer, uint16_t count)
{
    struct octets_writer patch;

    if (writer->failed)
        return 0;
    patch = octets_write(writer->bytes + COUNT_AT, LOG_FRAME_HEADER_BYTES - COUNT_AT);
    octets_write_u16(&patch, count);
    octets_write_u32(&patch, (uint32_t)(writer->length - LOG_FRAME_HEADER_BYTES));
    return writer->length;
}

size_t log_frame_write(void *bytes, size_t size, const struct log_frame *frame)
{
    struct octets_writer writer =
        log_frame_begin(bytes, size, frame->type, frame->flags, frame->a, frame->b);

    octets_write_slice(&writer, frame->payload);
    return log_frame_end(&writer, frame->count);
}

bool log_frame_is_from_room(enum log_type type)
{
    return (unsigned)type < LOG_READY;
}

const char *log_frame_name(enum log_type type)
{
    size_t i = find_type(type);

    return i < TYPES ? types[i].name : "?";
}

const char *log_trouble_name(enum log_trouble trouble)
{
    static const char *const names[LOG_TROUBLES] = {
        [LOG_TROUBLE_OVER] = "none",
        [LOG_TROUBLE_FULL] = "full",
        [LOG_TROUBLE_READ_ONLY] = "readonly",
        [LOG_TROUBLE_SLOW] = "slow",
        [LOG_TROUBLE_IO] = "io",
        [LOG_TROUBLE_CORRUPT] = "corrupt",
        [LOG_TROUBLE_LOCKED] = "locked",
        [LOG_TROUBLE_NEWER] = "newer",
        [LOG_TROUBLE_OWNER] = "owner",
        [LOG_TROUBLE_GONE] = "gone",
        [LOG_TROUBLE_PROTOCOL] = "protocol",
        [LOG_TROUBLE_LOST] = "lost",
        [LOG_TROUBLE_ALONE] = "alone",
        [LOG_TROUBLE_FENCED] = "fenced",
    };

    return (unsigned)trouble < LOG_TROUBLES ? names[trouble] : "unknown";
}

/* ---- fields ---- */

static int finish(const struct octets_reader *reader)
{
    return reader->failed || reader->left > 0 ? STATUS_INVALID : STATUS_OK;
}

static struct octets_slice read_name(struct octets_reader *reader)
{
    return octets_read_slice(reader, octets_read_u8(reader));
}

static void write_name(struct octets_writer *writer, struct octets_slice name)
{
    writer->failed = writer->failed || name.length > LOG_NAME_MAX_BYTES;
    octets_write_u8(writer, (uint8_t)name.length);
    octets_write_slice(writer, name);
}

static void read_id(struct octets_reader *reader, uint8_t ret_id[LOG_ID_BYTES])
{
    struct octets_slice id = octets_read_slice(reader, LOG_ID_BYTES);

    if (id.length == LOG_ID_BYTES)
        memcpy(ret_id, id.bytes, LOG_ID_BYTES);
}

static void write_id(struct octets_writer *writer, const uint8_t id[LOG_ID_BYTES])
{
    octets_write_slice(writer, (struct octets_slice){(const char *)id, LOG_ID_BYTES});
}

/* A number that names one of `count` things. */
static unsigned read_choice(struct octets_reader *reader, unsigned count)
{
    unsigned value = octets_read_u8(reader);

    reader->failed = reader->failed || value >= count;
    return value;
}

static void write_choice(struct octets_writer *writer, unsigned value, unsigned count)
{
    writer->failed = writer->failed || value >= count;
    octets_write_u8(writer, (uint8_t)value);
}

static struct log_settings read_settings(struct octets_reader *reader)
{
    struct log_settings settings;

    settings.sync = (enum log_sync)read_choice(reader, LOG_REPLICAS + 1);
    settings.keep_s = octets_read_u64(reader);
    settings.max_bytes = octets_read_u64(reader);
    return settings;
}

static void write_settings(struct octets_writer *writer, const struct log_settings *settings)
{
    write_choice(writer, settings->sync, LOG_REPLICAS + 1);
    octets_write_u64(writer, settings->keep_s);
    octets_write_u64(writer, settings->max_bytes);
}

/* ---- HELLO, SETTINGS ---- */

int log_hello_read(const struct log_frame *frame, struct log_hello *ret_hello)
{
    struct octets_reader reader = octets_read(frame->payload.bytes, frame->payload.length);
    struct log_hello hello = {.read_only = (frame->flags & LOG_HELLO_READ_ONLY) != 0,
                              .incarnation = frame->a,
                              .node = (uint16_t)frame->b};

    hello.version = octets_read_u8(&reader);
    read_id(&reader, hello.boot);
    hello.settings = read_settings(&reader);
    hello.room = read_name(&reader);
    if (frame->type != LOG_HELLO || frame->count != 0 || frame->a == 0 || frame->b > UINT16_MAX ||
        hello.version == 0 || finish(&reader) != 0)
        return STATUS_INVALID;
    *ret_hello = hello;
    return STATUS_OK;
}

size_t log_hello_write(void *bytes, size_t size, const struct log_hello *hello)
{
    struct octets_writer writer =
        log_frame_begin(bytes, size, LOG_HELLO, hello->read_only ? LOG_HELLO_READ_ONLY : 0,
                        hello->incarnation, hello->node);

    writer.failed = writer.failed || hello->incarnation == 0 || hello->version == 0;
    octets_write_u8(&writer, hello->version);
    write_id(&writer, hello->boot);
    write_settings(&writer, &hello->settings);
    write_name(&writer, hello->room);
    return log_frame_end(&writer, 0);
}

int log_settings_read(const struct log_frame *frame, struct log_settings *ret_settings)
{
    struct octets_reader reader = octets_read(frame->payload.bytes, frame->payload.length);
    struct log_settings settings = read_settings(&reader);

    if (frame->type != LOG_SETTINGS || frame->count != 0 || frame->a != 0 || frame->b != 0 ||
        finish(&reader) != 0)
        return STATUS_INVALID;
    *ret_settings = settings;
    return STATUS_OK;
}

size_t log_settings_write(void *bytes, size_t size, const struct log_settings *settings)
{
    struct octets_writer writer = log_frame_begin(bytes, size, LOG_SETTINGS, 0, 0, 0);

    write_settings(&writer, settings);
    return log_frame_end(&writer, 0);
}

/* ---- READY ---- */

int log_ready_read(const struct log_frame *frame, struct log_ready *ret_ready)
{
    struct octets_reader reader = octets_read(frame->payload.bytes, frame->payload.length);
    struct log_ready ready = {.flags = frame->flags, .record = frame->a, .own = frame->b};

    ready.version = octets_read_u8(&reader);
    ready.order = (enum log_order)read_choice(&reader, LOG_ORDER_ENGINE + 1);
    ready.sync = (enum log_sync)read_choice(&reader, LOG_REPLICAS + 1);
    read_id(&reader, ready.id);
    read_id(&reader, ready.boot);
    ready.first_event = octets_read_u64(&reader);
    ready.last_event = octets_read_u64(&reader);
    ready.engine = read_name(&reader);
    if (frame->type != LOG_READY || frame->count != 0 || ready.version == 0 ||
        ready.first_event > ready.last_event || finish(&reader) != 0)
        return STATUS_INVALID;
    *ret_ready = ready;
    return STATUS_OK;
}

size_t log_ready_write(void *bytes, size_t size, const struct log_ready *ready)
{
    struct octets_writer writer =
        log_frame_begin(bytes, size, LOG_READY, ready->flags, ready->record, ready->own);

    writer.failed = writer.failed || ready->version == 0 || ready->first_event > ready->last_event;
    octets_write_u8(&writer, ready->version);
    write_choice(&writer, ready->order, LOG_ORDER_ENGINE + 1);
    write_choice(&writer, ready->sync, LOG_REPLICAS + 1);
    write_id(&writer, ready->id);
    write_id(&writer, ready->boot);
    octets_write_u64(&writer, ready->first_event);
    octets_write_u64(&writer, ready->last_event);
    write_name(&writer, ready->engine);
    return log_frame_end(&writer, 0);
}

/* ---- READ ---- */

int log_read_read(const struct log_frame *frame, struct log_read *ret_read)
{
    struct octets_reader reader = octets_read(frame->payload.bytes, frame->payload.length);
    struct log_read read = {.id = frame->a, .from = frame->b};

    read.order = (enum log_read_order)read_choice(&reader, LOG_LAST + 1);
    read.rows = octets_read_u32(&reader);
    read.bytes = octets_read_u64(&reader);
    read.since_ns = (int64_t)octets_read_u64(&reader);
    read.until_ns = (int64_t)octets_read_u64(&reader);
    read.name = read_name(&reader);
    read.words = octets_read_slice(&reader, octets_read_u16(&reader));
    if (frame->type != LOG_READ || frame->count != 0 || read.id == 0 || read.rows == 0 ||
        read.words.length > LOG_TEXT_MAX_BYTES || finish(&reader) != 0)
        return STATUS_INVALID;
    *ret_read = read;
    return STATUS_OK;
}

size_t log_read_write(void *bytes, size_t size, const struct log_read *read)
{
    struct octets_writer writer = log_frame_begin(bytes, size, LOG_READ, 0, read->id, read->from);

    writer.failed = writer.failed || read->id == 0 || read->rows == 0 ||
                    read->words.length > LOG_TEXT_MAX_BYTES;
    write_choice(&writer, read->order, LOG_LAST + 1);
    octets_write_u32(&writer, read->rows);
    octets_write_u64(&writer, read->bytes);
    octets_write_u64(&writer, (uint64_t)read->since_ns);
    octets_write_u64(&writer, (uint64_t)read->until_ns);
    write_name(&writer, read->name);
    octets_write_u16(&writer, (uint16_t)read->words.length);
    octets_write_slice(&writer, read->words);
    return log_frame_end(&writer, 0);
}

/* ---- STATUS ---- */

int log_status_read(const struct log_frame *frame, struct log_status *ret_status)
{
    struct octets_reader reader = octets_read(frame->payload.bytes, frame->payload.length);
    struct log_status status = {.id = frame->a};

    status.bytes = octets_read_u64(&reader);
    status.waiting_bytes = octets_read_u64(&reader);
    status.first_event = octets_read_u64(&reader);
    status.last_event = octets_read_u64(&reader);
    status.oldest_ns = (int64_t)octets_read_u64(&reader);
    status.commits = octets_read_u32(&reader);
    status.last_us = octets_read_u32(&reader);
    status.longest_us = octets_read_u32(&reader);
    status.sync = (enum log_sync)read_choice(&reader, LOG_REPLICAS + 1);
    status.trouble = (enum log_trouble)read_choice(&reader, LOG_TROUBLES);
    if (frame->type != LOG_STATUS || frame->count != 0 || frame->b != 0 || finish(&reader) != 0)
        return STATUS_INVALID;
    *ret_status = status;
    return STATUS_OK;
}

size_t log_status_write(void *bytes, size_t size, const struct log_status *status)
{
    struct octets_writer writer = log_frame_begin(bytes, size, LOG_STATUS, 0, status->id, 0);

    octets_write_u64(&writer, status->bytes);
    octets_write_u64(&writer, status->waiting_bytes);
    octets_write_u64(&writer, status->first_event);
    octets_write_u64(&writer, status->last_event);
    octets_write_u64(&writer, (uint64_t)status->oldest_ns);
    octets_write_u32(&writer, status->commits);
    octets_write_u32(&writer, status->last_us);
    octets_write_u32(&writer, status->longest_us);
    write_choice(&writer, status->sync, LOG_REPLICAS + 1);
    write_choice(&writer, status->trouble, LOG_TROUBLES);
    return log_frame_end(&writer, 0);
}
