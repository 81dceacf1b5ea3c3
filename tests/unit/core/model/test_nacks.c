/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/nacks.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The numbers in it, as "3 70 255". */
static const char *numbers(struct nacks nacks)
{
    static char text[2048];
    size_t used = 0;

    text[0] = '\0';
    while (nacks_any(&nacks)) {
        unsigned n = nacks_first(&nacks);

        used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%u", used > 0 ? " " : "", n);
        nacks_drop_below(&nacks, n + 1);
    }
    return text;
}

Test(nacks, numbers_are_kept_in_order_and_once)
{
    static const unsigned added[] = {70, 3, 255, 0, 70, 64, 63};
    struct nacks nacks = {{0}};

    cr_expect_not(nacks_any(&nacks));
    for (size_t i = 0; i < sizeof(added) / sizeof(*added); i++)
        nacks_add(&nacks, added[i]);
    cr_expect_str_eq(numbers(nacks), "0 3 63 64 70 255");
    nacks_clear(&nacks);
    cr_expect_not(nacks_any(&nacks));
}

Test(nacks, what_is_too_far_is_not_kept)
{
    struct nacks nacks = {{0}};

    nacks_add(&nacks, NACKS_MAX);
    nacks_add(&nacks, UINT64_MAX);
    cr_expect_not(nacks_any(&nacks));
}

Test(nacks, what_was_sent_is_dropped_from_the_front)
{
    struct nacks nacks = {{0}};

    for (unsigned n = 0; n < NACKS_MAX; n += 50)
        nacks_add(&nacks, n);
    nacks_drop_below(&nacks, 0);
    cr_expect_str_eq(numbers(nacks), "0 50 100 150 200 250");
    nacks_drop_below(&nacks, 50);
    cr_expect_str_eq(numbers(nacks), "50 100 150 200 250");
    nacks_drop_below(&nacks, 193);
    cr_expect_str_eq(numbers(nacks), "200 250");
    nacks_drop_below(&nacks, UINT64_MAX);
    cr_expect_str_eq(numbers(nacks), "");
}

Test(nacks, a_position_that_rises_makes_them_smaller)
{
    struct nacks nacks = {{0}};

    for (unsigned n = 5; n < NACKS_MAX; n += 50)
        nacks_add(&nacks, n);
    nacks_advance(&nacks, 0);
    cr_expect_str_eq(numbers(nacks), "5 55 105 155 205 255");
    nacks_advance(&nacks, 5);
    cr_expect_str_eq(numbers(nacks), "0 50 100 150 200 250");
    nacks_advance(&nacks, 64);
    cr_expect_str_eq(numbers(nacks), "36 86 136 186");
    nacks_advance(&nacks, 100);
    cr_expect_str_eq(numbers(nacks), "36 86");
    nacks_advance(&nacks, UINT64_MAX);
    cr_expect_str_eq(numbers(nacks), "");
}

/* At random, against an array of flags. */
Test(nacks, they_hold_what_an_array_would)
{
    uint32_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        struct nacks nacks = {{0}};
        bool wanted[NACKS_MAX] = {false};
        unsigned by;

        for (int i = 0; i < 30; i++) {
            seed = seed * 1664525U + 1013904223U;
            nacks_add(&nacks, (seed >> 8) % NACKS_MAX);
            wanted[(seed >> 8) % NACKS_MAX] = true;
        }
        by = (seed >> 20) % 300;
        nacks_advance(&nacks, by);
        for (unsigned n = 0; n + by < NACKS_MAX; n++) {
            if (!wanted[n + by])
                continue;
            cr_assert(nacks_any(&nacks));
            cr_assert_eq(nacks_first(&nacks), n, "round %d", round);
            nacks_drop_below(&nacks, n + 1);
        }
        cr_assert_not(nacks_any(&nacks), "round %d", round);
    }
}
