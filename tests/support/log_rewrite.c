/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "support/log_rewrite.h"

static bool add_effects(struct octets_writer *writer, struct log_effects effects)
{
    struct log_effect effect;
    int status;

    while ((status = log_effects_next(&effects, &effect)) == 1)
        log_effect_add(writer, &effect);
    return status == 0;
}

static bool add_records(struct octets_writer *writer, const struct log_frame *frame)
{
    struct log_records records = log_records_open(frame);
    struct log_record record;
    int status;

    while ((status = log_records_next(&records, &record)) == 1) {
        unsigned effects = record.effects.left;
        size_t place = log_record_begin(writer, &record);

        if (!add_effects(writer, record.effects))
            return false;
        log_record_end(writer, place, effects);
    }
    return status == 0;
}

static bool add_rows(struct octets_writer *writer, const struct log_frame *frame)
{
    struct log_rows rows = log_rows_open(frame);
    struct log_row row;
    int status;

    while ((status = log_rows_next(&rows, &row)) == 1) {
        size_t before = writer->length;

        log_row_add(writer, &row);
        if (writer->failed || writer->length - before != log_row_bytes(&row))
            return false;
    }
    return status == 0;
}

static size_t write_parts(const struct log_frame *frame, uint8_t *bytes)
{
    struct octets_writer writer =
        log_frame_begin(bytes, LOG_FRAME_MAX_BYTES, frame->type, frame->flags, frame->a, frame->b);
    bool fine = frame->type == LOG_ROWS ? add_rows(&writer, frame)
                : frame->type == LOG_SOFT || frame->type == LOG_STATE
                    ? add_effects(&writer, log_effects_open(frame))
                    : add_records(&writer, frame);

    return fine ? log_frame_end(&writer, frame->count) : 0;
}

/* Those with fields of their own. */
static size_t write_fields(const struct log_frame *frame, uint8_t *bytes)
{
    union {
        struct log_hello hello;
        struct log_settings settings;
        struct log_ready ready;
        struct log_read read;
        struct log_status status;
    } got;

    switch (frame->type) {
    case LOG_HELLO:
        return log_hello_read(frame, &got.hello) == 0
                   ? log_hello_write(bytes, LOG_FRAME_MAX_BYTES, &got.hello)
                   : 0;
    case LOG_SETTINGS:
        return log_settings_read(frame, &got.settings) == 0
                   ? log_settings_write(bytes, LOG_FRAME_MAX_BYTES, &got.settings)
                   : 0;
    case LOG_READY:
        return log_ready_read(frame, &got.ready) == 0
                   ? log_ready_write(bytes, LOG_FRAME_MAX_BYTES, &got.ready)
                   : 0;
    case LOG_READ:
        return log_read_read(frame, &got.read) == 0
                   ? log_read_write(bytes, LOG_FRAME_MAX_BYTES, &got.read)
                   : 0;
    case LOG_STATUS:
        return log_status_read(frame, &got.status) == 0
                   ? log_status_write(bytes, LOG_FRAME_MAX_BYTES, &got.status)
                   : 0;
    default:
        return log_frame_write(bytes, LOG_FRAME_MAX_BYTES, frame);
    }
}

size_t log_rewrite(const struct log_frame *frame, uint8_t bytes[LOG_FRAME_MAX_BYTES])
{
    switch (frame->type) {
    case LOG_PROPOSE:
    case LOG_ENTRIES:
    case LOG_SOFT:
    case LOG_STATE:
    case LOG_ROWS:
        return log_records_check(frame) == 0 ? write_parts(frame, bytes) : 0;
    default:
        return write_fields(frame, bytes);
    }
}
