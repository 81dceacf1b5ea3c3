/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/nacks.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static struct nacks_pool pool;

static void setup(void)
{
    cr_assert_eq(nacks_pool_init(&pool), 0);
}

static void teardown(void)
{
    nacks_pool_done(&pool);
}

TestSuite(nacks, .init = setup, .fini = teardown);

/* The numbers in it, as "3 70 255". */
static const char *numbers(uint32_t set)
{
    static char text[2048];
    size_t used = 0;

    text[0] = '\0';
    for (uint32_t n = nacks_next(&pool, set, 0); n < NACKS_MAX; n = nacks_next(&pool, set, n + 1))
        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", used > 0 ? " " : "", n);
    return text;
}

Test(nacks, numbers_are_kept_in_order_and_once)
{
    static const unsigned added[] = {70, 3, 255, 0, 70, 64, 63};
    uint32_t set = 0;

    cr_expect_not(nacks_any(set));
    for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++)
        nacks_add(&pool, &set, added[i]);
    cr_expect_str_eq(numbers(set), "0 3 63 64 70 255");
    nacks_clear(&pool, &set);
    cr_expect_not(nacks_any(set));
}

Test(nacks, what_is_too_far_is_not_kept)
{
    uint32_t set = 0;

    nacks_add(&pool, &set, NACKS_MAX);
    nacks_add(&pool, &set, UINT64_MAX);
    cr_expect_not(nacks_any(set));
}

Test(nacks, what_was_sent_is_dropped_from_the_front)
{
    uint32_t set = 0;

    for (unsigned n = 0; n < NACKS_MAX; n += 50)
        nacks_add(&pool, &set, n);
    nacks_drop_below(&pool, &set, 0);
    cr_expect_str_eq(numbers(set), "0 50 100 150 200 250");
    nacks_drop_below(&pool, &set, 50);
    cr_expect_str_eq(numbers(set), "50 100 150 200 250");
    nacks_drop_below(&pool, &set, 193);
    cr_expect_str_eq(numbers(set), "200 250");
    nacks_drop_below(&pool, &set, UINT64_MAX);
    cr_expect_str_eq(numbers(set), "");
}

Test(nacks, a_position_that_rises_makes_them_smaller)
{
    uint32_t set = 0;

    for (unsigned n = 5; n < NACKS_MAX; n += 50)
        nacks_add(&pool, &set, n);
    nacks_advance(&pool, &set, 0);
    cr_expect_str_eq(numbers(set), "5 55 105 155 205 255");
    nacks_advance(&pool, &set, 5);
    cr_expect_str_eq(numbers(set), "0 50 100 150 200 250");
    nacks_advance(&pool, &set, 64);
    cr_expect_str_eq(numbers(set), "36 86 136 186");
    nacks_advance(&pool, &set, 100);
    cr_expect_str_eq(numbers(set), "36 86");
    nacks_advance(&pool, &set, UINT64_MAX);
    cr_expect_str_eq(numbers(set), "");
}

/* At random, against an array of flags. */
Test(nacks, they_hold_what_an_array_would)
{
    uint32_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        uint32_t set = 0;
        bool wanted[NACKS_MAX] = {false};
        unsigned by;

        for (int i = 0; i < 30; i++) {
            seed = seed * 1664525U + 1013904223U;
            nacks_add(&pool, &set, (seed >> 8) % NACKS_MAX);
            wanted[(seed >> 8) % NACKS_MAX] = true;
        }
        by = (seed >> 20) % 300;
        nacks_advance(&pool, &set, by);
        for (unsigned n = 0; n + by < NACKS_MAX; n++) {
            if (!wanted[n + by])
                continue;
            cr_assert(nacks_any(set));
            cr_assert_eq(nacks_next(&pool, set, 0), n, "round %d", round);
            nacks_drop_below(&pool, &set, n + 1);
        }
        cr_assert_not(nacks_any(set), "round %d", round);
    }
}

Test(nacks, only_sets_of_several_numbers_have_a_place)
{
    uint32_t sets[200] = {0};

    for (uint32_t i = 0; i < 200; i++) {
        nacks_add(&pool, &sets[i], i);
        nacks_add(&pool, &sets[i], i);
        cr_assert_eq(pool.used, i, "there is one number");
        nacks_add(&pool, &sets[i], 255);
        cr_assert_eq(pool.used, i + 1);
    }
    for (uint32_t i = 0; i < 200; i++) {
        cr_assert_eq(nacks_next(&pool, sets[i], 0), i);
        cr_assert_eq(nacks_next(&pool, sets[i], i + 1), 255);
        if (i % 2 == 0)
            nacks_drop_below(&pool, &sets[i], NACKS_MAX);
        else
            nacks_advance(&pool, &sets[i], NACKS_MAX);
        cr_expect_not(nacks_any(sets[i]));
    }
    for (uint32_t i = 0; i < 200; i++) {
        nacks_add(&pool, &sets[i], 254 - i);
        nacks_add(&pool, &sets[i], 255);
        cr_assert_eq(nacks_next(&pool, sets[i], 0), 254 - i);
    }
    cr_expect_eq(pool.used, 200, "each place was taken again");
}

Test(nacks, a_set_of_one_number_is_like_the_others)
{
    uint32_t set = 0;

    nacks_add(&pool, &set, 100);
    nacks_add(&pool, &set, NACKS_MAX);
    cr_expect_eq(nacks_next(&pool, set, 100), 100);
    cr_expect_eq(nacks_next(&pool, set, 101), NACKS_MAX);
    nacks_drop_below(&pool, &set, 100);
    nacks_advance(&pool, &set, 100);
    cr_expect_str_eq(numbers(set), "0");
    nacks_advance(&pool, &set, 0);
    cr_expect_str_eq(numbers(set), "0");
    nacks_drop_below(&pool, &set, 1);
    cr_expect_not(nacks_any(set));
    nacks_add(&pool, &set, 255);
    nacks_advance(&pool, &set, UINT64_MAX);
    cr_expect_not(nacks_any(set));
}

Test(nacks, without_a_place_a_number_is_asked_for_again)
{
    static uint32_t sets[NACKS_PLACES + 1];

    for (uint32_t i = 0; i <= NACKS_PLACES; i++) {
        nacks_add(&pool, &sets[i], 3);
        nacks_add(&pool, &sets[i], 5);
    }
    cr_expect_str_eq(numbers(sets[NACKS_PLACES - 1]), "3 5");
    cr_expect_str_eq(numbers(sets[NACKS_PLACES]), "3");
    nacks_clear(&pool, &sets[0]);
    nacks_add(&pool, &sets[NACKS_PLACES], 5);
    cr_expect_str_eq(numbers(sets[NACKS_PLACES]), "3 5");
}
