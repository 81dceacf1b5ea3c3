/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/nacks.h"

#include <criterion/criterion.h>
#include <string.h>

/* Beyond 32 bits, and over the edge of the low half. */
#define BASE   UINT64_C(0x1fffffff0)
#define CURSOR (BASE + 200)

static void expect(const struct repairs *repairs, const uint64_t *ranges, uint8_t count)
{
    cr_assert_eq(repairs->count, count, "%u", repairs->count);
    for (uint8_t i = 0; i < count; i++) {
        cr_expect_eq(repairs->first[i], (uint32_t)(BASE + ranges[2 * i]), "first %u", i);
        cr_expect_eq(repairs->last[i], (uint32_t)(BASE + ranges[2 * i + 1]), "last %u", i);
    }
}

#define EXPECT(repairs, ...)                                                                                           \
    expect(repairs, (const uint64_t[]){__VA_ARGS__}, sizeof((const uint64_t[]){__VA_ARGS__}) / (2 * sizeof(uint64_t)))

static void add(struct repairs *repairs, uint64_t first, uint64_t last)
{
    repairs_add(repairs, CURSOR, BASE + first, BASE + last);
}

Test(repairs, ranges_are_kept_in_order_and_those_that_touch_are_joined)
{
    struct repairs repairs = {.count = 0};

    add(&repairs, 50, 60);
    add(&repairs, 10, 12);
    EXPECT(&repairs, 10, 12, 50, 60);
    add(&repairs, 13, 13);
    EXPECT(&repairs, 10, 13, 50, 60);
    add(&repairs, 55, 55);
    EXPECT(&repairs, 10, 13, 50, 60);
    add(&repairs, 12, 49);
    EXPECT(&repairs, 10, 60);
    add(&repairs, 9, 9);
    EXPECT(&repairs, 9, 60);
}

Test(repairs, the_four_lowest_are_kept)
{
    struct repairs repairs = {.count = 0};

    add(&repairs, 50, 50);
    add(&repairs, 40, 40);
    add(&repairs, 30, 30);
    add(&repairs, 20, 20);
    add(&repairs, 60, 60);
    EXPECT(&repairs, 20, 20, 30, 30, 40, 40, 50, 50);
    add(&repairs, 10, 10);
    EXPECT(&repairs, 10, 10, 20, 20, 30, 30, 40, 40);
}

Test(repairs, what_was_sent_is_dropped_from_the_front)
{
    struct repairs repairs = {.count = 0};

    add(&repairs, 10, 20);
    add(&repairs, 30, 40);
    cr_expect_eq(repairs_first(&repairs, CURSOR), BASE + 10);
    repairs_drop_below(&repairs, CURSOR, BASE + 15);
    EXPECT(&repairs, 15, 20, 30, 40);
    repairs_drop_below(&repairs, CURSOR, BASE + 31);
    EXPECT(&repairs, 31, 40);
    repairs_drop_below(&repairs, CURSOR, BASE + 41);
    cr_expect_eq(repairs.count, 0);
}

/* Against an array of flags, at random: nothing that was not asked for is kept, and what is kept are the lowest. */
Test(repairs, they_hold_what_an_array_would)
{
    uint32_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        struct repairs repairs = {.count = 0};
        bool wanted[202] = {false};
        uint64_t highest = 0;

        for (int i = 0; i < 3; i++) {
            uint64_t first, last;

            seed = seed * 1664525U + 1013904223U;
            first = (seed >> 8) % 150;
            last = first + (seed >> 20) % 40;
            add(&repairs, first, last);
            for (uint64_t n = first; n <= last; n++)
                wanted[n] = true;
        }
        for (uint64_t n = 0; n < 201; n++) {
            if (!wanted[n])
                continue;
            cr_assert_gt(repairs.count, 0);
            cr_assert_eq(repairs_first(&repairs, CURSOR), BASE + n, "round %d: %llu", round, (unsigned long long)n);
            repairs_drop_below(&repairs, CURSOR, BASE + n + 1);
            highest = n;
        }
        cr_assert_eq(repairs.count, 0, "round %d: nothing beyond %llu", round, (unsigned long long)highest);
    }
}
