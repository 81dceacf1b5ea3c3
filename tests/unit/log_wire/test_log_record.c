/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "log_wire/log_record.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static uint8_t bytes[LOG_FRAME_MAX_BYTES];

static struct octets_slice slice(const char *text)
{
    return (struct octets_slice){text, strlen(text)};
}

/* A frame with one record of that effect, or, for SOFT and STATE, with the effect alone. */
static struct log_frame frame_of(enum log_type type, const struct log_effect *effect)
{
    struct octets_writer writer = log_frame_begin(bytes, sizeof(bytes), type, 0, 1, 0);
    struct log_frame frame;
    size_t length;

    if (type == LOG_PROPOSE || type == LOG_ENTRIES) {
        size_t place = log_record_begin(&writer, &(struct log_record){.number = 1});

        log_effect_add(&writer, effect);
        log_record_end(&writer, place, 1);
    } else {
        log_effect_add(&writer, effect);
    }
    length = log_frame_end(&writer, 1);
    cr_assert_neq(length, 0);
    cr_assert_eq(log_frame_read(bytes, length, &frame), 0);
    return frame;
}

static int check(enum log_type type, const struct log_effect *effect)
{
    struct log_frame frame = frame_of(type, effect);

    return log_records_check(&frame);
}

Test(log_record, values_that_may_be_lost_come_by_soft_alone)
{
    struct log_effect hard = {.kind = LOG_PUT, .value = {1, {"k", 1}, {"v", 1}}};
    struct log_effect soft = {.kind = LOG_PUT, .value = {LOG_SPACE_SOFT, {"k", 1}, {"v", 1}}};
    struct log_effect drop = {.kind = LOG_DROP, .value = {LOG_SPACE_SOFT, {"k", 1}, {"", 0}}};

    cr_expect_eq(check(LOG_PROPOSE, &hard), 0);
    cr_expect_eq(check(LOG_SOFT, &hard), STATUS_INVALID);
    cr_expect_eq(check(LOG_PROPOSE, &soft), STATUS_INVALID);
    cr_expect_eq(check(LOG_SOFT, &soft), 0);
    cr_expect_eq(check(LOG_STATE, &soft), 0);
    cr_expect_eq(check(LOG_PROPOSE, &drop), 0);
    cr_expect_eq(check(LOG_STATE, &drop), STATUS_INVALID);
}

Test(log_record, only_the_log_says_that_something_is_forgotten)
{
    struct log_effect forgotten = {.kind = LOG_FORGOTTEN, .name = {"bob", 3}};

    cr_expect_eq(check(LOG_ENTRIES, &forgotten), 0);
    cr_expect_eq(check(LOG_PROPOSE, &forgotten), STATUS_INVALID);
}

Test(log_record, an_event_is_no_value)
{
    struct log_effect event = {
        .kind = LOG_EVENT,
        .event = {.kind = LOG_CHAT, .name = slice("a"), .folded = slice(""), .text = slice("hi")}};

    cr_expect_eq(check(LOG_PROPOSE, &event), 0);
    cr_expect_eq(check(LOG_SOFT, &event), STATUS_INVALID);
    cr_expect_eq(check(LOG_STATE, &event), STATUS_INVALID);
}

Test(log_record, what_is_too_long_or_unknown_is_not_written)
{
    static char text[LOG_TEXT_MAX_BYTES + 1];
    struct log_effect event = {.kind = LOG_EVENT,
                               .event = {.name = {text, LOG_NAME_MAX_BYTES},
                                         .folded = {text, LOG_NAME_MAX_BYTES},
                                         .text = {text, LOG_TEXT_MAX_BYTES}}};
    struct log_effect value = {.kind = LOG_PUT, .value = {1, {"", 0}, {text, LOG_TEXT_MAX_BYTES}}};
    struct octets_writer writer = octets_write(bytes, sizeof(bytes));

    log_effect_add(&writer, &event);
    log_effect_add(&writer, &value);
    cr_expect_not(writer.failed);
    event.event.text.length++;
    log_effect_add(&writer, &event);
    cr_expect(writer.failed);
    octets_rewind(&writer, 0);
    value.value.value.length++;
    log_effect_add(&writer, &value);
    cr_expect(writer.failed);
    octets_rewind(&writer, 0);
    value.value = (struct log_value){0, {"", 0}, {"", 0}};
    log_effect_add(&writer, &value);
    cr_expect(writer.failed);
    octets_rewind(&writer, 0);
    log_effect_add(&writer, &(struct log_effect){.kind = (enum log_effect_kind)9});
    cr_expect(writer.failed);
}

Test(log_record, a_row_that_does_not_fit_leaves_the_frame_as_it_was)
{
    struct octets_writer writer = log_frame_begin(bytes, 100, LOG_ROWS, 0, 1, 0);
    struct log_row row = {
        .number = 1, .event = {.name = slice("alice"), .folded = {"", 0}, .text = slice("hi")}};
    size_t before;
    struct log_frame frame;

    log_row_add(&writer, &row);
    cr_assert_not(writer.failed);
    cr_expect_eq(writer.length, LOG_FRAME_HEADER_BYTES + log_row_bytes(&row));
    before = writer.length;
    log_row_add(&writer, &row);
    cr_assert(writer.failed);
    octets_rewind(&writer, before);
    cr_assert_eq(log_frame_read(bytes, log_frame_end(&writer, 1), &frame), 0);
    cr_expect_eq(log_records_check(&frame), 0);
    frame.count = 2;
    cr_expect_eq(log_records_check(&frame), STATUS_INVALID);
    frame.count = 0;
    cr_expect_eq(log_records_check(&frame), STATUS_INVALID);
}
