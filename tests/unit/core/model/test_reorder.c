/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/reorder.h"

#include <criterion/criterion.h>
#include <string.h>

static struct reorder *reorder;
static uint16_t list;

static void open_reorder(void)
{
    cr_assert_eq(reorder_new(&reorder), 0);
    list = 0;
}

static void close_reorder(void)
{
    reorder_free(reorder);
}

TestSuite(reorder, .init = open_reorder, .fini = close_reorder);

static bool keep(uint32_t decided, uint32_t number, const char *text)
{
    return reorder_keep(reorder, &list, decided, number, 0,
                        (struct octets_slice){text, strlen(text)});
}

static bool shows(uint32_t number, const char *text)
{
    const struct reorder_message *message = reorder_next(reorder, &list, number);

    return message != NULL && message->number == number && message->length == strlen(text) &&
           memcmp(message->text, text, message->length) == 0;
}

Test(reorder, messages_are_shown_by_number_however_they_came_in)
{
    cr_expect(keep(4, 8, "eight"));
    cr_expect(keep(4, 6, "six"));
    cr_expect(keep(4, 7, "seven"));
    cr_expect_eq(reorder_bits(reorder, list, 4), 1U << 1 | 1U << 2 | 1U << 3);
    cr_expect_null(reorder_next(reorder, &list, 5));
    cr_expect(shows(6, "six"));
    cr_expect(shows(7, "seven"));
    cr_expect(shows(8, "eight"));
    cr_expect(shows(8, "eight"), "until the next is asked for");
    cr_expect_null(reorder_next(reorder, &list, 9));
    cr_expect_eq(list, 0);
}

Test(reorder, what_comes_twice_is_kept_once_as_it_came_first)
{
    cr_expect(keep(0, 2, "two"));
    cr_expect(keep(0, 2, "another"));
    cr_expect(shows(2, "two"));
    cr_expect_null(reorder_next(reorder, &list, 3));
    cr_expect_eq(list, 0);
}

Test(reorder, the_reach_is_32_numbers)
{
    cr_expect(keep(10, 11, "next"));
    cr_expect(keep(10, 42, "last"));
    cr_expect_not(keep(10, 43, "too far"));
    cr_expect_not(keep(10, 10, "decided"));
    cr_expect_eq(reorder_bits(reorder, list, 10), 1U << 31 | 1U);
}

Test(reorder, a_text_has_up_to_1000_bytes)
{
    char text[REORDER_TEXT_MAX_BYTES + 1];

    memset(text, 'x', sizeof(text));
    cr_expect(
        reorder_keep(reorder, &list, 0, 1, 0, (struct octets_slice){text, REORDER_TEXT_MAX_BYTES}));
    cr_expect_not(reorder_keep(reorder, &list, 0, 2, 0,
                               (struct octets_slice){text, REORDER_TEXT_MAX_BYTES + 1}));
    cr_expect(reorder_keep(reorder, &list, 0, 3, 1, (struct octets_slice){NULL, 0}));
    cr_expect_eq(reorder_next(reorder, &list, 3)->what, 1);
}

Test(reorder, what_is_before_the_one_asked_for_is_dropped)
{
    keep(0, 2, "two");
    keep(0, 3, "three");
    cr_expect(shows(3, "three"));
    cr_expect_null(reorder_next(reorder, &list, 2));
}

Test(reorder, a_full_table_refuses_and_takes_again_when_somebody_has_gone)
{
    static uint16_t lists[REORDER_MAX / REORDER_REACH];

    for (size_t i = 0; i < REORDER_MAX / REORDER_REACH; i++) {
        for (uint32_t number = 1; number <= REORDER_REACH; number++)
            cr_assert(
                reorder_keep(reorder, &lists[i], 0, number, 0, (struct octets_slice){"x", 1}));
    }
    cr_expect_not(keep(0, 2, "one more"));
    cr_expect_eq(list, 0);
    reorder_forget(reorder, &lists[7]);
    cr_expect_eq(lists[7], 0);
    for (uint32_t number = 1; number <= REORDER_REACH; number++)
        cr_expect(keep(0, number, "its place"));
    cr_expect_not(reorder_keep(reorder, &lists[7], 0, 2, 0, (struct octets_slice){"x", 1}));
    cr_expect_eq(reorder_bits(reorder, lists[8], 0), UINT32_MAX, "the others have theirs");
}
