/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/nacks.h"

#include <criterion/criterion.h>
#include <string.h>

/* Beyond 32 bits, and across a boundary of the low half. */
#define BASE   UINT64_C(0x1fffffff0)
#define CURSOR (BASE + 200)

static void expect(const struct nacks *nacks, const uint64_t *ranges, uint8_t count)
{
    cr_assert_eq(nacks->count, count, "%u", nacks->count);
    for (uint8_t i = 0; i < count; i++) {
        cr_expect_eq(nacks->first[i], (uint32_t)(BASE + ranges[2 * i]), "first %u", i);
        cr_expect_eq(nacks->last[i], (uint32_t)(BASE + ranges[2 * i + 1]), "last %u", i);
    }
}

#define EXPECT(nacks, ...)                                                                         \
    expect(nacks, (const uint64_t[]){__VA_ARGS__},                                                 \
           sizeof((const uint64_t[]){__VA_ARGS__}) / (2 * sizeof(uint64_t)))

static void add(struct nacks *nacks, uint64_t first, uint64_t last)
{
    nacks_add(nacks, CURSOR, BASE + first, BASE + last);
}

Test(nacks, ranges_are_kept_in_order_and_those_that_touch_are_joined)
{
    struct nacks nacks = {.count = 0};

    add(&nacks, 50, 60);
    add(&nacks, 10, 12);
    EXPECT(&nacks, 10, 12, 50, 60);
    add(&nacks, 13, 13);
    EXPECT(&nacks, 10, 13, 50, 60);
    add(&nacks, 55, 55);
    EXPECT(&nacks, 10, 13, 50, 60);
    add(&nacks, 12, 49);
    EXPECT(&nacks, 10, 60);
    add(&nacks, 9, 9);
    EXPECT(&nacks, 9, 60);
}

Test(nacks, the_four_lowest_are_kept)
{
    struct nacks nacks = {.count = 0};

    add(&nacks, 50, 50);
    add(&nacks, 40, 40);
    add(&nacks, 30, 30);
    add(&nacks, 20, 20);
    add(&nacks, 60, 60);
    EXPECT(&nacks, 20, 20, 30, 30, 40, 40, 50, 50);
    add(&nacks, 10, 10);
    EXPECT(&nacks, 10, 10, 20, 20, 30, 30, 40, 40);
}

Test(nacks, what_was_sent_is_dropped_from_the_front)
{
    struct nacks nacks = {.count = 0};

    add(&nacks, 10, 20);
    add(&nacks, 30, 40);
    cr_expect_eq(nacks_first(&nacks, CURSOR), BASE + 10);
    nacks_drop_below(&nacks, CURSOR, BASE + 15);
    EXPECT(&nacks, 15, 20, 30, 40);
    nacks_drop_below(&nacks, CURSOR, BASE + 31);
    EXPECT(&nacks, 31, 40);
    nacks_drop_below(&nacks, CURSOR, BASE + 41);
    cr_expect_eq(nacks.count, 0);
}

/*
 * At random, against an array of flags: only ranges that were asked for are kept, and they are the
 * lowest.
 */
Test(nacks, they_hold_what_an_array_would)
{
    uint32_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        struct nacks nacks = {.count = 0};
        bool wanted[202] = {false};
        uint64_t highest = 0;

        for (int i = 0; i < 3; i++) {
            uint64_t first, last;

            seed = seed * 1664525U + 1013904223U;
            first = (seed >> 8) % 150;
            last = first + (seed >> 20) % 40;
            add(&nacks, first, last);
            for (uint64_t n = first; n <= last; n++)
                wanted[n] = true;
        }
        for (uint64_t n = 0; n < 201; n++) {
            if (!wanted[n])
                continue;
            cr_assert_gt(nacks.count, 0);
            cr_assert_eq(nacks_first(&nacks, CURSOR), BASE + n, "round %d: %llu", round,
                         (unsigned long long)n);
            nacks_drop_below(&nacks, CURSOR, BASE + n + 1);
            highest = n;
        }
        cr_assert_eq(nacks.count, 0, "round %d: nothing beyond %llu", round,
                     (unsigned long long)highest);
    }
}
