/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/bucket.h"
#include "support/dice.h"

#include <criterion/criterion.h>
#include <roomd/moment.h>
#include <string.h>

static const uint8_t key[BUCKET_KEY_BYTES] = "a key for tests";
static const struct bucket_rate rate = {.interval_ns = MOMENT_NS_PER_S, .burst = 3};
static struct bucket_table *table;

static void open_table(void)
{
    cr_assert_eq(bucket_table_new(key, &table), 0);
}

static void close_table(void)
{
    bucket_table_free(table);
}

TestSuite(bucket, .init = open_table, .fini = close_table);

static bool take(uint32_t number, unsigned bits, int64_t now_s)
{
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    uint8_t ipv4[4] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                       (uint8_t)number};

    endpoint_address_from_ipv4(ipv4, address);
    return bucket_take(table, BUCKET_ANSWER_ADDRESS, address, bits, &rate, now_s * MOMENT_NS_PER_S);
}

Test(bucket, a_full_one_holds_its_burst_and_no_more)
{
    for (int i = 0; i < 3; i++)
        cr_expect(take(1, 128, 100));
    cr_expect_not(take(1, 128, 100));
}

Test(bucket, a_token_comes_back_in_its_interval)
{
    for (int i = 0; i < 3; i++)
        take(1, 128, 100);
    cr_expect(take(1, 128, 101));
    cr_expect_not(take(1, 128, 101));
    for (int i = 0; i < 3; i++)
        cr_expect(take(1, 128, 1000), "never more than the burst");
    cr_expect_not(take(1, 128, 1000));
}

Test(bucket, at_another_rate_it_is_as_full_as_it_was_or_empty)
{
    const struct bucket_rate slow = {.interval_ns = MOMENT_NS_PER_S, .burst = 1000};
    static const struct bucket_rate fast = {.interval_ns = MOMENT_NS_PER_MS, .burst = 10};
    int64_t full_ns = 0, now_ns = 5 * MOMENT_NS_PER_S;

    cr_assert(bucket_spend(&full_ns, &slow, 1000, now_ns));
    cr_expect_not(bucket_spend(&full_ns, &fast, 1, now_ns));
    cr_expect(bucket_spend(&full_ns, &fast, 1, now_ns + MOMENT_NS_PER_MS),
              "not in a thousand seconds");
    cr_expect_not(bucket_spend(&full_ns, &fast, 1, now_ns + MOMENT_NS_PER_MS));
    full_ns = 0;
    cr_assert(bucket_spend(&full_ns, &fast, 4, now_ns));
    cr_expect(bucket_spend(&full_ns, &slow, 999, now_ns));
}

Test(bucket, a_refused_request_costs_nothing)
{
    for (int i = 0; i < 3; i++)
        take(1, 128, 100);
    for (int i = 0; i < 1000; i++)
        cr_expect_not(take(1, 128, 100));
    cr_expect(take(1, 128, 101));
}

Test(bucket, addresses_do_not_share_but_a_prefix_does)
{
    for (int i = 0; i < 3; i++)
        take(0x01020301, 128, 100);
    cr_expect(take(0x01020302, 128, 100));
    for (uint32_t i = 0; i < 3; i++)
        cr_expect(take(0x05060700 + i, 120, 100));
    cr_expect_not(take(0x050607ff, 120, 100));
    cr_expect(take(0x05060800, 120, 100));
}

Test(bucket, prefixes_that_end_inside_a_byte_are_cut_there)
{
    for (uint32_t i = 0; i < 3; i++)
        cr_expect(take(0x0a000000 + i, 116, 100)); /* a /20 */
    cr_expect_not(take(0x0a000fff, 116, 100));
    cr_expect(take(0x0a001000, 116, 100));
}

Test(bucket, kinds_do_not_share)
{
    uint8_t address[ENDPOINT_ADDRESS_BYTES] = {1};

    for (int i = 0; i < 3; i++)
        cr_expect(bucket_take(table, BUCKET_ANSWER_ADDRESS, address, 128, &rate, 0));
    cr_expect_not(bucket_take(table, BUCKET_ANSWER_ADDRESS, address, 128, &rate, 0));
    cr_expect(bucket_take(table, BUCKET_STRANGER, address, 128, &rate, 0));
}

Test(bucket, a_flood_of_addresses_does_not_refill_an_empty_bucket)
{
    for (int i = 0; i < 3; i++)
        take(1, 128, 100);
    /* Each of them takes one token, so its bucket is fuller than ours and is evicted first. */
    for (uint32_t i = 2; i < 200000; i++)
        take(i, 128, 100);
    cr_expect_not(take(1, 128, 100));
}

Test(bucket, each_kind_and_address_has_its_own_in_whatever_order_they_come)
{
    static int64_t full_ns[BUCKET_KINDS][20][2];
    const struct bucket_rate rates[BUCKET_KINDS] = {{1000, 2}, {2000, 3}, {5000, 1}, {500, 8},
                                                    {3000, 4}, {700, 5},  {4000, 2}};
    struct dice dice = {.state = 1};
    uint32_t kind = 0, who = 0, whole = 0;
    unsigned taken = 0;

    for (int64_t now_ns = 1; now_ns < 200000; now_ns += dice_below(&dice, 20)) {
        uint8_t address[ENDPOINT_ADDRESS_BYTES];
        bool expected;

        if (dice_chance(&dice, 500)) { /* mostly the same bucket as before */
            kind = dice_chance(&dice, 400) ? dice_below(&dice, BUCKET_KINDS) : kind;
            who = dice_chance(&dice, 400) ? dice_below(&dice, 20) : who;
            whole = dice_chance(&dice, 400) ? dice_below(&dice, 2) : whole;
        }
        endpoint_address_from_ipv4((const uint8_t[]){192, 0, (uint8_t)who, 0}, address);
        expected = bucket_spend(&full_ns[kind][who][whole], &rates[kind], 1, now_ns);
        cr_assert_eq(bucket_take(table, (enum bucket_kind)kind, address, whole != 0 ? 128 : 120,
                                 &rates[kind], now_ns),
                     expected);
        taken += expected ? 1 : 0;
    }
    cr_expect(taken > 1000 && taken < 19000, "%u were taken", taken);
}

Test(bucket, the_bucket_of_an_endpoint_is_kept_by_address_and_port)
{
    struct endpoint alice = {.port = 1000}, other = {.port = 1001};

    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 1}, alice.address);
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, 2, 1}, other.address);
    cr_expect_eq(*bucket_of_endpoint(table, BUCKET_LEFT_MESSAGES, &alice), 0);
    *bucket_of_endpoint(table, BUCKET_LEFT_MESSAGES, &alice) = 700;
    *bucket_of_endpoint(table, BUCKET_LEFT_BYTES, &alice) = 800;
    cr_expect_eq(*bucket_of_endpoint(table, BUCKET_LEFT_MESSAGES, &other), 0);
    cr_expect_eq(*bucket_of_endpoint(table, BUCKET_LEFT_MESSAGES, &alice), 700);
    cr_expect_eq(*bucket_of_endpoint(table, BUCKET_LEFT_BYTES, &alice), 800);
}

Test(bucket, a_charge_is_owed_where_the_bucket_is_empty)
{
    const struct bucket_rate slow = {.interval_ns = 10, .burst = 3};
    int64_t full_ns = 0;

    cr_expect(bucket_spend(&full_ns, &slow, 3, 100));
    bucket_charge(&full_ns, &slow, 2, 100);
    cr_expect_eq(full_ns, 150);
    cr_expect_not(bucket_spend(&full_ns, &slow, 1, 129));
    bucket_charge(&full_ns, &slow, 2, 1000);
    cr_expect_eq(full_ns, 1020, "out of a full bucket it is as any other");
}
