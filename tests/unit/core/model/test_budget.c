/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/budget.h"
#include "support/dice.h"

#include <criterion/criterion.h>
#include <string.h>

#define MINUTE_NS (60 * MOMENT_NS_PER_S)
#define HOUR_NS   (60 * MINUTE_NS)

/* A quarter begins there. */
#define START_NS (100 * HOUR_NS)

static const uint8_t key[BUDGET_KEY_BYTES] = "0123456789abcde";

Test(budget, nothing_heard_allows_nothing)
{
    struct budget budget = {.quarter = 0};

    cr_expect_eq(budget_left(&budget, START_NS), 0);
    cr_expect(budget_spend(&budget, START_NS, 0));
    cr_expect_not(budget_spend(&budget, START_NS, 1));
    cr_expect_eq(budget_more_ns(&budget, START_NS), MOMENT_NEVER_NS);
}

Test(budget, three_times_what_was_heard_may_be_sent)
{
    struct budget budget = {.quarter = 0};

    budget_heard(&budget, START_NS, 10);
    cr_expect_not(budget_spend(&budget, START_NS, 31));
    cr_expect(budget_spend(&budget, START_NS, 12));
    cr_expect_eq(budget_left(&budget, START_NS), 18);
    budget_refund(&budget, START_NS, 12);
    cr_expect(budget_spend(&budget, START_NS, 30));
    cr_expect_not(budget_spend(&budget, START_NS, 1));
}

Test(budget, what_was_heard_counts_for_up_to_an_hour_and_what_was_sent_for_an_hour_at_least)
{
    struct budget budget = {.quarter = 0};

    budget_heard(&budget, START_NS, 10);
    cr_expect_eq(budget_left(&budget, START_NS + HOUR_NS - 1), 30);
    cr_expect_eq(budget_more_ns(&budget, START_NS + HOUR_NS - 1), START_NS + HOUR_NS);
    cr_expect(budget_spend(&budget, START_NS + HOUR_NS - 1, 30));
    cr_expect_eq(budget_left(&budget, START_NS + HOUR_NS), 0);
    cr_expect_eq(budget_more_ns(&budget, START_NS + HOUR_NS), MOMENT_NEVER_NS);
    budget_heard(&budget, START_NS + HOUR_NS, 10);
    cr_expect_eq(budget_left(&budget, START_NS + 2 * HOUR_NS - 1), 0);
    budget_heard(&budget, START_NS + 2 * HOUR_NS - 1, 10);
    cr_expect_eq(budget_left(&budget, START_NS + 2 * HOUR_NS - 1), 30);
    cr_expect_eq(budget_left(&budget, START_NS + 9 * HOUR_NS), 0);
}

Test(budget, more_bytes_than_a_counter_holds_are_not_counted)
{
    struct budget budget = {.quarter = 0};

    for (int i = 0; i < 100; i++)
        budget_heard(&budget, START_NS, UINT32_MAX / 17);
    cr_expect_eq(budget_left(&budget, START_NS), UINT32_MAX / 16 * 3);
}

static struct budget *find(struct budget_table *table, int64_t now_ns, uint32_t number)
{
    uint8_t address[ENDPOINT_ADDRESS_BYTES] = {0x20, 1};

    memcpy(address + 12, &number, sizeof(number));
    return budget_table_find(table, now_ns, address);
}

Test(budget, an_address_has_one_budget)
{
    struct budget_table *table;

    cr_assert_eq(budget_table_new(key, &table), 0);
    budget_heard(find(table, START_NS, 1), START_NS, 10);
    cr_expect_eq(budget_left(find(table, START_NS, 1), START_NS), 30);
    cr_expect_eq(budget_left(find(table, START_NS, 2), START_NS), 0);
    budget_table_free(table);
}

#define ADDRESSES 20000U

/* Many more addresses than accounts, so each is evicted again and again. */
Test(budget, an_evicted_address_never_gets_more_than_it_may)
{
    static uint32_t heard[ADDRESSES], sent[ADDRESSES];
    struct dice dice = {.state = 1};
    struct budget_table *table;
    uint64_t total = 0;

    cr_assert_eq(budget_table_new(key, &table), 0);
    for (uint32_t i = 0; i < 400000; i++) {
        int64_t now_ns = START_NS + (int64_t)(i / 40000) * MINUTE_NS;
        uint32_t number = dice_below(&dice, ADDRESSES), bytes = dice_below(&dice, 40);
        struct budget *budget = find(table, now_ns, number);

        budget_heard(budget, now_ns, bytes);
        heard[number] += bytes;
        bytes = dice_below(&dice, 120);
        if (budget_spend(budget, now_ns, bytes))
            sent[number] += bytes;
        total += sent[number];
        cr_assert_leq(sent[number], 3 * heard[number]);
    }
    cr_expect_gt(total, 0);
    budget_table_free(table);
}

/* Sent in the fourth quarter, forgotten, and heard again when the first no longer counts. */
Test(budget, what_an_evicted_address_was_sent_is_not_forgotten)
{
    struct budget_table *table;
    int64_t late_ns = START_NS + 50 * MINUTE_NS, later_ns = START_NS + 70 * MINUTE_NS;

    cr_assert_eq(budget_table_new(key, &table), 0);
    budget_heard(find(table, START_NS, 1), START_NS, 100);
    cr_assert(budget_spend(find(table, late_ns, 1), late_ns, 300));
    for (uint32_t number = 2; number < ADDRESSES; number++) {
        budget_heard(find(table, late_ns, number), late_ns, 200);
        (void)budget_spend(find(table, late_ns, number), late_ns, 600);
    }
    budget_heard(find(table, later_ns, 1), later_ns, 100);
    cr_expect_eq(budget_left(find(table, later_ns, 1), later_ns), 0);
    budget_table_free(table);
}

static const uint8_t *address_of(uint32_t number, uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    memset(address, 0, ENDPOINT_ADDRESS_BYTES);
    address[0] = 0x20;
    address[1] = 1;
    memcpy(address + 12, &number, sizeof(number));
    return address;
}

Test(budget, a_held_budget_is_the_address_s_and_is_never_evicted)
{
    struct budget_table *table;
    struct budget *held[2];
    uint8_t address[ENDPOINT_ADDRESS_BYTES];

    cr_assert_eq(budget_table_new(key, &table), 0);
    budget_heard(find(table, START_NS, 1), START_NS, 100);
    held[0] = budget_table_hold(table, START_NS, address_of(1, address));
    held[1] = budget_table_hold(table, START_NS, address_of(1, address));
    cr_expect_eq(held[0], held[1]);
    cr_expect_eq(held[0], find(table, START_NS, 1));
    for (uint32_t number = 2; number < ADDRESSES; number++) {
        budget_heard(find(table, START_NS, number), START_NS, 200);
        (void)budget_spend(find(table, START_NS, number), START_NS, 600);
    }
    cr_expect(budget_spend(held[0], START_NS, 200));
    budget_table_release(table, START_NS, held[0]);
    cr_expect_eq(budget_left(held[1], START_NS), 100);
    budget_table_release(table, START_NS, held[1]);
    cr_expect_eq(budget_left(find(table, START_NS, 1), START_NS), 100, "and stays the address's");
    held[0] = budget_table_hold(table, START_NS, address_of(3, address));
    budget_table_free(table);
}
