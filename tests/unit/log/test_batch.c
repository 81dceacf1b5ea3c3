/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "log/batch.h"

#include <criterion/criterion.h>
#include <roomd/status.h>
#include <string.h>

static struct batch batch;
static uint8_t bytes[LOG_FRAME_MAX_BYTES];
static struct log_frame frame;

/* A PROPOSE with one record, or a SOFT with one value. */
static int add(enum log_type type, uint8_t flags, uint64_t number, size_t length)
{
    static char text[LOG_VALUE_MAX_BYTES];
    struct octets_writer writer = log_frame_begin(bytes, sizeof(bytes), type, flags, number, 0);
    uint8_t space = type == LOG_SOFT ? LOG_SPACE_SOFT : 1;
    struct log_effect put = {.kind = LOG_PUT, .value = {space, {"k", 1}, {text, length}}};
    size_t place = 0;

    if (type == LOG_PROPOSE)
        place = log_record_begin(&writer, &(struct log_record){.number = number});
    log_effect_add(&writer, &put);
    if (type == LOG_PROPOSE)
        log_record_end(&writer, place, 1);
    cr_assert_eq(log_frame_read(bytes, log_frame_end(&writer, 1), &frame), 0);
    return batch_add(&batch, &frame);
}

static void set_up(void)
{
    cr_assert_eq(batch_init(&batch), 0);
}

static void tear_down(void)
{
    batch_done(&batch);
}

TestSuite(batch, .init = set_up, .fini = tear_down);

static unsigned count(void)
{
    size_t at = 0;
    unsigned frames = 0;

    while (batch_next(&batch, &at, &frame))
        frames++;
    return frames;
}

Test(batch, frames_come_back_in_order_until_they_are_dropped)
{
    size_t at = 0;

    cr_assert_eq(add(LOG_PROPOSE, 0, 1, 3), 0);
    cr_assert_eq(add(LOG_PROPOSE, 0, 2, 5), 0);
    cr_expect(batch.records);
    cr_expect(batch_next(&batch, &at, &frame) && frame.a == 1);
    cr_expect(batch_next(&batch, &at, &frame) && frame.a == 2);
    cr_expect_not(batch_next(&batch, &at, &frame));
    batch_drop(&batch);
    cr_expect_eq(count(), 0);
    cr_expect_not(batch.records);
}

Test(batch, a_group_counts_when_it_is_complete)
{
    cr_assert_eq(add(LOG_PROPOSE, 0, 1, 3), 0);
    cr_assert_eq(add(LOG_PROPOSE, LOG_PROPOSE_TOGETHER, 2, 3), 0);
    cr_expect_eq(count(), 1);
    batch_drop(&batch);
    cr_expect_not(batch.records);
    cr_assert_eq(add(LOG_SOFT, 0, 0, 1), 0);
    cr_expect_eq(count(), 0);
    cr_assert_eq(add(LOG_PROPOSE, 0, 3, 3), 0);
    cr_expect_eq(count(), 3);
}

Test(batch, values_that_may_be_lost_are_no_reason_for_a_commit_unless_they_are_many)
{
    cr_assert_eq(add(LOG_SOFT, 0, 0, LOG_VALUE_MAX_BYTES), 0);
    cr_expect_eq(count(), 1);
    cr_expect_not(batch.records);
    for (unsigned i = 0; i < 20; i++)
        cr_assert_eq(add(LOG_SOFT, 0, 0, LOG_VALUE_MAX_BYTES), 0);
    cr_expect(batch.records);
}

Test(batch, it_is_full_before_a_frame_does_not_fit)
{
    uint64_t number = 0;

    while (!batch_is_full(&batch))
        cr_assert_eq(add(LOG_PROPOSE, 0, ++number, LOG_VALUE_MAX_BYTES), 0);
    cr_expect_eq(count(), number);
}

Test(batch, an_invalid_record_is_refused)
{
    frame = (struct log_frame){LOG_PROPOSE, 0, 1, 1, 0, {"\0\1x", 3}};
    cr_expect_eq(batch_add(&batch, &frame), STATUS_INVALID);
    cr_expect_eq(count(), 0);
}
