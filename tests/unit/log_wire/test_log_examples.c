/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

/* The examples of doc/log-protocol.md: their fields are those of their bytes, both ways. */
#include "support/log_rewrite.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <roomd/status.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PAGE ROOMD_SOURCE_DIR "/doc/log-protocol.md"

static char said[65536]; /* what the page says of a frame */
static char seen[65536]; /* what its bytes say */

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
    size_t used = strlen(seen);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(seen + used, sizeof(seen) - used, format, arguments);
    va_end(arguments);
}

static void add_hex(const void *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        add("%02x", ((const uint8_t *)bytes)[i]);
}

#define TEXT(slice) (int)(slice).length, (slice).bytes

static const char *const levels[] = {"os", "disk", "replicas"};

static void add_event(const struct log_entry *event)
{
    static const char *const kinds[] = {"join", "chat", "exit", "notice"};

    add("event kind=%s flags=%u reason=%u said=%" PRIu32 " member=%" PRIu64
        " name=%.*s folded=%.*s text=%.*s\n",
        kinds[event->kind], event->flags, event->reason, event->said, event->member,
        TEXT(event->name), TEXT(event->folded), TEXT(event->text));
}

static void add_effects(struct log_effects effects, const char *indent)
{
    struct log_effect effect;

    while (log_effects_next(&effects, &effect) == 1) {
        add("%s", indent);
        if (effect.kind == LOG_EVENT) {
            add_event(&effect.event);
            continue;
        }
        if (effect.kind == LOG_FORGOTTEN) {
            add("forgotten name=%.*s\n", TEXT(effect.name));
            continue;
        }
        add("%s space=%u key=", effect.kind == LOG_PUT ? "put" : "drop", effect.value.space);
        add_hex(effect.value.key.bytes, effect.value.key.length);
        add("%s", effect.kind == LOG_PUT ? " value=" : "");
        add_hex(effect.value.value.bytes, effect.value.value.length);
        add("\n");
    }
}

static void add_records(const struct log_frame *frame)
{
    struct log_records records = log_records_open(frame);
    struct log_record record;

    while (log_records_next(&records, &record) == 1) {
        add("  record flags=%u number=%" PRIu64 " first_event=%" PRIu64 " time=%" PRId64
            " utc_offset=%" PRId32,
            record.flags, record.number, record.first_event, record.time_ns, record.utc_offset_s);
        if ((record.flags & LOG_RECORD_ORIGIN) != 0)
            add(" node=%u incarnation=%" PRIu64 " proposal=%" PRIu64, record.node,
                record.incarnation, record.proposal);
        add("\n");
        add_effects(record.effects, "    ");
    }
}

static void add_rows(const struct log_frame *frame)
{
    struct log_rows rows = log_rows_open(frame);
    struct log_row row;

    while (log_rows_next(&rows, &row) == 1) {
        add("  row number=%" PRIu64 " time=%" PRId64 " utc_offset=%" PRId32 " ", row.number,
            row.time_ns, row.utc_offset_s);
        add_event(&row.event);
    }
}

static void add_settings(const struct log_settings *settings)
{
    add("sync=%s keep=%" PRIu64 " max_bytes=%" PRIu64, levels[settings->sync], settings->keep_s,
        settings->max_bytes);
}

static void add_hello(const struct log_frame *frame)
{
    struct log_hello hello;

    cr_assert_eq(log_hello_read(frame, &hello), 0);
    add("  version=%u boot=", hello.version);
    add_hex(hello.boot, LOG_ID_BYTES);
    add(" ");
    add_settings(&hello.settings);
    add(" room=%.*s\n", TEXT(hello.room));
}

static void add_ready(const struct log_frame *frame)
{
    struct log_ready ready;

    cr_assert_eq(log_ready_read(frame, &ready), 0);
    add("  version=%u order=%s sync=%s id=", ready.version,
        ready.order == LOG_ORDER_CORE ? "core" : "engine", levels[ready.sync]);
    add_hex(ready.id, LOG_ID_BYTES);
    add(" boot=");
    add_hex(ready.boot, LOG_ID_BYTES);
    add(" first_event=%" PRIu64 " last_event=%" PRIu64 " engine=%.*s\n", ready.first_event,
        ready.last_event, TEXT(ready.engine));
}

static void add_read(const struct log_frame *frame)
{
    static const char *const orders[] = {"newest", "oldest", "last"};
    struct log_read read;

    cr_assert_eq(log_read_read(frame, &read), 0);
    add("  order=%s rows=%" PRIu32 " bytes=%" PRIu64 " since=%" PRId64 " until=%" PRId64
        " name=%.*s words=%.*s\n",
        orders[read.order], read.rows, read.bytes, read.since_ns, read.until_ns, TEXT(read.name),
        TEXT(read.words));
}

static void add_status(const struct log_frame *frame)
{
    struct log_status status;

    cr_assert_eq(log_status_read(frame, &status), 0);
    add("  bytes=%" PRIu64 " waiting=%" PRIu64 " first_event=%" PRIu64 " last_event=%" PRIu64
        " oldest=%" PRId64 " commits=%" PRIu32 " last_us=%" PRIu32 " longest_us=%" PRIu32
        " sync=%s trouble=%u\n",
        status.bytes, status.waiting_bytes, status.first_event, status.last_event, status.oldest_ns,
        status.commits, status.last_us, status.longest_us, levels[status.sync], status.trouble);
}

static void describe(const struct log_frame *frame)
{
    struct log_settings settings;

    seen[0] = '\0';
    add("%s flags=%u count=%u a=%" PRIu64 " b=%" PRIu64 "\n", log_frame_name(frame->type),
        frame->flags, frame->count, frame->a, frame->b);
    switch (frame->type) {
    case LOG_HELLO:
        add_hello(frame);
        break;
    case LOG_SETTINGS:
        cr_assert_eq(log_settings_read(frame, &settings), 0);
        add("  ");
        add_settings(&settings);
        add("\n");
        break;
    case LOG_READY:
        add_ready(frame);
        break;
    case LOG_READ:
        add_read(frame);
        break;
    case LOG_STATUS:
        add_status(frame);
        break;
    case LOG_PROPOSE:
    case LOG_ENTRIES:
        add_records(frame);
        break;
    case LOG_SOFT:
    case LOG_STATE:
        add_effects(log_effects_open(frame), "  ");
        break;
    case LOG_ROWS:
        add_rows(frame);
        break;
    case LOG_FORGET:
        add("  name=%.*s\n", TEXT(frame->payload));
        break;
    case LOG_TROUBLE:
    case LOG_END:
        add("  text=%.*s\n", TEXT(frame->payload));
        break;
    default:
        break;
    }
}

/* ---- the page ---- */

static void check(const uint8_t *bytes, size_t length)
{
    static uint8_t written[LOG_FRAME_MAX_BYTES];
    struct log_frame frame;

    cr_assert_eq(log_frame_read(bytes, length, &frame), 0, "%s", said);
    describe(&frame);
    cr_expect_str_eq(seen, said);
    cr_expect_eq(log_rewrite(&frame, written), length, "%s", said);
    cr_expect_arr_eq(written, bytes, length, "%s", said);
    for (size_t less = 0; less < length; less++)
        cr_expect_eq(log_frame_read(bytes, less, &frame), STATUS_INVALID);
}

static size_t add_bytes(const char *hex, uint8_t *bytes, size_t length)
{
    unsigned byte;

    for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
        bytes[length++] = (uint8_t)byte;
    return length;
}

/* Calls check for each frame in a block of the page; returns how many there are. */
static unsigned each_frame(FILE *page)
{
    static char line[8192];
    static uint8_t bytes[LOG_FRAME_MAX_BYTES];
    size_t length = 0;
    unsigned count = 0;
    bool inside = false;

    while (fgets(line, sizeof(line), page) != NULL) {
        bool is_hex = line[0] == '=';

        if (inside && !is_hex && length > 0) {
            check(bytes, length);
            count++;
            length = 0;
            said[0] = '\0';
        }
        if (strncmp(line, "```", 3) == 0)
            inside = strcmp(line, "```frames\n") == 0;
        else if (inside && is_hex)
            length = add_bytes(line + 2, bytes, length);
        else if (inside)
            strncat(said, line, sizeof(said) - strlen(said) - 1);
    }
    return count;
}

Test(log_examples, each_frame_of_the_page_has_the_fields_that_it_names)
{
    FILE *page = fopen(PAGE, "r");

    cr_assert_not_null(page);
    cr_expect_geq(each_frame(page), 30, "the page has lost its examples, or they can't be read");
    fclose(page);
}
