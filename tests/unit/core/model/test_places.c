/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 The roomd authors */

#include "core/model/places.h"
#include "support/dice.h"

#include <criterion/criterion.h>
#include <string.h>

static const uint8_t key[PLACES_KEY_BYTES] = "0123456789abcde";

static const uint8_t *ipv4(uint8_t net, uint8_t host, uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    endpoint_address_from_ipv4((const uint8_t[]){192, 0, net, host}, address);
    return address;
}

static const uint8_t *ipv6(uint8_t net, uint8_t host, uint8_t address[ENDPOINT_ADDRESS_BYTES])
{
    memset(address, 0, ENDPOINT_ADDRESS_BYTES);
    address[0] = 0x20;
    address[6] = net;
    address[7] = host; /* beyond the 56 bits */
    address[15] = host;
    return address;
}

Test(places, an_empty_table_counts_nobody)
{
    struct places places;
    uint8_t address[ENDPOINT_ADDRESS_BYTES];

    places_init(&places, key);
    cr_expect_eq(places_at_address(&places, ipv4(2, 1, address)), 0);
    cr_expect_eq(places_in_prefix(&places, ipv4(2, 1, address)), 0);
    places_done(&places);
}

Test(places, a_prefix_is_a_24_of_ipv4_and_a_56_of_ipv6)
{
    struct places places;
    uint8_t address[ENDPOINT_ADDRESS_BYTES];

    places_init(&places, key);
    for (uint8_t host = 1; host <= 3; host++) {
        cr_assert_eq(places_reserve(&places), 0);
        places_add(&places, ipv4(2, host, address));
        cr_assert_eq(places_reserve(&places), 0);
        places_add(&places, ipv6(2, host, address));
    }
    cr_expect_eq(places_at_address(&places, ipv4(2, 1, address)), 1);
    cr_expect_eq(places_in_prefix(&places, ipv4(2, 200, address)), 3);
    cr_expect_eq(places_in_prefix(&places, ipv4(3, 1, address)), 0);
    cr_expect_eq(places_at_address(&places, ipv6(2, 1, address)), 1);
    cr_expect_eq(places_in_prefix(&places, ipv6(2, 200, address)), 3);
    cr_expect_eq(places_in_prefix(&places, ipv6(3, 1, address)), 0);
    places_done(&places);
}

#define NETS  12U
#define HOSTS 40U

/* Members of random addresses come, go and move, compared with a simple table. */
Test(places, it_counts_as_a_simple_table_does)
{
    static uint32_t model[NETS][HOSTS];
    struct dice dice = {.state = 1};
    uint8_t address[ENDPOINT_ADDRESS_BYTES];
    struct places places;

    places_init(&places, key);
    for (unsigned step = 0; step < 100000; step++) {
        uint8_t net = (uint8_t)dice_below(&dice, NETS), host = (uint8_t)dice_below(&dice, HOSTS);
        uint32_t in_prefix = 0;

        (net % 2 == 0 ? ipv4 : ipv6)(net, host, address);
        if (model[net][host] > 0 && dice_below(&dice, 100) < (step / 10000 % 2 == 0 ? 30 : 70)) {
            places_remove(&places, address);
            model[net][host]--;
        } else if (step / 10000 % 2 == 0 || dice_below(&dice, 4) == 0) {
            cr_assert_eq(places_reserve(&places), 0);
            places_add(&places, address);
            model[net][host]++;
        }
        for (unsigned i = 0; i < HOSTS; i++)
            in_prefix += model[net][i];
        cr_assert_eq(places_at_address(&places, address), model[net][host]);
        cr_assert_eq(places_in_prefix(&places, address), in_prefix);
    }
    places_done(&places);
}

/* Whatever is reserved for members suffices wherever they move to. */
Test(places, members_of_one_address_may_all_move_to_addresses_of_their_own)
{
    struct places places;
    uint8_t address[ENDPOINT_ADDRESS_BYTES];

    places_init(&places, key);
    for (unsigned i = 0; i < 200; i++) {
        cr_assert_eq(places_reserve(&places), 0);
        places_add(&places, ipv4(2, 1, address));
    }
    for (unsigned i = 0; i < 200; i++) {
        places_remove(&places, ipv4(2, 1, address));
        places_add(&places, ipv6((uint8_t)i, (uint8_t)i, address));
    }
    cr_expect_eq(places_in_prefix(&places, ipv4(2, 1, address)), 0);
    for (unsigned i = 0; i < 200; i++)
        cr_expect_eq(places_in_prefix(&places, ipv6((uint8_t)i, 0, address)), 1);
    cr_expect_leq(200U * 2U, places.capacity / 3U * 2U);
    places_done(&places);
}
