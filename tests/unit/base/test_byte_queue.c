/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "base/byte_queue.h"

#include <criterion/criterion.h>
#include <string.h>

static void add(struct byte_queue *queue, uint8_t value, size_t size)
{
    uint8_t *at = byte_queue_add(queue, size);

    cr_assert_not_null(at);
    memset(at, value, size);
}

Test(byte_queue, holds_as_much_as_was_reserved_and_no_more)
{
    struct byte_queue queue = {.used = 0};

    cr_expect_null(byte_queue_add(&queue, 1));
    cr_assert_eq(byte_queue_reserve(&queue, 10), 0);
    add(&queue, 1, 10);
    cr_expect_null(byte_queue_add(&queue, 1));
    byte_queue_drop(&queue, 3);
    cr_expect_null(byte_queue_add(&queue, 4));
    add(&queue, 2, 3);
    cr_expect_eq(*byte_queue_at(&queue, 6), 1);
    cr_expect_eq(*byte_queue_at(&queue, 7), 2);
    byte_queue_done(&queue);
}

Test(byte_queue, keeps_its_bytes_in_order_for_ever)
{
    struct byte_queue queue = {.used = 0};
    uint8_t in = 0, out = 0;

    cr_assert_eq(byte_queue_reserve(&queue, 100), 0);
    for (unsigned n = 0; n < 5000; n++) {
        while (queue.used + n % 7 + 1 <= 100) {
            add(&queue, in++, n % 7 + 1);
            byte_queue_truncate(&queue, queue.used - n % 7);
        }
        for (unsigned m = 0; m < n % 90 + 1 && queue.used > 0; m++) {
            cr_assert_eq(*byte_queue_at(&queue, 0), out++);
            byte_queue_drop(&queue, 1);
        }
    }
    byte_queue_done(&queue);
}

Test(byte_queue, more_is_reserved_while_it_holds_something)
{
    struct byte_queue queue = {.used = 0};

    cr_assert_eq(byte_queue_reserve(&queue, 4), 0);
    add(&queue, 1, 4);
    byte_queue_drop(&queue, 2);
    cr_assert_eq(byte_queue_reserve(&queue, 100), 0);
    cr_assert_eq(byte_queue_reserve(&queue, 50), 0);
    add(&queue, 2, 98);
    cr_expect_eq(*byte_queue_at(&queue, 1), 1);
    cr_expect_eq(*byte_queue_at(&queue, 99), 2);
    byte_queue_done(&queue);
}
